import type { PoolClient } from 'pg';
import { commitment, type Envelope, type PartName, type PayloadPart } from '../envelope.js';
import type { KnownEvent, Row } from '../port.js';
import { type Database, openPool } from './database.js';
import { callAppend, lockLog } from './write.js';
import { openWritingPool } from './writing-pool.js';

/** A record of an external log: the envelope of an event, and its idempotency key, if it has one. */
export type LogRecord = { id: string; key: string | null; leaf: string };

/** Where the copy ends, and the database's clock. */
export type CopyEnd = { head: KnownEvent | undefined; headRecordedAt: string | null; clock: Date };

/** How long a payload is kept for its event, at least; after that, nobody is about to write the event. */
const maxWait = '1 day';

/**
 * The copy of an external log in this database: `event`, filled in the log's order, with what events carry, which is kept only here.
 * Several processes may fill it.
 */
export function openLogCopy(database: Database) {
  const pool = openWritingPool(database, () => undefined);
  return {
    async end(): Promise<CopyEnd> {
      const { rows } = await pool.query<{ position: number | null; id: string; recorded: string | null; clock: Date }>({
        name: 'copy-end',
        text: `SELECT e.position, e.id, e.envelope::json ->> 'recordedAt' AS recorded, clock_timestamp() AS clock FROM (VALUES (1)) one
          LEFT JOIN LATERAL (SELECT * FROM vitrine.event ORDER BY position DESC LIMIT 1) e ON true`,
      });
      const { position, id, recorded, clock } = rows[0]!;
      return { head: position === null ? undefined : { position, id }, headRecordedAt: recorded, clock };
    },
    async holds({ position, id }: KnownEvent): Promise<boolean> {
      const { rowCount } = await pool.query('SELECT FROM vitrine.event WHERE position = $1 AND id = $2', [
        position,
        id,
      ]);
      return rowCount === 1;
    },
    /** Which of these ids and keys the copy has. */
    async taken(rows: Row[]): Promise<Set<string>> {
      const found = await pool.query<{ id: string; key: string | null }>({
        name: 'copy-taken',
        text: `SELECT id, key FROM vitrine.event WHERE id = ANY ($1::uuid[])
          UNION SELECT id, key FROM vitrine.event WHERE key = ANY ($2::uuid[])`,
        values: [rows.map(({ event }) => event.id), rows.flatMap(({ key }) => key ?? [])],
      });
      return new Set(found.rows.flatMap(({ id, key }) => (key === null ? [id] : [id, key])));
    },
    /** Keeps what events carry, before the events go into the log. Repeating it for the same events adds nothing. */
    async keep(rows: Row[]): Promise<void> {
      const parts = rows.flatMap(({ event, parts: own }) => own.map((part) => ({ event: event.id, ...part })));
      await pool.query({
        name: 'copy-keep',
        text: `INSERT INTO vitrine.unplaced_payload (event, part, salt, body)
          SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[]) ON CONFLICT DO NOTHING`,
        values: [
          parts.map(({ event }) => event),
          parts.map(({ part }) => part),
          parts.map(({ salt }) => salt),
          parts.map(({ body }) => body),
        ],
      });
    },
    /** Adds records of the log from a position on; skips those that another process has added already. */
    async take(from: number, records: LogRecord[]): Promise<void> {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        // What a crash loses here is read from the log again.
        await client.query('BEGIN');
        await client.query('SET LOCAL synchronous_commit = off');
        await lockLog(client);
        const end = await client.query<{ next: number }>(
          'SELECT coalesce(max(position), -1) + 1 AS next FROM vitrine.event',
        );
        const { next } = end.rows[0]!;
        if (next < from) throw new Error(`Record ${from} of the log does not follow the last one here, ${next - 1}.`);
        const fresh = records.slice(next - from);
        if (fresh.length > 0) await write(client, next, fresh);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch((lost: Error) => {
          broken = lost;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    /** Marks this database as a copy, for good. */
    async mark(): Promise<void> {
      await pool.query('INSERT INTO vitrine.ordered_elsewhere DEFAULT VALUES ON CONFLICT DO NOTHING');
    },
    /** Deletes what was kept for events that never went into the log. */
    async sweep(): Promise<void> {
      await pool.query(`DELETE FROM vitrine.unplaced_payload WHERE written_at < now() - interval '${maxWait}'`);
    },
    close: () => pool.end(),
  };
}

/** Whether another log keeps the order of the events in this database. */
export async function isOrderedElsewhere(database: Database): Promise<boolean> {
  const pool = openPool(database, { max: 1 });
  try {
    const { rowCount } = await pool.query('SELECT FROM vitrine.ordered_elsewhere');
    return rowCount === 1;
  } finally {
    await pool.end();
  }
}

export type LogCopy = ReturnType<typeof openLogCopy>;

async function write(client: PoolClient, next: number, records: LogRecord[]): Promise<void> {
  const ids = records.map(({ id }) => id);
  const kept = await client.query<PayloadPart & { event: string }>({
    name: 'copy-kept',
    text: 'DELETE FROM vitrine.unplaced_payload WHERE event = ANY ($1::uuid[]) RETURNING event, part, salt, body',
    values: [ids],
  });
  const found = new Map(
    kept.rows.map(({ event, part, salt, body }) => [
      `${event} ${commitment({ part, salt, body })}`,
      { part, salt, body },
    ]),
  );
  const envelopes = records.map(({ leaf }) => JSON.parse(leaf) as Envelope);
  const rows = records.map(({ id, key, leaf }, i): Row => {
    const { system, organisation, streamVersion, recordedAt, parts: promised } = envelopes[i]!;
    const event = { id, position: next + i, version: streamVersion, recordedAt };
    const parts = promised.flatMap((part) => found.get(`${id} ${part.commitment}`) ?? []);
    return { stream: system ?? organisation, event, key, leaf, parts };
  });
  for (const [i, { id, parts: promised }] of envelopes.entries())
    if (rows[i]!.parts.length < promised.length)
      throw new Error(
        `Event ${next + i} (${id}) is in the log, but what it carries is not in this database. Restore it from a backup: vitrine restore.`,
      );
  const { firstPosition, refused } = await callAppend(client, rows, [], new Map(), {
    known: undefined,
    aheadMilliseconds: Number.MAX_SAFE_INTEGER,
  });
  if (refused !== null || firstPosition !== next)
    throw new Error(`The database does not take record ${next} of the log (${refused ?? `next is ${firstPosition}`}).`);
  for (const [i, { type }] of envelopes.entries()) if (type === 'PayloadErased') await erase(client, rows[i]!.parts);
}

/** Deletes what an event says was erased, in the transaction that adds the event. */
async function erase(client: PoolClient, parts: PayloadPart[]): Promise<void> {
  const { event, part } = JSON.parse(parts[0]?.body ?? '{}') as { event?: string; part?: PartName };
  await client.query(
    'DELETE FROM vitrine.payload WHERE position = (SELECT position FROM vitrine.event WHERE id = $1) AND part = $2',
    [event, part],
  );
}
