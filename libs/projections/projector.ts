import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { type Database, type EventStore, openPool, type RecordedEvent } from '#event-store';
import { contracts } from './contracts.js';
import { gaps } from './gaps.js';
import { organisations } from './organisations.js';
import { oversight } from './oversight.js';
import type { Projection } from './projection.js';
import { statistics } from './statistics.js';
import { readSystemsOf, systems } from './systems.js';
import { foldSystems, timeline } from './timeline.js';

/** All read models, in the order in which a batch goes through them: records are folded from the timeline. */
export const projections: Projection[] = [timeline, systems, organisations, contracts, oversight, gaps, statistics];

/** Raise it when a table or what goes into it changes: the next start rebuilds beside the live tables. */
const version = 4;

const live = 'read';
const eventsInBatch = 1000;
const rebuildBatch = 1000;

export type Progress = (position: number, head: number) => void;

/** So long a single look-up may take, in milliseconds; the database itself ends it then (57014). */
const maxStatementMilliseconds = 900;

/** A pool that sees the live read models. */
export function openReadPool(database: Database, max = 8): Pool {
  // Everything is asked for by an index. The planner would read short tables through, not knowing what it costs to look into the
  // long words and records that lie outside of a row.
  const options = `${withSearchPath(database, live)} -c statement_timeout=${maxStatementMilliseconds} -c enable_seqscan=off -c pg_trgm.word_similarity_threshold=0.5`;
  return openPool(database, { max, application_name: 'vitrine query', options });
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

/** What a process that projects is told: that the tables are about to change, and up to where they are true now. */
export type ProjectionListener = {
  /** From now until `onProjected` the tables are at one position or the next: nobody knows at which. */
  onChanging(): void;
  onProjected(position: number): void;
  /** Another process projects, or this one has lost its connection: this process knows nothing of the tables. */
  onLost(): void;
  onError(error: unknown): void;
};

const lockRetryMilliseconds = 250;

/**
 * Keeps the live tables up with the log until `signal` aborts. One process of several does it, whoever holds the lock. A batch and
 * its checkpoint commit together, and the checkpoint row is locked: each event counts once, whatever happens. After an error (a
 * lost connection, a swap by a rebuild) it goes on from the checkpoint.
 */
export async function project(
  database: Database,
  store: EventStore,
  signal: AbortSignal,
  listener: ProjectionListener,
): Promise<void> {
  const pool = openPool(database, {
    max: 1,
    application_name: 'vitrine project',
    options: withSearchPath(database, live),
  });
  while (!signal.aborted) {
    try {
      const client = await pool.connect();
      try {
        await projectAlone(client, store, signal, listener);
      } finally {
        listener.onLost();
        // The lock goes with the connection.
        client.release(true);
      }
    } catch (error) {
      if (!signal.aborted) listener.onError(error);
      await pause(500, signal);
    }
  }
  await pool.end();
}

async function projectAlone(
  client: PoolClient,
  store: EventStore,
  signal: AbortSignal,
  { onChanging, onProjected }: ProjectionListener,
): Promise<void> {
  const isMine = async () =>
    (await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock(7236450917) AS mine')).rows[0]!.mine;
  while (!(await isMine())) {
    await pause(lockRetryMilliseconds, signal);
    if (signal.aborted) return;
  }
  for (let last = -2; !signal.aborted; ) {
    const position = await projectBatch(client, store, onChanging);
    if (position > last) onProjected(position);
    if (position === last) await store.waitForMore(position, signal);
    last = position;
  }
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

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

/** Nothing is written when there is nothing new. */
async function projectBatch(client: PoolClient, store: EventStore, onChanging: () => void): Promise<number> {
  const { rows } = await client.query<{ position: number }>('SELECT position FROM checkpoint');
  const events = await store.readAll(rows[0]!.position, eventsInBatch);
  if (events.length === 0) return rows[0]!.position;
  await client.query('BEGIN');
  try {
    const locked = await client.query<{ position: number }>('SELECT position FROM checkpoint FOR UPDATE');
    const isNext = locked.rows[0]!.position === rows[0]!.position;
    const position = isNext ? await applyEvents(client, store, events) : locked.rows[0]!.position;
    onChanging();
    await client.query('COMMIT');
    return position;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function applyRecords(client: PoolClient, ids: string[]): Promise<void> {
  const records = await foldSystems(client, ids);
  for (const projection of projections) await projection.applyRecords?.(client, records);
}

async function applyBatch(client: PoolClient, store: EventStore, after: number, limit: number): Promise<number> {
  const events = await store.readAll(after, limit);
  return events.length > 0 ? applyEvents(client, store, events) : after;
}

async function applyEvents(
  client: PoolClient,
  store: EventStore,
  events: RecordedEvent[],
  deferRecords = false,
): Promise<number> {
  const { position } = events.at(-1)!;
  for (const projection of projections) await projection.apply?.(client, events);
  const touched = deferRecords ? [] : await touchedBy(client, events);
  if (touched.length > 0) await applyRecords(client, touched);
  await applyErasures(client, store, events, position);
  await client.query('UPDATE checkpoint SET position = $1', [position]);
  return position;
}

/** The systems whose records a batch changes; and those of organisations that it changes, for their words and tags. */
async function touchedBy(client: PoolClient, events: RecordedEvent[]): Promise<string[]> {
  const own = events.flatMap(({ envelope }) => envelope.system ?? []);
  const organisations = events.filter(({ envelope }) => envelope.system === undefined).map(({ stream }) => stream);
  return [...new Set([...own, ...(organisations.length > 0 ? await readSystemsOf(client, organisations) : [])])];
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
    await applyRecords(client, again[0]?.envelope.system ? [stream] : await readSystemsOf(client, [stream]));
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
  // public: where extensions lie.
  return [database.application.options, `-c search_path=${schema},public`].filter(Boolean).join(' ');
}
