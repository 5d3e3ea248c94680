import type { PoolClient } from 'pg';
import { type Database, type EventStore, locks, openPool } from '#event-store';
import { applyEvents, applyRecords, foldOrRetake, projections, transact } from './batch.js';
import { version } from './generated/version.js';
import { withSearchPath } from './live.js';
import { setAsideTable } from './set-aside.js';

export type Progress = (position: number, head: number) => void;

export const eventsAtOnce = 1000;

/**
 * Does something with a connection on which the tables of `schema` are made anew, empty. One process at a time does that: a
 * scrubbing drops what one that broke off left behind.
 */
export async function beside<T>(
  database: Database,
  schema: string,
  applicationName: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const pool = openPool(database, {
    max: 1,
    application_name: applicationName,
    options: withSearchPath(database, schema),
  });
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    await client.query(`SELECT pg_advisory_lock(${locks.building})`);
    await createTables(client, schema);
    // What a crash takes of it is built anew.
    await client.query('SET synchronous_commit = off');
    return await work(client);
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    // The lock goes with the connection.
    client.release(failed ?? true);
    await pool.end();
  }
}

/** Takes the events up to a position (default: to the end of the log), and folds each record once. Returns the position reached. */
export async function build(
  client: PoolClient,
  store: EventStore,
  progress: Progress,
  upTo = Number.POSITIVE_INFINITY,
): Promise<number> {
  const read = (after: number) =>
    after < upTo ? store.readAll(after, Math.min(eventsAtOnce, upTo - after)) : Promise.resolve([]);
  let position = -1;
  let head = await store.head();
  for (let ahead = read(position); ; ) {
    const events = await ahead;
    if (events.length === 0) break;
    // The next events are read while these are written.
    ahead = read(position + events.length);
    // An error is thrown when its turn comes.
    ahead.catch(() => undefined);
    position = await transact(client, (isCareful) =>
      applyEvents(client, store, events, { deferRecords: true, isCareful }),
    );
    if (position > head) head = await store.head();
    progress(position, Math.min(head, upTo));
  }
  for (const { indexes } of projections) if (indexes) await client.query(indexes);
  await client.query('ANALYZE timeline');
  await writeAllRecords(client, store, position);
  return position;
}

async function createTables(client: PoolClient, schema: string): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
  for (const { tables } of projections) await client.query(tables);
  await client.query(setAsideTable);
  await client.query('CREATE TABLE checkpoint (position bigint NOT NULL); INSERT INTO checkpoint VALUES (-1)');
  await client.query(`COMMENT ON SCHEMA ${schema} IS '${version}'`);
}

/** Each record is folded and written once, however many events it has; one by one where one of them cannot be. */
async function writeAllRecords(client: PoolClient, store: EventStore, upTo: number): Promise<void> {
  for (let last: string | undefined = ''; last !== undefined; ) {
    const { rows }: { rows: { system: string }[] } = await client.query(
      'SELECT DISTINCT system FROM timeline WHERE changes_record AND system > $1 ORDER BY system LIMIT 500',
      [last],
    );
    const ids = rows.map(({ system }) => system);
    last = ids.at(-1);
    if (last !== undefined)
      await transact(client, async (isCareful) => {
        if (!isCareful) await applyRecords(client, ids);
        else for (const id of ids) await foldOrRetake(client, store, id, upTo);
      });
  }
}
