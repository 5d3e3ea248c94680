import type { Pool, PoolClient } from 'pg';
import { type Database, type EventStore, openPool, type RecordedEvent } from '#event-store';
import { contracts } from './contracts.js';
import { gaps } from './gaps.js';
import { organisations } from './organisations.js';
import { oversight } from './oversight.js';
import type { Projection } from './projection.js';
import { statistics } from './statistics.js';
import { systems } from './systems.js';
import { foldSystems, timeline } from './timeline.js';

/** All read models, in the order in which a batch goes through them: records are folded from the timeline. */
export const projections: Projection[] = [timeline, systems, organisations, contracts, oversight, gaps, statistics];

/** Raise it when a table or what goes into it changes: the next start rebuilds beside the live tables. */
const version = 2;

const live = 'read';
const eventsInBatch = 1000;
const rebuildBatch = 1000;

export type Progress = (position: number, head: number) => void;

/** A pool that sees the live read models. */
export function openReadPool(database: Database, max = 8): Pool {
  return openPool(database, { max, application_name: 'vitrine query', options: withSearchPath(database, live) });
}

/** Position up to which the read models are true; -1 when there are none yet. */
export async function readProjectedPosition(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ position: number }>('SELECT position FROM checkpoint');
  return rows[0]!.position;
}

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
 * Keeps the live tables up with the log until `signal` aborts. A batch and its checkpoint commit together; the
 * checkpoint row is locked, so any number of processes may do this and each event still counts once. An error (a lost
 * connection, a swap by a rebuild) is told to `onError` and tried again from the checkpoint.
 */
export async function project(
  database: Database,
  store: EventStore,
  signal: AbortSignal,
  onProjected: (position: number) => void,
  onError: (error: unknown) => void,
): Promise<void> {
  const pool = openPool(database, {
    max: 1,
    application_name: 'vitrine project',
    options: withSearchPath(database, live),
  });
  while (!signal.aborted) {
    try {
      for (let last = -1; !signal.aborted; ) {
        const position = await projectBatch(pool, store);
        if (position > last || last === -1) onProjected(position);
        if (position === last) await store.waitForMore(position, signal);
        last = position;
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  await pool.end();
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
    let position = -1;
    for (let head = await store.head(); position < head; head = await store.head()) {
      while (position < head) {
        position = await inTransaction(client, () => applyBatch(client, store, position, rebuildBatch, true));
        progress(position, head);
      }
    }
    for (const { indexes } of projections) if (indexes) await client.query(indexes);
    await client.query('ANALYZE');
    await inTransaction(client, () => writeAllRecords(client));
    return await inTransaction(client, () => swap(client, store, next, position));
  } finally {
    await client.query('SELECT pg_advisory_unlock(7236450913)').catch(() => undefined);
    client.release();
    await pool.end();
  }
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

function projectBatch(pool: Pool, store: EventStore): Promise<number> {
  return pool.connect().then(async (client) => {
    try {
      return await inTransaction(client, async () => {
        const { rows } = await client.query<{ position: number }>('SELECT position FROM checkpoint FOR UPDATE');
        return applyBatch(client, store, rows[0]!.position, eventsInBatch);
      });
    } finally {
      client.release();
    }
  });
}

async function applyRecords(client: PoolClient, ids: string[]): Promise<void> {
  const records = await foldSystems(client, ids);
  for (const projection of projections) await projection.applyRecords?.(client, records);
}

async function applyBatch(
  client: PoolClient,
  store: EventStore,
  after: number,
  limit: number,
  deferRecords = false,
): Promise<number> {
  const events = await store.readAll(after, limit);
  const last = events.at(-1);
  if (!last) return after;
  for (const projection of projections) await projection.apply?.(client, events);
  const touched = [...new Set(events.flatMap(({ envelope }) => envelope.system ?? []))];
  if (!deferRecords && touched.length > 0) await applyRecords(client, touched);
  await applyErasures(client, store, events, last.position);
  await client.query('UPDATE checkpoint SET position = $1', [last.position]);
  return last.position;
}

/** A stream of which something was erased is taken again: what was erased is no longer in what the store returns. */
async function applyErasures(
  client: PoolClient,
  store: EventStore,
  events: RecordedEvent[],
  upTo: number,
): Promise<void> {
  const streams = new Set(
    events.filter(({ envelope }) => envelope.type === 'PayloadErased').map(({ stream }) => stream),
  );
  for (const stream of streams) {
    const again = (await store.readStream(stream)).filter(({ position }) => position <= upTo);
    for (const projection of projections) {
      if (!projection.forget) continue;
      await projection.forget(client, stream);
      await projection.apply?.(client, again);
    }
    if (again[0]?.envelope.system) await applyRecords(client, [stream]);
  }
}

async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function withSearchPath(database: Database, schema: string): string {
  return [database.application.options, `-c search_path=${schema}`].filter(Boolean).join(' ');
}
