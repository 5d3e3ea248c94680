import type { ComponentChildren } from 'preact';
import type { OversightFigures, SystemRecord } from '#projections';
import { labelOf, say, type TextKey, type TextLanguage, type Texts, textOf } from '../texts.js';
import { dayOf } from './formats.js';
import { countText, lastFigures, periodText } from './oversight.js';

/** So many sentences of a text are an answer; the rest is further down. */
const sentencesShown = 3;

type Facts = { record: SystemRecord; figures: OversightFigures[] | undefined; language: TextLanguage };

/**
 * Six questions that people ask, each with what the record says to it. An answer that the record does not hold says so: it is never made up from another
 * field.
 */
export function Answers(facts: Facts) {
  const { record, language } = facts;
  const mode = record.oversight?.at(-1)?.mode;
  return (
    <dl class="answers">
      <Answer question="answer.decide" language={language} further={(mode ?? record.humanIntervention) && '#people'}>
        {decides(facts)}
      </Answer>
      <Answer question="answer.concern" language={language} further={record.affectedPeople && '#people'}>
        <Said field="affectedPeople" {...facts} />
      </Answer>
      <Answer question="answer.do" language={language} further={record.appeal && '#people'}>
        <Said field="appeal" {...facts} />
      </Answer>
      <Answer question="answer.data" language={language} further={(record.personalData ?? record.data) && '#data'}>
        {record.personalData && (
          <strong>
            {say(language, 'page.pair', {
              name: say(language, 'field.personalData'),
              value: labelOf('yes-no-unknown', record.personalData, language),
            })}
          </strong>
        )}
        {record.personalData && !record.data ? null : (
          <Said field="data" {...facts} isFurther={!!record.personalData} />
        )}
      </Answer>
      {facts.figures && (
        <Answer question="answer.overrule" language={language} further={lastFigures(facts.figures) && '#overrule'}>
          {overruled(facts.figures, language)}
        </Answer>
      )}
      <Answer question="answer.wrong" language={language} further={record.incidents && '#care'}>
        {wentWrong(facts)}
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

type TextField = 'affectedPeople' | 'appeal' | 'data' | 'humanIntervention';

/** The beginning of a text of the record: its first sentence stands out, unless it is `isFurther` to something that does. */
function Said({ record, language, field, isFurther = false }: Facts & { field: TextField; isFurther?: boolean }) {
  const found = textOf(record[field] as Texts, language);
  if (!found) return <Unsaid record={record} language={language} field={field} />;
  const sentences = sentencesOf(found.value, found.language);
  const [first, rest] = isFurther ? ['', sentences] : [sentences[0], sentences.slice(1)];
  const shown = rest.slice(0, sentencesShown - 1).join('');
  const lang = found.language === language ? undefined : found.language;
  return (
    <div lang={lang}>
      {first && <strong>{first.trim()}</strong>}
      {shown && <p>{rest.length > sentencesShown - 1 ? `${shown.trim()} …` : shown.trim()}</p>}
    </div>
  );
}

function Unsaid({ record, language, field }: { record: SystemRecord; language: TextLanguage; field: TextField }) {
  const isWithheld = record.withheld?.[field] !== undefined;
  return <strong class="empty">{say(language, isWithheld ? 'answer.withheld' : 'answer.none')}</strong>;
}

function decides(facts: Facts): ComponentChildren {
  const { record, language } = facts;
  const mode = record.oversight?.at(-1)?.mode;
  if (!mode) return <Said field="humanIntervention" {...facts} />;
  return (
    <>
      <strong>{labelOf('oversight-mode', mode, language)}</strong>
      {record.humanIntervention && <Said field="humanIntervention" {...facts} isFurther />}
    </>
  );
}

function overruled(figures: OversightFigures[], language: TextLanguage): ComponentChildren {
  const last = lastFigures(figures);
  if (!last) return <strong class="empty">{say(language, 'answer.noFigures')}</strong>;
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

function wentWrong({ record: { incidents = [] }, language }: Facts): ComponentChildren {
  const last = incidents.at(-1);
  return (
    <>
      <strong>{say(language, 'answer.incidents', { n: incidents.length })}</strong>
      {last?.class && (
        <p>
          {say(language, 'page.pair', {
            name: dayOf(last.happenedOn ?? last.occurredAt ?? '', language),
            value: labelOf('incident-class', last.class, language),
          })}
          {last.closed && ` · ${closedText(last.closed.occurredAt, language)}`}
        </p>
      )}
    </>
  );
}

const closedText = (on: string, language: TextLanguage) =>
  say(language, 'page.pair', { name: say(language, 'member.closed'), value: dayOf(on, language) });

/** The sentences of a text, with the space after each. */
function sentencesOf(text: string, language: string): string[] {
  return [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)].map(({ segment }) => segment);
}
