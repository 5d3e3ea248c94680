import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import copyStreams from 'pg-copy-streams';
import { type DomainEvent, endOf, startOf } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { FoldedRecord, Projection } from './projection.js';
import { changesRecord, effectiveFrom, evolveRecord, type SystemRecord } from './record.js';

/** One event of a system as its timeline shows it. `data` is null when all of it was erased; `erased`: the parts that were. */
export type TimelineEntry = {
  position: number;
  eventId: string;
  type: string;
  occurredAt: string;
  recordedAt: string;
  organisation: string;
  actor: { organisation: string; role: string };
  data: Record<string, unknown> | null;
  erased: string[];
};

/** The record after its nth change, numbered from 1 in the order of recording, with the fields that changed. */
export type RecordVersion = TimelineEntry & { number: number; changed: string[]; record: SystemRecord };

type FactRow = {
  system: string;
  position: number;
  event_id: string;
  type: string;
  occurred_at: string;
  organisation: string;
  data: string | null;
  erased: string;
};

/** Every event of every system. What was true and what was known at any moment is folded from here. */
export const timeline: Projection = {
  name: 'timeline',
  tables: `CREATE TABLE timeline (
    position bigint PRIMARY KEY, system text NOT NULL, event_id uuid NOT NULL, type text NOT NULL,
    occurred_at text NOT NULL, effective_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
    organisation text NOT NULL, actor_organisation text NOT NULL, actor_role text NOT NULL,
    changes_record boolean NOT NULL, erased text NOT NULL, data text)`,
  indexes: `CREATE INDEX timeline_system ON timeline (system, position);
    CREATE INDEX timeline_fact ON timeline (system, effective_at, position) WHERE changes_record`,
  async apply(client, events) {
    const rows = events.filter((event) => event.envelope.system !== undefined).map(toCopyRow);
    if (rows.length === 0) return;
    const sink = client.query(copyStreams.from('COPY timeline FROM STDIN'));
    await pipeline(Readable.from(inChunks(rows)), sink);
  },
  async forget(client, system) {
    await client.query('DELETE FROM timeline WHERE system = $1', [system]);
  },
};

/** Timeline of a system in order of recording, up to `limit` after a position. */
export async function readTimeline(pool: Pool, system: string, after = -1, limit = 100): Promise<TimelineEntry[]> {
  const { rows } = await pool.query<FactRow & { recorded_at: Date; actor_organisation: string; actor_role: string }>(
    'SELECT * FROM timeline WHERE system = $1 AND position > $2 ORDER BY position LIMIT $3',
    [system, after, limit],
  );
  return rows.map((row) => ({
    position: row.position,
    eventId: row.event_id,
    type: row.type,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at.toISOString(),
    organisation: row.organisation,
    actor: { organisation: row.actor_organisation, role: row.actor_role },
    data: parse(row.data),
    erased: row.erased === '' ? [] : row.erased.split(' '),
  }));
}

/**
 * The record as it was at `effective` (a date: at its end; default: now), going by what was recorded by `recorded`
 * (default: everything). Undefined when the system was not in the register then.
 */
export async function readRecordAsOf(
  pool: Pool,
  system: string,
  when: { effective?: string; recorded?: string },
): Promise<SystemRecord | undefined> {
  const { rows } = await pool.query<FactRow>(
    `SELECT system, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
     WHERE system = $1 AND changes_record AND effective_at <= $2 AND recorded_at <= $3 ORDER BY effective_at, position`,
    [system, toTimestamp(when.effective), toTimestamp(when.recorded)],
  );
  return foldRecord(system, rows);
}

/** What is known of each of the given systems, in order of effect: what a record is folded from. */
export async function readFacts(pool: Pool, systems: string[]): Promise<Map<string, DomainEvent[]>> {
  const { rows } = await pool.query<FactRow>(
    `SELECT system, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
     WHERE system = ANY ($1) AND changes_record ORDER BY system, effective_at, position`,
    [systems],
  );
  const facts = new Map<string, DomainEvent[]>(systems.map((system) => [system, []]));
  for (const row of rows) facts.get(row.system)!.push(toDomainEvent(row));
  return facts;
}

/** All versions of a record, oldest first. */
export async function readVersions(pool: Pool, system: string): Promise<RecordVersion[]> {
  const entries = (await readTimeline(pool, system, -1, 1_000_000)).filter((entry) => changesRecord(entry.type));
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
    const latest = facts.every((other) => other.effective <= fact.effective);
    facts.push(fact);
    facts.sort((a, b) => a.effective - b.effective || a.position - b.position);
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

/** Records of the given systems as everything recorded so far has it. */
export async function foldSystems(client: PoolClient, systems: string[]): Promise<FoldedRecord[]> {
  const { rows } = await client.query<FactRow>(
    `SELECT system, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
     WHERE system = ANY ($1) AND changes_record ORDER BY system, effective_at, position`,
    [systems],
  );
  return foldRecords(rows);
}

/** Folds events that are in order of effect; the registration counts first whatever its date. */
export function fold(system: string, events: DomainEvent[]): SystemRecord | undefined {
  const registration = events.find((event) => event.type === 'SystemRegistered');
  if (!registration) return undefined;
  const rest = events.filter((event) => event !== registration);
  return rest.reduce(
    (record, event) => evolveRecord(record, event, system),
    evolveRecord(undefined, registration, system),
  );
}

function foldRecords(rows: FactRow[]): FoldedRecord[] {
  const records: FoldedRecord[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (to < rows.length && rows[to]!.system === rows[from]!.system) to++;
    const own = rows.slice(from, to);
    const record = foldRecord(own[0]!.system, own);
    if (record) records.push({ record, position: Math.max(...own.map(({ position }) => position)) });
    from = to;
  }
  return records;
}

function foldRecord(system: string, rows: FactRow[]): SystemRecord | undefined {
  return fold(system, rows.map(toDomainEvent));
}

function toDomainEvent(row: FactRow): DomainEvent {
  const { type, occurred_at: occurredAt, organisation, data, event_id: id } = row;
  const erased = row.erased.includes('content');
  return { type, occurredAt, organisation, data: parse(data) ?? {}, id, erased } as DomainEvent;
}

function changedFields(before: SystemRecord | undefined, after: SystemRecord): string[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]) as Set<keyof SystemRecord>;
  return [...fields].filter((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after[field])).sort();
}

function toTimestamp(dateOrTime: string | undefined): string {
  return dateOrTime === undefined ? 'infinity' : new Date(endOf(dateOrTime)).toISOString();
}

function parse(data: string | null): Record<string, unknown> | null {
  return data === null ? null : (JSON.parse(data) as Record<string, unknown>);
}

/** A line of PostgreSQL's COPY text format. */
function toCopyRow({ position, envelope, data, erased }: RecordedEvent): string {
  const event = { type: envelope.type, occurredAt: envelope.occurredAt, data: data ?? {} } as DomainEvent;
  const effective = new Date(startOf(effectiveFrom(event))).toISOString();
  const json = data === null ? '\\N' : JSON.stringify(data).replaceAll('\\', '\\\\');
  return [
    position,
    envelope.system,
    envelope.id,
    envelope.type,
    envelope.occurredAt,
    effective,
    envelope.recordedAt,
    envelope.organisation,
    envelope.actor.organisation,
    envelope.actor.role,
    changesRecord(envelope.type),
    erased.join(' '),
    json,
  ].join('\t');
}

function* inChunks(rows: string[]): Generator<string> {
  for (let from = 0; from < rows.length; from += 200) yield `${rows.slice(from, from + 200).join('\n')}\n`;
}
