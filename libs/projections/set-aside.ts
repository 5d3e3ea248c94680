import type { Pool, PoolClient } from 'pg';
import type { TakenEvent } from './intake.js';
import type { FoldedRecord } from './projection.js';

/** An event that could not be applied to the read models. The record lacks what it says; the log has all of it. */
export type SetAside = { position: number; event: string; type: string; stream: string; reason: string };

/** If events of more streams than this fail, the fault is in the program or the database. Then the projector waits and reports it. */
const maxStreams = 1000;

/** Filled by `batch.ts`. It is part of the read models, so it is rebuilt like everything else. */
export const setAsideTable = `CREATE TABLE set_aside (
  sequence bigint PRIMARY KEY, origin text NOT NULL, position bigint NOT NULL, event_id uuid NOT NULL, stream text NOT NULL, type text NOT NULL, recorded_at text NOT NULL, reason text NOT NULL);
  CREATE INDEX set_aside_stream ON set_aside (stream)`;

/**
 * Whether an error is due to the content of an event: one that our own code throws on it, or one of PostgreSQL's classes 22 (data), 23
 * (integrity), 54 (limits). Anything else (a lost connection, a full disk, a missing table) would affect every event.
 */
export function isDataError(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: string };
  if (typeof code === 'string') return /^(22|23|54)[0-9A-Z]{3}$/.test(code);
  return ['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError'].includes(name ?? '');
}

export async function putAside(
  client: PoolClient,
  { sequence, position, stream, envelope }: TakenEvent,
  error: unknown,
): Promise<void> {
  const { rows } = await client.query<{ streams: number }>(
    'SELECT count(DISTINCT stream)::int AS streams FROM set_aside WHERE NOT EXISTS (SELECT FROM set_aside WHERE stream = $1)',
    [stream],
  );
  if (rows[0]!.streams >= maxStreams)
    throw new Error(`Events of more than ${maxStreams} systems and organisations cannot be taken: ${String(error)}`);
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  await client.query(
    `INSERT INTO set_aside (sequence, origin, position, event_id, stream, type, recorded_at, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      sequence,
      envelope.origin,
      position,
      envelope.id,
      stream,
      String(envelope.type),
      String(envelope.recordedAt),
      reason,
    ],
  );
}

/** Forgets which events of a stream were set aside; true if there were any. */
export async function takeBack(client: PoolClient, stream: string): Promise<boolean> {
  return (await client.query('DELETE FROM set_aside WHERE stream = $1', [stream])).rowCount! > 0;
}

/** Adds to each record which of its events it lacks, up to a sequence or a time of recording. */
export async function markIncomplete(
  db: Pick<Pool, 'query'>,
  folded: FoldedRecord[],
  upTo: { sequence?: number; recorded?: string | undefined } = {},
): Promise<FoldedRecord[]> {
  const { rows } = await db.query<SetAside & { event_id: string }>({
    name: 'set-aside-of',
    text: `SELECT position, event_id, stream, type FROM set_aside
      WHERE stream = ANY ($1) AND sequence <= $2 AND ($3::text IS NULL OR recorded_at <= $3) ORDER BY sequence`,
    values: [folded.map(({ record }) => record.id), upTo.sequence ?? Number.MAX_SAFE_INTEGER, upTo.recorded ?? null],
  });
  if (rows.length === 0) return folded;
  return folded.map((each) => {
    const own = rows.filter(({ stream }) => stream === each.record.id);
    if (own.length === 0) return each;
    const incomplete = own.map(({ position, event_id: event, type }) => ({ position, event, type }));
    return { ...each, record: { ...each.record, incomplete } };
  });
}

/** The first events that were set aside, and how many there are. */
export async function readSetAside(
  db: Pick<Pool, 'query'>,
  limit: number,
): Promise<{ events: SetAside[]; count: number }> {
  const { rows } = await db.query<{
    position: number;
    event_id: string;
    stream: string;
    type: string;
    reason: string;
    count: number;
  }>('SELECT *, count(*) OVER () AS count FROM set_aside ORDER BY sequence LIMIT $1', [limit]);
  const events = rows.map(({ position, event_id: event, stream, type, reason }) => ({
    position,
    event,
    stream,
    type,
    reason,
  }));
  return { events, count: rows[0]?.count ?? 0 };
}
