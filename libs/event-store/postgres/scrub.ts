import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from './database.js';
import { locks } from './locks.js';

/**
 * What was done: `tables` were written anew without what was deleted; `writeAheadLog`: the database's log of changes was
 * written over too. That needs a superuser; with a PostgreSQL of one's own it is left to its operator.
 */
export type Scrubbed = { tables: number; writeAheadLog: boolean };

const maxWait = 60_000;

/**
 * Makes what was erased vanish from the files of the database. A deleted row stays in its table's file, in the
 * statistics of the planner and in the write-ahead log until something is written over it: so every table that may hold
 * content is written anew (VACUUM FULL: readers and writers of that table wait meanwhile), and the write-ahead log is
 * filled up to its last recycled file. Does nothing when nothing was erased since the last time.
 */
export async function scrub(database: Database): Promise<Scrubbed | undefined> {
  const client = new pg.Client({ ...database.owner, application_name: 'vitrine scrub' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${locks.scrubbing})`);
    const upTo = await erasedUpTo(client);
    if (upTo === undefined) return undefined;
    // A rebuild may hold what was erased in tables of its own; one that broke off left them behind.
    await client.query(`SELECT pg_advisory_lock(${locks.building})`);
    await client.query('DROP SCHEMA IF EXISTS read_next, read_check CASCADE');
    await waitForOldReaders(client);
    const superuser = await isSuperuser(client);
    const tables = await tablesWithContent(client);
    // Whoever waits for a table holds up all who come after: rather give up and try again than wait for a long export.
    await client.query('SET lock_timeout = 200');
    for (const table of tables) await client.query(`VACUUM (FULL, ANALYZE) ${table}`);
    if (superuser) {
      await client.query('VACUUM (FULL) pg_catalog.pg_statistic');
      await overwriteWriteAheadLog(client);
    }
    await client.query('UPDATE vitrine.scrubbed SET position = $1', [upTo]);
    return { tables: tables.length, writeAheadLog: superuser };
  } finally {
    await client.end();
  }
}

/** Position of the last erasure, if what it erased may still be in the files of the database. */
export async function erasedUpTo(client: pg.Client | pg.Pool): Promise<number | undefined> {
  const { rows } = await client.query<{ last: number | null }>(
    `SELECT max(position)::float8 AS last FROM vitrine.event
     WHERE envelope LIKE '%"type":"PayloadErased"%' AND position > (SELECT position FROM vitrine.scrubbed)`,
  );
  return rows[0]?.last ?? undefined;
}

/** A reader that began before the erasure (an export) still sees the rows; while it reads, they cannot be dropped. */
async function waitForOldReaders(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ now: string }>('SELECT pg_current_xact_id()::xid::text AS now');
  for (const end = Date.now() + maxWait; ; await sleep(200)) {
    const old = await client.query(
      `SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
       AND backend_xmin IS NOT NULL AND age(backend_xmin) > age($1::xid)`,
      [rows[0]!.now],
    );
    if (old.rowCount === 0) return;
    if (Date.now() > end) throw new Error('A reader of the database holds on to what was erased; it is tried again.');
  }
}

async function isSuperuser(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ super: boolean }>(
    'SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user',
  );
  return rows[0]!.super;
}

async function tablesWithContent(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname = 'read' OR (schemaname = 'vitrine' AND tablename IN ('payload', 'unplaced_payload')) ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/**
 * A switch begins a new file, a checkpoint then turns those before it into spare ones, which keep their bytes until they
 * are used again. So: once through all spare files; a switch fills what is left of one with zeros.
 */
async function overwriteWriteAheadLog(client: pg.Client): Promise<void> {
  const beginFile = async () => {
    await client.query("SELECT pg_logical_emit_message(false, 'vitrine', '')");
    await client.query('SELECT pg_switch_wal()');
  };
  await beginFile();
  await client.query('CHECKPOINT');
  const { rows } = await client.query<{ files: number }>(
    'SELECT count(*)::int AS files FROM pg_ls_waldir() WHERE name ~ $1',
    ['^[0-9A-F]{24}$'],
  );
  for (let i = 0; i <= rows[0]!.files; i++) await beginFile();
}
