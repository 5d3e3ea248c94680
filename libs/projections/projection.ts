import type { PoolClient } from 'pg';
import type { TakenEvent } from './intake.js';
import type { SystemRecord } from './system-record.js';

/** A current record, the sequence and the log position of the last event that changed it, and every status that it went through. */
export type FoldedRecord = {
  record: SystemRecord;
  sequence: number;
  position: number;
  statuses: { status: SystemRecord['status']; since: string }[];
};

/** What a row of the timeline says of its event. */
export type EventRow = {
  event_id: string;
  type: string;
  occurred_at: string;
  organisation: string;
  data: string | null;
  erased: string;
};

/** A row of the timeline with the time of its recording, in milliseconds since 1970. */
export type RecordedRow = EventRow & { system: string; sequence: number; position: number; recorded_ms: number };

/** From when on a system was in the register or in use, as known from one recording to the next; in milliseconds since 1970, null for no end. */
export type Presence = { system: string; since: number; knownFrom: number; knownUntil: number | null };

/** What was recorded of a system that its record or its duties depend on, in the order of recording. */
export type History = { system: string; rows: RecordedRow[] };

/**
 * A read model: one file owns its tables, fills them in batches and queries them. The SQL names tables without a
 * schema; the connection's search_path says whether they are the live ones or those of a rebuild.
 */
export type Projection = {
  name: string;
  /** CREATE TABLE statements, with primary keys. */
  tables: string;
  /** CREATE INDEX statements, run after a rebuild has filled the tables. */
  indexes: string;
  /** Applies a batch of events, in order of sequence, in the transaction of the batch. */
  apply?(client: PoolClient, events: TakenEvent[]): Promise<void>;
  /** Does again what corrections and retractions of events of these streams change, once their events are in the timeline. */
  settle?(client: PoolClient, streams: string[]): Promise<void>;
  /**
   * Stores what follows from the records of all systems that the batch changed, as they are after it. One whose registration is retracted has no
   * record; when it was there is in `presence`, and what was recorded of it in `histories` all the same.
   */
  applyRecords?(client: PoolClient, records: FoldedRecord[], presence: Presence[], histories: History[]): Promise<void>;
  /** Drops the rows of one stream, so that its events can be applied again without what was erased. */
  forget?(client: PoolClient, stream: string): Promise<void>;
};

/** Inserts rows, given as one array per column. `conflict`: an ON CONFLICT clause. */
export async function insertColumns(
  client: PoolClient,
  table: string,
  columns: Record<string, { type: string; values: unknown[] }>,
  conflict = '',
): Promise<void> {
  const names = Object.keys(columns);
  const first = Object.values(columns)[0];
  if (!first || first.values.length === 0) return;
  const arrays = Object.values(columns).map(({ type }, i) => `$${i + 1}::${type}[]`);
  await client.query(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')}) ${conflict}`,
    Object.values(columns).map(({ values }) => values),
  );
}

/** Groups rows by a key, keeping their order. */
export function groupBy<T>(rows: T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
