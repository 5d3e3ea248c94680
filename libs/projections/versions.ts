import { setImmediate as turn } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type DomainEvent, type Fact, inOrderOfEffect, isWord, Refusal, settle, startOf, toDomainEvent } from '#domain';
import { changesRecord, evolveRecord } from './record.js';
import type { SystemRecord } from './system-record.js';
import { readTimeline, type TimelineEntry } from './timeline.js';

/** The record after its nth change, numbered from 1 in the order of recording, with the fields that changed. */
export type RecordVersion = TimelineEntry & { number: number; changed: string[]; record: SystemRecord };

/** The event loop is yielded after this many steps. */
const stepsInTurn = 1000;
/** The same as the timeout of a database query (live.ts). */
const mostMilliseconds = 900;

/**
 * The first versions of a record, up to a number, oldest first; and the number of all versions. An event that takes effect before others that
 * are known already changes everything after it, and a correction what it corrects, so the record is folded again from there on. Throws
 * TOO_SLOW.
 */
export async function readVersions(
  pool: Pool,
  system: string,
  upTo = Number.POSITIVE_INFINITY,
): Promise<{ versions: RecordVersion[]; total: number }> {
  const entries = (await readTimeline(pool, system)).filter(({ type, data }) => changesRecord(type, data));
  const events = entries.map(({ type, occurredAt, organisation, eventId, data, erased }) =>
    toDomainEvent({ type, occurredAt, organisation, id: eventId }, data, erased),
  );
  const erasures = events.filter(({ type }) => type === 'PayloadErased');
  /** All facts but the registration, in order of effect. `records`: the record before the first of them and after each. */
  let facts: Fact[] = [];
  let records: (SystemRecord | undefined)[] = [];
  const versions: RecordVersion[] = [];
  const end = Date.now() + mostMilliseconds;
  let steps = 0;
  // An event leaves a version each, unless the registration was retracted for a while.
  const isWhole = events.some(
    (event) => event.type === 'EventRetracted' && event.data.eventType === 'SystemRegistered',
  );
  const last = isWhole ? Number.POSITIVE_INFINITY : upTo;
  for (const [i, entry] of entries.slice(0, last).entries()) {
    const event = events[i]!;
    let at = 0;
    if (changesEarlier(event) || records.length === 0) {
      const settled = inOrderOfEffect(settle(events.slice(0, i + 1), erasures));
      const registration = settled.find((fact) => fact.event.type === 'SystemRegistered');
      facts = registration ? settled.filter((fact) => fact !== registration) : [];
      records = [registration && evolveRecord(undefined, registration.event, system)];
    } else {
      const fact = settle([event])[0]!;
      const effective = startOf(fact.from);
      at = facts.findLastIndex((other) => startOf(other.from) <= effective) + 1;
      facts.splice(at, 0, fact);
      records.length = at + 1;
    }
    for (let next = at; next < facts.length; next++) {
      records.push(evolveRecord(records[next], facts[next]!.event, system));
      if (++steps % stepsInTurn > 0) continue;
      if (Date.now() > end) throw tooSlow();
      await turn();
    }
    const record = records.at(-1);
    if (!record) continue;
    const changed = changedFields(versions.at(-1)?.record, record);
    const { standing: _, correctedBy: __, ...own } = entry;
    versions.push({ ...own, number: versions.length + 1, changed, record });
  }
  return { versions: versions.slice(0, upTo), total: isWhole ? versions.length : entries.length };
}

/** Whether an event changes what earlier ones say (settle). */
const changesEarlier = (event: DomainEvent) => isWord(event) || event.type === 'RecordCorrected';

const tooSlow = () =>
  new Refusal(
    'TOO_SLOW',
    'This system has too many changes from earlier days to tell what each of them left. Ask for earlier versions, or for its events.',
  );

/** A field that differs: a JSON Pointer (RFC 6901) into the record, and its values; undefined where it is not there. */
export type Difference = { path: string; before: unknown; after: unknown };

/** The differences between two records, or other JSON values: objects member by member, lists as a whole. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) =>
    differences(before[name], after[name], `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function changedFields(before: SystemRecord | undefined, after: SystemRecord): string[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]) as Set<keyof SystemRecord>;
  // Every change changes this one.
  fields.delete('changedAt');
  return [...fields].filter((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after[field])).sort();
}
