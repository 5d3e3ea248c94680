import { dutyOf, type Gap, isOfLaw, type SystemRecord } from '#projections';
import { labelOf, say, type TextKey, type TextLanguage } from '../texts.js';
import { Html } from './layout.js';
import { dayStated } from './record-html.js';
import { dateHtml } from './values.js';

type GapsProps = { gaps: Gap[]; record: SystemRecord; language: TextLanguage };

const sinceDay = (day: string, language: TextLanguage) =>
  say(language, 'system.since', { form: day.length === 10 ? 'day' : 'other', date: dateHtml(day, language) });

/** What is not met, each with its article and since when: duties by law, and apart from them good practice. */
export function Gaps({ gaps, ...rest }: GapsProps) {
  return (
    <>
      <GapList title="system.duties" gaps={gaps.filter(isOfLaw)} {...rest} />
      <GapList title="system.goodPractice" gaps={gaps.filter((gap) => !isOfLaw(gap))} {...rest} />
    </>
  );
}

function GapList({ title, gaps, record, language }: GapsProps & { title: TextKey }) {
  if (gaps.length === 0) return null;
  return (
    <>
      <h3>{say(language, title)}</h3>
      {gaps.map(({ duty, dutyVersion, obligation, status, since }) => (
        <p class="gap">
          <b>{labelOf('obligation', obligation, language)}</b>
          {isOfLaw({ obligation }) && ` (${dutyOf(duty, dutyVersion)?.article.cite})`}
          {status !== 'missing' && ` · ${labelOf('duty-status', status, language)}`} ·{' '}
          <Html as="span" of={sinceDay(dayStated(record, since), language)} />
        </p>
      ))}
    </>
  );
}
