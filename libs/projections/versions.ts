import type { Pool } from 'pg';
import { type DomainEvent, startOf } from '#domain';
import { changesRecord, effectiveFrom, evolveRecord, type SystemRecord } from './record.js';
import { fold, readTimeline, type TimelineEntry } from './timeline.js';

/** The record after its nth change, numbered from 1 in the order of recording, with the fields that changed. */
export type RecordVersion = TimelineEntry & { number: number; changed: string[]; record: SystemRecord };

/** All versions of a record, oldest first. */
export async function readVersions(pool: Pool, system: string): Promise<RecordVersion[]> {
  const entries = (await readTimeline(pool, system)).filter((entry) => changesRecord(entry.type));
  const facts: { effective: number; event: DomainEvent; position: number }[] = [];
  let before: SystemRecord | undefined;
  const versions: RecordVersion[] = [];
  for (const entry of entries) {
    const event = {
      type: entry.type,
      occurredAt: entry.occurredAt,
      organisation: entry.organisation,
      data: entry.data ?? {},
      id: entry.eventId,
      erased: entry.erased.includes('content'),
    } as DomainEvent;
    const fact = { effective: startOf(effectiveFrom(event)), event, position: entry.position };
    // Facts are in order of effect; this one comes in by recording, so after those of the same time.
    const at = facts.findLastIndex((other) => other.effective <= fact.effective) + 1;
    const latest = at === facts.length;
    facts.splice(at, 0, fact);
    const record: SystemRecord | undefined = latest
      ? evolveRecord(before, event, system)
      : fold(
          system,
          facts.map(({ event: one }) => one),
        );
    if (!record) continue;
    versions.push({ ...entry, number: versions.length + 1, changed: changedFields(before, record), record });
    before = record;
  }
  return versions;
}

/** A field that differs: a JSON Pointer (RFC 6901) into the record, and its values; undefined where it is not there. */
export type Difference = { path: string; before: unknown; after: unknown };

/** What differs between two records, or other JSON values, field by field: objects member by member, lists as a whole. */
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
