import type { PoolClient } from 'pg';
import { type Database, type EventStore, openPool } from '#event-store';
import { applyEvents, applyRecords, inTransaction, projections } from './batch.js';
import { live, withSearchPath } from './live.js';

/** Raise it when a table or what goes into it changes: the next start rebuilds beside the live tables. */
const version = 11;

const rebuildBatch = 1000;

export type Progress = (position: number, head: number) => void;

/** Makes the live tables if there are none; rebuilds them if another version of the program made them. */
export async function prepareReadModels(database: Database, store: EventStore, progress?: Progress): Promise<void> {
  const pool = openPool(database, { max: 1 });
  try {
    const { rows } = await pool.query<{ version: string | null }>(
      `SELECT obj_description(to_regnamespace('${live}'), 'pg_namespace') AS version`,
    );
    if (rows[0]?.version === String(version)) return;
  } finally {
    await pool.end();
  }
  await rebuild(database, store, progress);
}

/**
 * Builds all read models anew in tables of their own, beside the live ones, and swaps when caught up. Readers see the
 * old tables until the moment of the swap. Returns the position reached.
 */
export async function rebuild(database: Database, store: EventStore, progress: Progress = () => {}): Promise<number> {
  const next = `${live}_next`;
  const pool = openPool(database, {
    max: 1,
    application_name: 'vitrine rebuild',
    options: withSearchPath(database, next),
  });
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock(7236450913)');
    await createTables(client, next);
    // What a crash takes of it is built anew; the swap itself is on disk when it is answered.
    await client.query('SET synchronous_commit = off');
    let position = -1;
    let head = await store.head();
    for (let ahead = store.readAll(position, rebuildBatch); ; ) {
      const events = await ahead;
      if (events.length === 0) break;
      // The next events are read while these are written.
      ahead = store.readAll(position + events.length, rebuildBatch);
      // An error is thrown when its turn comes.
      ahead.catch(() => undefined);
      position = await inTransaction(client, () => applyEvents(client, store, events, true));
      if (position > head) head = await store.head();
      progress(position, head);
    }
    for (const { indexes } of projections) if (indexes) await client.query(indexes);
    await client.query('ANALYZE timeline');
    await inTransaction(client, () => writeAllRecords(client));
    await client.query(`ANALYZE ${await tablesBut(client, next, 'timeline')}`);
    await client.query('SET synchronous_commit = on');
    return await inTransaction(client, () => swap(client, store, next, position));
  } finally {
    await client.query('SELECT pg_advisory_unlock(7236450913)').catch(() => undefined);
    client.release();
    await pool.end();
  }
}

async function tablesBut(client: PoolClient, schema: string, done: string): Promise<string> {
  const { rows } = await client.query<{ names: string }>(
    "SELECT string_agg(format('%I', tablename), ', ') AS names FROM pg_tables WHERE schemaname = $1 AND tablename <> $2",
    [schema, done],
  );
  return rows[0]!.names;
}

async function createTables(client: PoolClient, schema: string): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
  for (const { tables } of projections) await client.query(tables);
  await client.query('CREATE TABLE checkpoint (position bigint NOT NULL); INSERT INTO checkpoint VALUES (-1)');
  await client.query(`COMMENT ON SCHEMA ${schema} IS '${version}'`);
}

/** Each record is folded and written once, however many events it has. */
async function writeAllRecords(client: PoolClient): Promise<void> {
  for (let last: string | undefined = ''; last !== undefined; ) {
    const { rows }: { rows: { system: string }[] } = await client.query(
      'SELECT DISTINCT system FROM timeline WHERE changes_record AND system > $1 ORDER BY system LIMIT 500',
      [last],
    );
    last = rows.at(-1)?.system;
    if (last !== undefined)
      await applyRecords(
        client,
        rows.map(({ system }) => system),
      );
  }
}

/** Waits for the live projector's batch, takes what came meanwhile, then changes the names. */
async function swap(client: PoolClient, store: EventStore, next: string, from: number): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('${live}.checkpoint') IS NOT NULL AS there`,
  );
  if (rows[0]!.there) await client.query(`LOCK TABLE ${live}.checkpoint IN ACCESS EXCLUSIVE MODE`);
  let position = from;
  for (let before = -2; before < position; ) {
    before = position;
    position = await applyBatch(client, store, position, rebuildBatch);
  }
  await client.query(`DROP SCHEMA IF EXISTS ${live} CASCADE; ALTER SCHEMA ${next} RENAME TO ${live}`);
  return position;
}

async function applyBatch(client: PoolClient, store: EventStore, after: number, limit: number): Promise<number> {
  const events = await store.readAll(after, limit);
  return events.length > 0 ? applyEvents(client, store, events) : after;
}
