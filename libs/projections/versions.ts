import { setImmediate as turn } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type DomainEvent, Refusal, startOf, toDomainEvent } from '#domain';
import { changesRecord, effectiveFrom, evolveRecord, type SystemRecord } from './record.js';
import { readTimeline, type TimelineEntry } from './timeline.js';

/** The record after its nth change, numbered from 1 in the order of recording, with the fields that changed. */
export type RecordVersion = TimelineEntry & { number: number; changed: string[]; record: SystemRecord };

/** The event loop is yielded after this many steps. */
const stepsInTurn = 1000;
/** The same as the timeout of a database query (live.ts). */
const mostMilliseconds = 900;

/**
 * The first versions of a record, up to a number, oldest first; and the number of all versions. An event that takes effect before others that
 * are known already changes everything after it, so the record is folded again from there on. Throws TOO_SLOW.
 */
export async function readVersions(
  pool: Pool,
  system: string,
  upTo = Number.POSITIVE_INFINITY,
): Promise<{ versions: RecordVersion[]; total: number }> {
  const entries = (await readTimeline(pool, system)).filter((entry) => changesRecord(entry.type));
  /** All events but the registration, in order of effect. `records`: the record before the first of them and after each. */
  const facts: { effective: number; event: DomainEvent }[] = [];
  const records: (SystemRecord | undefined)[] = [];
  const versions: RecordVersion[] = [];
  const end = Date.now() + mostMilliseconds;
  let steps = 0;
  for (const entry of entries.slice(0, upTo)) {
    const { type, occurredAt, organisation, eventId, data, erased } = entry;
    const event = toDomainEvent({ type, occurredAt, organisation, id: eventId }, data, erased);
    if (records.length === 0) records.push(evolveRecord(undefined, event, system));
    else {
      const effective = startOf(effectiveFrom(event));
      const at = facts.findLastIndex((other) => other.effective <= effective) + 1;
      facts.splice(at, 0, { effective, event });
      records.length = at + 1;
      for (let next = at; next < facts.length; next++) {
        records.push(evolveRecord(records[next], facts[next]!.event, system));
        if (++steps % stepsInTurn > 0) continue;
        if (Date.now() > end) throw tooSlow();
        await turn();
      }
    }
    const record = records.at(-1);
    if (!record) continue;
    const changed = changedFields(versions.at(-1)?.record, record);
    versions.push({ ...entry, number: versions.length + 1, changed, record });
  }
  return { versions, total: entries.length };
}

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
  return [...fields].filter((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after[field])).sort();
}
