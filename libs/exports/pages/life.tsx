import { startOf } from '#domain';
import type { Life, SystemRecord } from '#projections';
import type { TextLanguage } from '../texts.js';
import { Status } from './elements.js';
import { Html } from './layout.js';
import { sinceHtml } from './record-html.js';

type Facts = { record: SystemRecord; life: Life; until: string; language: TextLanguage };

/** The life of a system as words, and as a strip whose parts are as long as they took. `until`: up to which day or time it is told. */
export function LifeOf({ record, life, until, language }: Facts) {
  const start = life[0] ? startOf(life[0].since) : 0;
  const whole = Math.max(startOf(until) - start, 1);
  const at = (moment: string) => (1000 * Math.max(startOf(moment) - start, 0)) / whole;
  return (
    <>
      <svg class="strip" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
        {life.map(({ status, since }, i) => {
          const end = life[i + 1] ? at(life[i + 1]!.since) : 1000;
          return (
            <rect class={status} x={at(since).toFixed(1)} width={Math.max(end - at(since), 0).toFixed(1)} height="10" />
          );
        })}
      </svg>
      <ol class="periods">
        {life.map(({ status, since }) => (
          <li>
            <Status of={status} language={language} /> <Html as="span" of={sinceHtml(record, since, language)} />
          </li>
        ))}
      </ol>
    </>
  );
}
