import type { PoolClient } from 'pg';
import { type Database, locks, openPool } from '#event-store';
import { applyEvents, applyRecords, projections, settleStreams, transact, workOrRetake } from './batch.js';
import { version } from './generated/version.js';
import type { Intake } from './intake.js';
import { withSearchPath } from './live.js';
import { setAsideTable } from './set-aside.js';

export type Progress = (sequence: number, head: number) => void;

export const eventsAtOnce = 1000;

/**
 * Runs `work` on a connection for which the tables of `schema` have been created anew, empty. Only one process at a time may do so. Scrubbing
 * drops the tables that an interrupted run left behind.
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
    // Whatever a crash loses is built again.
    await client.query('SET synchronous_commit = off');
    return await work(client);
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    // Closing the connection releases the lock.
    client.release(failed ?? true);
    await pool.end();
  }
}

/** Applies the events up to a sequence (default: the newest), then folds each record once. Returns the sequence reached. */
export async function build(
  client: PoolClient,
  intake: Intake,
  progress: Progress,
  upTo = Number.POSITIVE_INFINITY,
): Promise<number> {
  const read = (after: number) =>
    after < upTo ? intake.readAfter(after, Math.min(eventsAtOnce, upTo - after)) : Promise.resolve([]);
  let sequence = -1;
  let head = await intake.head();
  for (let ahead = read(sequence); ; ) {
    const events = await ahead;
    if (events.length === 0) break;
    // The next events are read while these are written.
    ahead = read(sequence + events.length);
    // A failed read throws when it is awaited.
    ahead.catch(() => undefined);
    sequence = await transact(client, (isCareful) =>
      applyEvents(client, intake, events, { deferRecords: true, isCareful }),
    );
    if (sequence > head) head = await intake.head();
    progress(sequence, Math.min(head, upTo));
  }
  for (const { indexes } of projections) if (indexes) await client.query(indexes);
  await client.query('ANALYZE timeline');
  // Corrections first: records depend on what they change.
  await onAllStreams(client, intake, 'coalesce(system, organisation)', 'is_word', settleStreams, sequence);
  await onAllStreams(client, intake, 'system', 'changes_record', applyRecords, sequence);
  return sequence;
}

async function createTables(client: PoolClient, schema: string): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
  for (const { tables } of projections) await client.query(tables);
  await client.query(setAsideTable);
  // `position`: the last event applied from the register's own log.
  await client.query(
    'CREATE TABLE checkpoint (sequence bigint NOT NULL, position bigint NOT NULL); INSERT INTO checkpoint VALUES (-1, -1)',
  );
  await client.query(`COMMENT ON SCHEMA ${schema} IS '${version}'`);
}

/**
 * Works on all streams that have such events, once on each, however many events it has. `stream`: SQL for their name. If a page of them fails,
 * they are worked on one by one.
 */
async function onAllStreams(
  client: PoolClient,
  intake: Intake,
  stream: string,
  where: string,
  work: (client: PoolClient, ids: string[]) => Promise<void>,
  upTo: number,
): Promise<void> {
  for (let last: string | undefined = ''; last !== undefined; ) {
    const { rows }: { rows: { id: string }[] } = await client.query(
      `SELECT DISTINCT ${stream} AS id FROM timeline WHERE ${where} AND ${stream} > $1 ORDER BY 1 LIMIT 500`,
      [last],
    );
    const ids = rows.map(({ id }) => id);
    last = ids.at(-1);
    if (last !== undefined)
      await transact(client, async (isCareful) => {
        if (!isCareful) await work(client, ids);
        else for (const id of ids) await workOrRetake(client, intake, work, id, upTo);
      });
  }
}
