import type { ComponentChildren } from 'preact';
import type { OversightFigures, SystemRecord } from '#projections';
import { labelOf, say, type TextKey, type TextLanguage, type Texts, textOf } from '../texts.js';
import { dayOf } from './formats.js';
import { countText, lastFigures, periodText } from './oversight.js';

/** So much of a text is an answer; the rest is further down. */
const sentencesShown = 3;
const mostCharacters = 400;
/** A first sentence of such a length can stand out: shorter is mostly an abbreviation, longer is no short answer. */
const [shortest, longest] = [15, 160];

/** `isErased`: whether something that was recorded of the system has been erased. */
export type AnswerFacts = {
  record: SystemRecord;
  figures: OversightFigures[] | undefined;
  isErased: boolean;
  language: TextLanguage;
};

/**
 * Six questions that people ask, each with what the record says to it. An answer that the record does not hold says so: it is never made up from another
 * field.
 */
export function Answers(facts: AnswerFacts) {
  const { record, figures, language } = facts;
  const { oversight, humanIntervention, affectedPeople, appeal, personalData, data, incidents } = record;
  return (
    <dl class="answers">
      <Answer question="answer.decide" language={language} further={(oversight ?? humanIntervention) && '#people'}>
        <Decides {...facts} />
      </Answer>
      <Answer question="answer.concern" language={language} further={affectedPeople && '#people'}>
        <Said field="affectedPeople" {...facts} />
      </Answer>
      <Answer question="answer.do" language={language} further={appeal && '#people'}>
        <Said field="appeal" {...facts} />
      </Answer>
      <Answer question="answer.data" language={language} further={(personalData ?? data) && '#data'}>
        <AboutMe {...facts} />
      </Answer>
      {figures && (
        <Answer question="answer.overrule" language={language} further={lastFigures(figures) && '#overrule'}>
          <Overruled {...facts} figures={figures} />
        </Answer>
      )}
      <Answer question="answer.wrong" language={language} further={incidents && '#care'}>
        <WentWrong {...facts} />
      </Answer>
    </dl>
  );
}

function Answer(props: { question: TextKey; language: TextLanguage; further: unknown; children: ComponentChildren }) {
  const { question, language, further, children } = props;
  return (
    <div>
      <dt>{say(language, question)}</dt>
      <dd>
        {children}
        {typeof further === 'string' && (
          <a href={further} aria-label={`${say(language, 'answer.more')} – ${say(language, question)}`}>
            {say(language, 'answer.more')}
          </a>
        )}
      </dd>
    </div>
  );
}

type TextField = 'purpose' | 'affectedPeople' | 'appeal' | 'data' | 'humanIntervention';

/** The beginning of a text of the record. Its first sentence stands out if it can be an answer, unless the text is `isFurther` to one. */
export function Said({ isFurther = false, ...facts }: AnswerFacts & { field: TextField; isFurther?: boolean }) {
  const { record, field, language } = facts;
  const found = textOf(record[field] as Texts, language);
  if (!found) return <Unsaid {...facts} fields={[field]} />;
  const sentences = sentencesOf(found.value, found.language);
  const first = sentences[0]!.trim();
  const standsOut = !isFurther && first.length >= shortest && first.length <= longest && !/[?:]$/.test(first);
  const rest = sentences
    .slice(standsOut ? 1 : 0, sentencesShown)
    .join('')
    .trim();
  const isWhole = sentences.length <= sentencesShown && rest.length <= mostCharacters;
  const isOther = found.language !== language;
  return (
    <>
      <div lang={isOther ? found.language : undefined} dir={isOther ? 'auto' : undefined}>
        {standsOut && <strong>{first}</strong>}
        {rest && <p>{isWhole ? rest : `${rest.slice(0, mostCharacters).trim()} …`}</p>}
      </div>
      {isOther && <small>({found.language}) </small>}
    </>
  );
}

