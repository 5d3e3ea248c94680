import type { Pool } from 'pg';
import { type DomainEvent, isAbout, isWord, readWords, toDomainEvent, type Word } from '#domain';
import { type CopyRow, copyRows, eventSql } from '#event-store';
import type { TakenEvent } from './intake.js';
import type { EventRow, Projection } from './projection.js';
import { changesRecord } from './record.js';

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

/** `standing`: what the last word on the event is; `correctedBy`: the events that correct or retract it and were not retracted themselves. */
export type MarkedEntry = TimelineEntry & { standing: 'stands' | 'corrected' | 'retracted'; correctedBy: string[] };

export type EntryRow = EventRow & {
  system: string;
  sequence: number;
  position: number;
  recorded_ms: number;
  actor_organisation: string;
  actor_role: string;
};

/** Every event; `system` is null for one of an organisation itself. Records and figures at any moment, by either time, are folded from here. */
export const timeline: Projection = {
  name: 'timeline',
  tables: `CREATE TABLE timeline (
    sequence bigint PRIMARY KEY, origin text COLLATE "C" NOT NULL, position bigint NOT NULL, system text, event_id uuid NOT NULL, type text NOT NULL,
    occurred_at text NOT NULL, recorded_at timestamptz NOT NULL,
    organisation text NOT NULL, actor_organisation text NOT NULL, actor_role text NOT NULL,
    changes_record boolean NOT NULL, is_word boolean NOT NULL, erased text NOT NULL, data text)`,
  indexes: `CREATE INDEX timeline_system ON timeline (system, sequence);
    CREATE INDEX timeline_organisation ON timeline (organisation, sequence);
    CREATE INDEX timeline_type ON timeline (type, sequence);
    CREATE INDEX timeline_own ON timeline (organisation, sequence) WHERE system IS NULL;
    CREATE INDEX timeline_word ON timeline (system, organisation, sequence) WHERE is_word OR type = 'PayloadErased';
    CREATE INDEX timeline_position ON timeline (origin, position);
    CREATE INDEX timeline_fact ON timeline (system, sequence) WHERE changes_record;
    CREATE INDEX timeline_figures ON timeline (system, sequence) WHERE type = 'OversightFiguresReported';
    CREATE INDEX timeline_erasure ON timeline (sequence) WHERE type = 'PayloadErased'`,
  async apply(client, events) {
    await copyRows(client, 'timeline', events.map(toRow));
  },
  async forget(client, stream) {
    await client.query('DELETE FROM timeline WHERE system = $1 OR (system IS NULL AND organisation = $1)', [stream]);
  },
};

/**
 * Which events of a timeline: of these types, after a sequence, in the order of recording or (`newestFirst`) in reverse. `upTo`: the last sequence
 * whose corrections and retractions count.
 */
export type TimelinePage = {
  first: number;
  after?: number | undefined;
  types?: string[] | undefined;
  newestFirst?: boolean;
  upTo?: number;
};

export const entryColumns = `system, sequence, position, event_id, type, occurred_at, organisation, data, erased, actor_organisation, actor_role,
  extract(epoch FROM recorded_at)::float8 * 1000 AS recorded_ms`;

/** A page of the timeline of each system. */
export async function readTimelines(
  pool: Pick<Pool, 'query'>,
  systems: string[],
  { first, after, types, newestFirst = false, upTo }: TimelinePage,
): Promise<Map<string, MarkedEntry[]>> {
  // Read at once: the page of each system, and the words on its events, wherever they are in the timeline.
  const { rows } = await pool.query<EntryRow & { is_mark: boolean }>({
    name: newestFirst ? 'timelines-backwards' : 'timelines',
    text: `SELECT entry.*, false AS is_mark FROM unnest($1::text[]) s (id) CROSS JOIN LATERAL (
       SELECT ${entryColumns} FROM timeline
       WHERE system = s.id AND sequence ${newestFirst ? '<' : '>'} $2 AND ($3::text[] IS NULL OR type = ANY ($3))
       ORDER BY sequence ${newestFirst ? 'DESC' : ''} LIMIT $4) entry
     UNION ALL
     SELECT ${entryColumns}, true FROM timeline
     WHERE system = ANY ($1) AND (is_word OR type = 'PayloadErased') AND sequence <= $5`,
    values: [
      systems,
      after ?? (newestFirst ? Number.MAX_SAFE_INTEGER : -1),
      types ?? null,
      first,
      upTo ?? Number.MAX_SAFE_INTEGER,
    ],
  });
  rows.sort((a, b) => a.sequence - b.sequence);
  const { on } = readWords(rows.filter((row) => row.is_mark).map(eventOfRow));
  const page = rows.filter((row) => !row.is_mark);
  const pages = new Map<string, MarkedEntry[]>(systems.map((system) => [system, []]));
  for (const row of newestFirst ? page.reverse() : page) pages.get(row.system)!.push(mark(row, on.get(row.event_id)));
  return pages;
}

function mark(row: EntryRow, words: readonly Word[] = []): MarkedEntry {
  const own = words.filter((word) => isAbout(word, row));
  const last = own.at(-1)?.type;
  const standing = last === undefined ? 'stands' : last === 'EventRetracted' ? 'retracted' : 'corrected';
  return Object.assign(toEntry(row), { standing, correctedBy: own.map(({ id }) => id!) } as const);
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
export async function readTimeline(pool: Pool, system: string): Promise<MarkedEntry[]> {
  return (await readTimelines(pool, [system], { first: 1_000_000 })).get(system)!;
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

/** A row of the timeline as the rules see its event. */
export function eventOfRow({
  type,
  occurred_at: occurredAt,
  organisation,
  event_id: id,
  data,
  erased,
}: EventRow): DomainEvent {
  return toDomainEvent({ type, occurredAt, organisation, id }, parse(data), erased);
}

function parse(data: string | null): Record<string, unknown> | null {
  return data === null ? null : (JSON.parse(data) as Record<string, unknown>);
}

function toRow({ sequence, position, envelope, data, erased }: TakenEvent): CopyRow {
  return [
    sequence,
    envelope.origin,
    position,
    envelope.system ?? null,
    envelope.id,
    envelope.type,
    envelope.occurredAt,
    envelope.recordedAt,
    envelope.organisation,
    envelope.actor.organisation,
    envelope.actor.role,
    envelope.system !== undefined && changesRecord(envelope.type, data),
    isWord(envelope),
    erased.join(' '),
    data === null ? null : JSON.stringify(data),
  ];
}
