import type { Pool, PoolClient } from 'pg';
import { type DomainEvent, endOf, startOf, toDomainEvent } from '#domain';
import { type CopyRow, copyRows, eventSql } from '#event-store';
import type { TakenEvent } from './intake.js';
import type { FoldedRecord, Projection } from './projection.js';
import { changesRecord, effectiveFrom, evolveRecord, type SystemRecord } from './record.js';
import { markIncomplete } from './set-aside.js';

/**
 * One event of a system as its timeline shows it, ordered by `sequence`. `position`: its place in its log. `data`: null if all of it was erased;
 * `erased`: the parts that were.
 */
export type TimelineEntry = {
  system: string;
  sequence: number;
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

type FactRow = {
  system: string;
  sequence: number;
  position: number;
  event_id: string;
  type: string;
  occurred_at: string;
  organisation: string;
  data: string | null;
  erased: string;
};

export type EntryRow = FactRow & { recorded_ms: number; actor_organisation: string; actor_role: string };

/** Every event; `system` is null for one of an organisation itself. The state of a record at any moment, by either time, is folded from here. */
export const timeline: Projection = {
  name: 'timeline',
  tables: `CREATE TABLE timeline (
    sequence bigint PRIMARY KEY, origin text COLLATE "C" NOT NULL, position bigint NOT NULL, system text, event_id uuid NOT NULL, type text NOT NULL,
    occurred_at text NOT NULL, effective_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
    organisation text NOT NULL, actor_organisation text NOT NULL, actor_role text NOT NULL,
    changes_record boolean NOT NULL, erased text NOT NULL, data text)`,
  indexes: `CREATE INDEX timeline_system ON timeline (system, sequence);
    CREATE INDEX timeline_organisation ON timeline (organisation, sequence);
    CREATE INDEX timeline_position ON timeline (origin, position);
    CREATE INDEX timeline_fact ON timeline (system, effective_at, sequence) WHERE changes_record;
    CREATE INDEX timeline_erasure ON timeline (sequence) WHERE type = 'PayloadErased'`,
  async apply(client, events) {
    await copyRows(client, 'timeline', events.map(toRow));
  },
  async forget(client, stream) {
    await client.query('DELETE FROM timeline WHERE system = $1 OR (system IS NULL AND organisation = $1)', [stream]);
  },
};

/** Which events of a timeline: of these types, after a sequence, in the order of recording or (`newestFirst`) in reverse. */
export type TimelinePage = {
  first: number;
  after?: number | undefined;
  types?: string[] | undefined;
  newestFirst?: boolean;
};

export const entryColumns = `system, sequence, position, event_id, type, occurred_at, organisation, data, erased, actor_organisation, actor_role,
  extract(epoch FROM recorded_at)::float8 * 1000 AS recorded_ms`;

/** A page of the timeline of each system. */
export async function readTimelines(
  pool: Pick<Pool, 'query'>,
  systems: string[],
  { first, after, types, newestFirst = false }: TimelinePage,
): Promise<Map<string, TimelineEntry[]>> {
  const { rows } = await pool.query<EntryRow>({
    name: newestFirst ? 'timelines-backwards' : 'timelines',
    text: `SELECT entry.* FROM unnest($1::text[]) s (id) CROSS JOIN LATERAL (
       SELECT ${entryColumns} FROM timeline
       WHERE system = s.id AND sequence ${newestFirst ? '<' : '>'} $2 AND ($3::text[] IS NULL OR type = ANY ($3))
       ORDER BY sequence ${newestFirst ? 'DESC' : ''} LIMIT $4) entry`,
    values: [systems, after ?? (newestFirst ? Number.MAX_SAFE_INTEGER : -1), types ?? null, first],
  });
  const pages = new Map<string, TimelineEntry[]>(systems.map((system) => [system, []]));
  for (const row of rows) pages.get(row.system)!.push(toEntry(row));
  return pages;
}

/** How many events of these types each system has. */
export async function countTimelines(pool: Pool, systems: string[], types?: string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ system: string; count: number }>(
    `SELECT system, count(*) FROM timeline WHERE system = ANY ($1) AND ($2::text[] IS NULL OR type = ANY ($2)) GROUP BY system`,
    [systems, types ?? null],
  );
  return new Map(rows.map(({ system, count }) => [system, count]));
}

