import type { OversightFigures, PublishedCount } from '#projections';
import { say, type TextLanguage } from '../texts.js';
import { TextIn } from './elements.js';
import { dayOf, numberOf, percentOf } from './formats.js';

/** The figures of the period that ended last. */
export function lastFigures(figures: OversightFigures[]): OversightFigures | undefined {
  return [...figures].sort(byPeriod).at(-1);
}

const byPeriod = ({ period: a }: OversightFigures, { period: b }: OversightFigures) =>
  compare(a.to, b.to) || compare(a.from, b.from);
const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

export const periodText = ({ from, to }: OversightFigures['period'], language: string) =>
  `${dayOf(from, language)} – ${dayOf(to, language)}`;

/** A count in words: what is hidden, and what nobody reported, is told as that. */
export function countText(count: PublishedCount, language: TextLanguage): string {
  if (count === null) return say(language, 'figures.unknown');
  return count === 'suppressed' ? say(language, 'figures.suppressed') : numberOf(count, language);
}

/** How often people overruled a system: a row for each period, newest first. */
export function Oversight({ figures, language }: { figures: OversightFigures[]; language: TextLanguage }) {
  const rows = [...figures].sort(byPeriod).reverse();
  if (rows.length === 0) return <p>{say(language, 'answer.noFigures')}.</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section class="scroll" aria-label={say(language, 'figures.overridden')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say(language, 'member.period')}</th>
              <th scope="col" class="n">
                {say(language, 'figures.outputs')}
              </th>
              <th scope="col" class="n">
                {say(language, 'figures.reviewed')}
              </th>
              <th scope="col" class="n">
                {say(language, 'figures.overridden')}
              </th>
              <th scope="col">{say(language, 'figures.share')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) =>
              row.measured ? <Measured of={row} {...{ language }} /> : <NotMeasured of={row} {...{ language }} />,
            )}
          </tbody>
        </table>
      </section>
      <p class="note">{say(language, 'system.overruleNote')}</p>
      {rows.some(isSuppressed) && <p class="note">{say(language, 'figures.suppressedNote')}</p>}
    </>
  );
}

const isSuppressed = ({ outputs, reviewed, overridden }: OversightFigures) =>
  [outputs, reviewed, overridden].includes('suppressed');

type Row = { of: OversightFigures; language: TextLanguage };

function Measured({ of: { period, outputs, reviewed, overridden, note }, language }: Row) {
  return (
    <tr>
      <th scope="row">
        {periodText(period, language)}
        {note && (
          <div class="note">
            <TextIn of={note} language={language} />
          </div>
        )}
      </th>
      <td class="n">{countText(outputs, language)}</td>
      <td class="n">{countText(reviewed, language)}</td>
      <td class="n">{countText(overridden, language)}</td>
      <td>
        <Share k={overridden} n={outputs} language={language} />
      </td>
    </tr>
  );
}

function NotMeasured({ of: { period, note }, language }: Row) {
  return (
    <tr>
      <th scope="row">{periodText(period, language)}</th>
      <td colSpan={4}>
        <b>{say(language, 'answer.notMeasured')}</b> <TextIn of={note} language={language} />
      </td>
    </tr>
  );
}

/** A share of known counts, as a number and as a bar that begins at zero. */
function Share({ k, n, language }: { k: PublishedCount; n: PublishedCount; language: string }) {
  if (typeof k !== 'number' || typeof n !== 'number' || n === 0) return null;
  return (
    <>
      {percentOf(k / n, language)}
      <svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect width={((100 * k) / n).toFixed(1)} height="10" />
      </svg>
    </>
  );
}
