import pg, { type Pool } from 'pg';
import type { KnownEvent } from '../port.js';
import type { Database } from './database.js';
import { locks } from './locks.js';

/** The condition of the database. `clock`: its time, in milliseconds since 1970. */
export type Condition = {
  head: KnownEvent | undefined;
  clock: number;
  isReadOnly: boolean;
  /** Settings with which a crash of the machine can lose committed data. */
  unsafe: string[];
};

export async function readCondition(pool: Pool): Promise<Condition> {
  const { rows } = await pool.query<Omit<Condition, 'head'> & { head: number | null; id: string }>(
    `SELECT e.position AS head, e.id, extract(epoch FROM clock_timestamp())::float8 * 1000 AS clock,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS "isReadOnly",
       ARRAY(SELECT name FROM unnest(ARRAY['fsync', 'full_page_writes']) AS s (name) WHERE current_setting(name) = 'off') AS unsafe
     FROM (VALUES (1)) AS one
     LEFT JOIN LATERAL (SELECT position, id FROM vitrine.event ORDER BY position DESC LIMIT 1) e ON true`,
  );
  const { head, id, clock, isReadOnly, unsafe } = rows[0]!;
  return { head: head === null ? undefined : { position: head, id }, clock, isReadOnly, unsafe };
}

/**
 * Takes the log's lock and writes 64 pages, which are rolled back. A new temporary table needs new disk space, but none of it goes through
 * the write-ahead log.
 */
const attempt = `BEGIN;
  SELECT pg_advisory_xact_lock(${locks.appending});
  CREATE TEMP TABLE vitrine_room ON COMMIT DROP AS SELECT gen_random_uuid() FROM generate_series(1, 10000);
  ROLLBACK`;

/**
 * Connects as the application and tries to write something that is rolled back. Throws the database's error, unless the login lacks the
 * privilege to try (42501).
 */
export async function tryToWrite(database: Database, patienceMilliseconds: number): Promise<void> {
  const client = new pg.Client({
    ...database.application,
    application_name: 'vitrine try',
    connectionTimeoutMillis: patienceMilliseconds,
    query_timeout: patienceMilliseconds,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(attempt);
  } catch (error) {
    const mayNotTry = (error as { code?: string }).code === '42501';
    if (!mayNotTry) throw error;
  } finally {
    client.end().catch(() => undefined);
  }
}