/** The whole timeline of a system, in order of recording. */
export async function readTimeline(pool: Pool, system: string): Promise<TimelineEntry[]> {
  return (await readTimelines(pool, [system], { first: 1_000_000 })).get(system)!;
}

/** A point in both times: what was true at `effective` (for a date: at its end), going by what had been recorded by `recorded`. Default: no limit. */
export type When = { effective?: string | undefined; recorded?: string | undefined };

/** The records as they were then. A system that was not in the register is left out. */
export async function readRecordsAsOf(pool: Pool, systems: string[], when: When): Promise<Map<string, SystemRecord>> {
  const { rows } = await pool.query<FactRow>(
    `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
     WHERE system = ANY ($1) AND changes_record AND effective_at <= $2 AND recorded_at <= $3
     ORDER BY system, effective_at, sequence`,
    [systems, toTimestamp(when.effective), toTimestamp(when.recorded)],
  );
  const folded = await markIncomplete(pool, await foldWithErasures(pool, rows), {
    recorded: when.recorded && toTimestamp(when.recorded),
  });
  return new Map(folded.map(({ record }) => [record.id, record]));
}

const wasThere = `EXISTS (SELECT FROM timeline t WHERE t.system = s.id AND t.type = 'SystemRegistered' AND t.changes_record
  AND t.effective_at <= $1 AND t.recorded_at <= $2)`;

/** A page, after an id, of the records of all systems that were in the register then, as they were. */
export async function readAllRecordsAsOf(
  pool: Pool,
  when: When,
  page: { first: number; after?: string | undefined },
): Promise<{ records: SystemRecord[]; hasMore: boolean }> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM system s WHERE id > $3 AND ${wasThere} ORDER BY id LIMIT $4`,
    [toTimestamp(when.effective), toTimestamp(when.recorded), page.after ?? '', page.first + 1],
  );
  const ids = rows.slice(0, page.first).map(({ id }) => id);
  const found = await readRecordsAsOf(pool, ids, when);
  return { records: ids.flatMap((id) => found.get(id) ?? []), hasMore: rows.length > page.first };
}

/** How many systems were in the register then. */
export async function countRecordsAsOf(pool: Pool, when: When): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) FROM system s WHERE ${wasThere}`, [
    toTimestamp(when.effective),
    toTimestamp(when.recorded),
  ]);
  return rows[0]!.count;
}

/** The sequence of the event at a position of the register's own log. */
export async function readSequence(db: Pick<Pool, 'query'>, position: number): Promise<number> {
  const { rows } = await db.query<{ sequence: number }>(
    `SELECT sequence FROM timeline WHERE origin = ${eventSql.origin} AND position = $1
     UNION ALL SELECT sequence FROM set_aside WHERE origin = ${eventSql.origin} AND position = $1`,
    [position],
  );
  return rows[0]!.sequence;
}

/** The records folded from the events up to a sequence. */
export async function foldRowsUpTo(client: PoolClient, systems: string[], sequence: number): Promise<FoldedRecord[]> {
  const { rows } = await client.query<FactRow>({
    name: 'facts-up-to',
    text: `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
      WHERE system = ANY ($1) AND changes_record AND sequence <= $2 ORDER BY system, effective_at, sequence`,
    values: [systems, sequence],
  });
  return markIncomplete(client, await foldWithErasures(client, rows), { sequence });
}

/** Folds records and adds to each the later erasures of what it said: a past record must show them, too, whatever the day. */
async function foldWithErasures(db: Pick<Pool, 'query'>, rows: FactRow[]): Promise<FoldedRecord[]> {
  const folded = foldRecords(rows);
  const erased = new Set(rows.filter((row) => row.erased !== '').map((row) => row.event_id));
  if (erased.size === 0) return folded;
  const found = await db.query<FactRow>(
    `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
     WHERE system = ANY ($1) AND type = 'PayloadErased' ORDER BY sequence`,
    [folded.map(({ record }) => record.id)],
  );
  const records = new Map(folded.map(({ record }) => [record.id, record]));
  for (const row of found.rows) {
    const record = records.get(row.system)!;
    const { event } = (parse(row.data) ?? {}) as { event?: string };
    if (!event || !erased.has(event) || record.erasures?.some(({ erasedBy }) => erasedBy === row.event_id)) continue;
    const { erasures } = evolveRecord(record, toFact(row), row.system)!;
    records.set(row.system, { ...record, erasures: erasures! });
  }
  return folded.map((each) => ({ ...each, record: records.get(each.record.id)! }));
}

