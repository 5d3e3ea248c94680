import type { ComponentChildren } from 'preact';
import { endOf, isDate, startOf } from '#domain';
import type { Life, SystemRecord } from '#projections';
import { labelOf, say, type TextLanguage } from '../texts.js';
import { Day, Status } from './elements.js';
import { Html } from './layout.js';
import { sinceHtml } from './record-html.js';

type Facts = { record: SystemRecord; life: Life; until: string; language: TextLanguage };

/** Something that happened on a day of a life: an assessment that was made, an incident. */
type Mark = { kind: 'assessment' | 'incident'; on: string; words: string };

/**
 * The life of a system as words, and as a strip whose parts are as long as they took, with a dot for each assessment and incident. `until`: up to which day or
 * time it is told.
 */
export function LifeOf({ record, life, until, language }: Facts) {
  const last = endOf(until);
  const marks = marksOf(record, language).filter(({ on }) => startOf(on) <= last);
  const start = Math.min(...[...life.map(({ since }) => since), ...marks.map(({ on }) => on), until].map(startOf));
  const whole = Math.max(last - start, 1);
  const at = (moment: string) => Math.min((100 * Math.max(startOf(moment) - start, 0)) / whole, 100);
  const lines: { on: string; content: ComponentChildren }[] = [
    ...life.map(({ status, since }) => ({
      on: since,
      content: (
        <>
          <Status of={status} language={language} /> <Html as="span" of={sinceHtml(record, since, language)} />
        </>
      ),
    })),
    ...marks.map(({ kind, on, words }) => ({
      on,
      content: (
        <>
          <span class={`mark ${kind}`}>{words}</span> <Day of={on} language={language} />
        </>
      ),
    })),
  ];
  return (
    <>
      <svg class="strip" aria-hidden="true">
        {life.map(({ status, since }, i) => {
          const end = life[i + 1] ? at(life[i + 1]!.since) : 100;
          return (
            <rect
              class={status}
              x={percent(at(since))}
              width={percent(Math.max(end - at(since), 0))}
              y="0"
              height="100%"
            />
          );
        })}
        {marks.map(({ kind, on }) => (
          <circle class={kind} cx={percent(at(on))} cy="50%" r="5" />
        ))}
      </svg>
      <ol class="periods">
        {lines
          .sort((a, b) => startOf(a.on) - startOf(b.on))
          .map(({ content }) => (
            <li>{content}</li>
          ))}
      </ol>
    </>
  );
}

const percent = (share: number) => `${share.toFixed(2)}%`;

/**
 * What of a record has a day that was stated. Without one, an assessment has only that of its event, on which an import may have found it; one that was not made
 * and an incident that was erased have none.
 */
function marksOf({ assessments = [], incidents = [] }: SystemRecord, language: TextLanguage): Mark[] {
  return [
    ...assessments.flatMap(({ kind, result, on }): Mark | [] => {
      if (result === 'not-performed' || !isDay(on)) return [];
      const name = labelOf('assessment-kind', kind, language);
      const value = labelOf('assessment-result', result, language);
      return { kind: 'assessment', on, words: say(language, 'page.pair', { name, value }) };
    }),
    ...incidents.flatMap(({ class: of, happenedOn }): Mark | [] =>
      of && isDay(happenedOn)
        ? { kind: 'incident', on: happenedOn, words: labelOf('incident-class', of, language) }
        : [],
    ),
  ];
}

/** A log from elsewhere may hold odd values. */
const isDay = (value: unknown): value is string => typeof value === 'string' && isDate(value);