/** Says why there is no answer: some field is withheld, or erased, or nobody stated it. */
export function Unsaid({ record, isErased, language, fields }: AnswerFacts & { fields: string[] }) {
  const isWithheld = fields.some((field) => record.withheld?.[field] !== undefined);
  const key = isWithheld ? 'answer.withheld' : isErased ? 'answer.erased' : 'answer.none';
  return <strong class="empty">{say(language, key)}</strong>;
}

/** Who decides, by each role of oversight. `isShort`: in the words of the code list alone, where they say it. */
export function Decides({ isShort = false, ...facts }: AnswerFacts & { isShort?: boolean }) {
  const { record, language } = facts;
  const modes = [...new Set((record.oversight ?? []).flatMap(({ mode }) => mode ?? []))];
  return (
    <>
      {modes.map((mode) => (
        <strong>{labelOf('oversight-mode', mode, language)}</strong>
      ))}
      {modes.length === 0 && <Unsaid {...facts} fields={['humanIntervention']} />}
      {record.humanIntervention && !(isShort && modes.length > 0) && (
        <Said field="humanIntervention" {...facts} isFurther />
      )}
    </>
  );
}

export function AboutMe(facts: AnswerFacts) {
  const { record, language } = facts;
  const { personalData, data, withheld } = record;
  if (!personalData && !data) return <Unsaid {...facts} fields={['personalData', 'data']} />;
  const pair = (value: string) => say(language, 'page.pair', { name: say(language, 'field.personalData'), value });
  return (
    <>
      {personalData && <strong>{pair(labelOf('yes-no-unknown', personalData, language))}</strong>}
      {!personalData && withheld?.['personalData'] && <strong>{pair(say(language, 'answer.withheld'))}</strong>}
      {(data || withheld?.['data']) && <Said field="data" {...facts} isFurther={personalData !== undefined} />}
    </>
  );
}

function Overruled({ figures, isErased, language }: AnswerFacts & { figures: OversightFigures[] }) {
  const last = lastFigures(figures);
  if (!last) return <strong class="empty">{say(language, isErased ? 'answer.erased' : 'answer.noFigures')}</strong>;
  if (!last.measured) return <strong>{say(language, 'answer.notMeasured')}</strong>;
  const { overridden, outputs } = last;
  const isKnown = typeof overridden === 'number' && typeof outputs === 'number';
  const [k, n] = [countText(overridden, language), countText(outputs, language)];
  return (
    <>
      <strong>
        {isKnown
          ? say(language, 'answer.overruled', { k, n })
          : say(language, 'page.pair', { name: say(language, 'figures.overridden'), value: k })}
      </strong>
      <p>{periodText(last.period, language)}</p>
    </>
  );
}

/** How many incidents have been recorded, and the one that happened last. */
function WentWrong({ record: { incidents = [] }, isErased, language }: AnswerFacts) {
  const dayOfIncident = ({ happenedOn, occurredAt = '' }: (typeof incidents)[number]) => happenedOn ?? occurredAt;
  const last = [...incidents].sort((a, b) => (dayOfIncident(a) < dayOfIncident(b) ? -1 : 1)).at(-1);
  return (
    <>
      <strong>{say(language, 'answer.incidents', { n: incidents.length })}</strong>
      {last?.class && (
        <p>
          {say(language, 'page.pair', {
            name: dayOf(dayOfIncident(last), language),
            value: labelOf('incident-class', last.class, language),
          })}
          {last.closed && ` · ${closedText(last.closed.occurredAt, language)}`}
        </p>
      )}
      {isErased && <p>{say(language, 'answer.someErased')}</p>}
    </>
  );
}

const closedText = (on: string, language: TextLanguage) =>
  say(language, 'page.pair', { name: say(language, 'member.closed'), value: dayOf(on, language) });

/** The sentences of a text, with the space after each. */
function sentencesOf(text: string, language: string): string[] {
  return [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)].map(({ segment }) => segment);
}