/** The record of one system as it was then; undefined when it was not in the register. */
export async function readRecordAsOf(pool: Pool, system: string, when: When): Promise<SystemRecord | undefined> {
  return (await readRecordsAsOf(pool, [system], when)).get(system);
}

/** The events from which the record of each system is folded, in order of effect. */
export async function readFacts(pool: Pool, systems: string[]): Promise<Map<string, DomainEvent[]>> {
  const { rows } = await pool.query<FactRow>(
    `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
     WHERE system = ANY ($1) AND changes_record ORDER BY system, effective_at, sequence`,
    [systems],
  );
  const facts = new Map<string, DomainEvent[]>(systems.map((system) => [system, []]));
  for (const row of rows) facts.get(row.system)!.push(toFact(row));
  return facts;
}

/** Records of the given systems, folded from everything recorded so far. */
export async function foldSystems(client: PoolClient, systems: string[]): Promise<FoldedRecord[]> {
  const { rows } = await client.query<FactRow>(
    `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased FROM timeline
     WHERE system = ANY ($1) AND changes_record ORDER BY system, effective_at, sequence`,
    [systems],
  );
  return markIncomplete(client, foldRecords(rows));
}

/** Folds events that are in order of effect; the registration comes first, whatever its date. `onStep` receives each intermediate record. */
export function fold(
  system: string,
  events: DomainEvent[],
  onStep?: (record: SystemRecord) => void,
): SystemRecord | undefined {
  const registration = events.find((event) => event.type === 'SystemRegistered');
  if (!registration) return undefined;
  let record: SystemRecord | undefined;
  for (const event of [registration, ...events.filter((other) => other !== registration)]) {
    record = evolveRecord(record, event, system);
    if (record) onStep?.(record);
  }
  return record;
}

function foldRecords(rows: FactRow[]): FoldedRecord[] {
  const records: FoldedRecord[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (to < rows.length && rows[to]!.system === rows[from]!.system) to++;
    const own = rows.slice(from, to);
    const statuses: FoldedRecord['statuses'] = [];
    const record = fold(own[0]!.system, own.map(toFact), ({ status, statusSince }) => {
      if (statuses.at(-1)?.status !== status) statuses.push({ status, since: statusSince });
    });
    const { sequence, position } = own.reduce((last, row) => (row.sequence > last.sequence ? row : last));
    if (record) records.push({ record, sequence, position, statuses });
    from = to;
  }
  return records;
}

/** The data of an event is parsed only when it is read. */
export function toEntry(row: EntryRow): TimelineEntry {
  let data: TimelineEntry['data'] | undefined;
  return {
    system: row.system,
    sequence: row.sequence,
    position: row.position,
    eventId: row.event_id,
    type: row.type,
    occurredAt: row.occurred_at,
    recordedAt: new Date(Math.round(row.recorded_ms)).toISOString(),
    organisation: row.organisation,
    actor: { organisation: row.actor_organisation, role: row.actor_role },
    get data() {
      data ??= parse(row.data);
      return data;
    },
    erased: row.erased === '' ? [] : row.erased.split(' '),
  };
}

function toFact(row: FactRow): DomainEvent {
  const { type, occurred_at: occurredAt, organisation, event_id: id } = row;
  return toDomainEvent({ type, occurredAt, organisation, id }, parse(row.data), row.erased);
}

function toTimestamp(dateOrTime: string | undefined): string {
  return dateOrTime === undefined ? 'infinity' : new Date(endOf(dateOrTime)).toISOString();
}

function parse(data: string | null): Record<string, unknown> | null {
  return data === null ? null : (JSON.parse(data) as Record<string, unknown>);
}

function toRow({ sequence, position, envelope, data, erased }: TakenEvent): CopyRow {
  const event = toDomainEvent(envelope, data, erased);
  return [
    sequence,
    envelope.origin,
    position,
    envelope.system ?? null,
    envelope.id,
    envelope.type,
    envelope.occurredAt,
    new Date(startOf(effectiveFrom(event))).toISOString(),
    envelope.recordedAt,
    envelope.organisation,
    envelope.actor.organisation,
    envelope.actor.role,
    envelope.system !== undefined && changesRecord(envelope.type),
    erased.join(' '),
    data === null ? null : JSON.stringify(data),
  ];
}
