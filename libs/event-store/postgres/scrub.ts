import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from './database.js';
import { locks } from './locks.js';
import { dropPastDays } from './past-days.js';

/**
 * What was done. `tables`: how many tables were rewritten without what was deleted. `writeAheadLog`: whether the write-ahead log was
 * overwritten too; that needs a superuser, and otherwise is left to the operator of the PostgreSQL.
 */
export type Scrubbed = { tables: number; writeAheadLog: boolean };

const maxWait = 60_000;

/**
 * Removes erased content from the database's files. A deleted row stays in its table's file, in the planner's statistics and in the
 * write-ahead log until it is overwritten. So every table that may hold content is rewritten (VACUUM FULL: readers and writers of that
 * table wait meanwhile), and the write-ahead log is filled up to its last recycled file. Does nothing if nothing was erased since the last
 * time.
 */
export async function scrub(database: Database): Promise<Scrubbed | undefined> {
  const client = new pg.Client({ ...database.owner, application_name: 'vitrine scrub' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${locks.scrubbing})`);
    const upTo = await erasedUpTo(client);
    if (upTo === undefined) return undefined;
    // A rebuild may hold erased content in its own tables; an interrupted one left them behind.
    await client.query(`SELECT pg_advisory_lock(${locks.building})`);
    await client.query('DROP SCHEMA IF EXISTS read_next, read_check CASCADE');
    // So do the tables of past days, which are filled again when somebody asks for them.
    await dropPastDays(client);
    await waitForOldReaders(client);
    const superuser = await isSuperuser(client);
    const tables = await tablesWithContent(client);
    // Waiting for a table blocks everybody who comes later: better give up and try again than wait for a long export.
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

/** Position of the last erasure, if the erased content may still be in the database's files. */
export async function erasedUpTo(client: pg.Client | pg.Pool): Promise<number | undefined> {
  const { rows } = await client.query<{ last: number | null }>(
    `SELECT max(position)::float8 AS last FROM vitrine.event
     WHERE envelope LIKE '%"type":"PayloadErased"%' AND position > (SELECT position FROM vitrine.scrubbed)`,
  );
  return rows[0]?.last ?? undefined;
}

/** A reader that began before the erasure (an export) still sees the rows; while it reads, they cannot be removed. */
async function waitForOldReaders(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ now: string }>('SELECT pg_current_xact_id()::xid::text AS now');
  for (const end = Date.now() + maxWait; ; await sleep(200)) {
    const old = await client.query(
      `SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
       AND backend_xmin IS NOT NULL AND age(backend_xmin) > age($1::xid)`,
      [rows[0]!.now],
    );
    if (old.rowCount === 0) return;
    if (Date.now() > end) throw new Error('A reader of the database still holds what was erased. It is tried again.');
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
 * A switch begins a new file. A checkpoint then recycles the files before it, which keep their bytes until they are used again. So this
 * goes through all recycled files once; a switch fills the rest of a file with zeros.
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
