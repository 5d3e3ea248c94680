import { effectiveFrom, endOf, startOf, toDomainEvent } from '#domain';
import type { MarkedEntry } from '#projections';
import { eventLabel, hasText, say, type TextKey, type TextLanguage, type Texts } from '../texts.js';
import { Day, TextIn } from './elements.js';
import { Html } from './layout.js';
import { withDate } from './values.js';

type Facts = {
  timeline: MarkedEntry[];
  asOf: string | undefined;
  more: string | undefined;
  hasProofs: boolean;
  language: TextLanguage;
};

/** What happened, newest first. `more`: the address of the whole history, if it is too long for a page; `hasProofs`: whether the log has receipts. */
export function History({ timeline, asOf, more, hasProofs, language }: Facts) {
  return (
    <ol class="life">
      {inOrder(timeline, asOf).map((entry) => (
        <Step entry={entry} right={rightDate(entry, timeline)} hasProof={hasProofs} language={language} />
      ))}
      {more && (
        <li>
          <a href={more}>{say(language, 'system.checkEvents')}</a>
        </li>
      )}
    </ol>
  );
}

type StepProps = { entry: MarkedEntry; right: string | undefined; hasProof: boolean; language: TextLanguage };

function Step({ entry, right, hasProof, language }: StepProps) {
  const { occurredAt, recordedAt, erased, standing } = entry;
  const [date, recorded] = [occurredAt.slice(0, 10), recordedAt.slice(0, 10)];
  const { deployment, part } = (entry.data ?? {}) as { deployment?: unknown; part?: unknown };
  const label = eventLabel(entry, language);
  const remarks = [
    typeof deployment === 'string' && deployment !== 'main' && deployment,
    entry.type === 'DeploymentSuspended' && part !== undefined && say(language, 'page.partly'),
    erased.length > 0 && say(language, 'page.erased'),
    standing !== 'stands' && say(language, `page.${standing}`),
    right !== undefined && <Html as="span" of={withDate(language, 'history.rightDate', right)} />,
    recorded !== date && <Html as="span" of={withDate(language, 'page.recorded', recorded)} />,
    hasProof && (
      <a href={`/log/proof/${entry.position}.tlog-proof`} aria-label={`${say(language, 'system.proof')}: ${label}`}>
        {say(language, 'system.proof')}
      </a>
    ),
  ].filter(Boolean);
  return (
    <li>
      <Day of={occurredAt} language={language} />
      <b>{label}</b>
      <WhatChanged data={entry.data} language={language} />
      {remarks.length > 0 && <small>{remarks.flatMap((remark, i) => (i > 0 ? [' · ', remark] : [remark]))}</small>}
    </li>
  );
}

/** The fields of the record that an event changed, by name: what they said may have been withheld since. And why, in its own words. */
function WhatChanged({ data, language }: { data: object | null; language: TextLanguage }) {
  const { set, remove, reason } = (data ?? {}) as { set?: unknown; remove?: unknown; reason?: unknown };
  const changed = typeof set === 'object' && set !== null ? Object.keys(set) : [];
  const removed = Array.isArray(remove) ? remove.map(String) : [];
  if (changed.length + removed.length === 0) return null;
  return (
    <>
      <Fields title="history.changed" names={changed} language={language} />
      <Fields title="history.removed" names={removed} language={language} />
      {typeof reason === 'object' && (
        <p>
          <TextIn of={reason as Texts} language={language} />
        </p>
      )}
    </>
  );
}

function Fields({ title, names, language }: { title: TextKey; names: string[]; language: TextLanguage }) {
  if (names.length === 0) return null;
  const labels = names.map((name) => (hasText(`field.${name}`) ? say(language, `field.${name}` as TextKey) : name));
  return <p class="note">{say(language, 'page.pair', { name: say(language, title), value: labels.join(', ') })}</p>;
}

/** The events up to `asOf`, newest first; of those on the same day, the last recorded first. */
function inOrder(timeline: MarkedEntry[], asOf: string | undefined): MarkedEntry[] {
  return timeline
    .filter((entry) => asOf === undefined || startOf(takesEffect(asCorrected(entry, timeline))) <= endOf(asOf))
    .sort((a, b) => startOf(b.occurredAt) - startOf(a.occurredAt) || b.sequence - a.sequence);
}

/** An event as the last correction of it says that it was. */
function asCorrected(entry: MarkedEntry, timeline: MarkedEntry[]): MarkedEntry {
  const last = timeline.find(({ eventId, type }) => eventId === entry.correctedBy.at(-1) && type === 'EventCorrected');
  if (!last?.data || entry.standing !== 'corrected') return entry;
  const { occurredAt = entry.occurredAt, data = entry.data } = last.data as {
    occurredAt?: string;
    data?: MarkedEntry['data'];
  };
  return { ...entry, occurredAt, data };
}

/** From when an event counts by what it says itself. */
const takesEffect = ({ type, occurredAt, organisation, eventId: id, data, erased }: MarkedEntry) =>
  effectiveFrom(toDomainEvent({ type, occurredAt, organisation, id }, data, erased));

/** From when a corrected event counts, if that is another day than it said itself. */
function rightDate(entry: MarkedEntry, timeline: MarkedEntry[]): string | undefined {
  const from = takesEffect(asCorrected(entry, timeline));
  return from === takesEffect(entry) ? undefined : from;
}
