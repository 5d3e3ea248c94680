import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { type Database, dropPastDays, openPool } from '#event-store';
import { applyEvents, transact } from './batch.js';
import { beside, build, eventsAtOnce, type Progress } from './beside.js';
import { version } from './generated/version.js';
import type { Intake } from './intake.js';
import { live, type Reached, readReached } from './live.js';

const lockMilliseconds = 200;
const firstPause = 500;
const longestPause = 10_000;

/** Creates the live tables if there are none, and rebuilds them if another version of the program created them. */
export async function prepareReadModels(database: Database, intake: Intake, progress?: Progress): Promise<void> {
  const pool = openPool(database, { max: 1 });
  try {
    const { rows } = await pool.query<{ version: string | null }>(
      `SELECT obj_description(to_regnamespace('${live}'), 'pg_namespace') AS version`,
    );
    if (rows[0]?.version === version) return;
  } finally {
    await pool.end();
  }
  await rebuild(database, intake, progress);
}

/**
 * Builds all read models in tables of their own, beside the live ones, and swaps them in once they have caught up. Readers see the old tables
 * until the swap. Returns how far the new ones have got.
 */
export function rebuild(database: Database, intake: Intake, progress: Progress = () => {}): Promise<Reached> {
  const next = `${live}_next`;
  return beside(database, next, 'vitrine rebuild', async (client) => {
    const sequence = await build(client, intake, progress);
    await client.query(`ANALYZE ${await tablesBut(client, next, 'timeline')}`);
    // They may hold what is found to be wrong; as long as this runs, none is filled.
    await dropPastDays(client);
    // The swap must be durable when its commit returns.
    await client.query('SET synchronous_commit = on');
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        return await transact(client, (isCareful) => swap(client, intake, next, sequence, isCareful));
      } catch (error) {
        // Lock timeout: somebody is reading (a dump is being made). Let the others through and retry.
        if ((error as { code?: string }).code !== '55P03') throw error;
        await sleep(pause);
      }
    }
  });
}

async function tablesBut(client: PoolClient, schema: string, done: string): Promise<string> {
  const { rows } = await client.query<{ names: string }>(
    "SELECT string_agg(format('%I', tablename), ', ') AS names FROM pg_tables WHERE schemaname = $1 AND tablename <> $2",
    [schema, done],
  );
  return rows[0]!.names;
}

/** Waits for the live projector's batch, applies the events that arrived meanwhile, then renames the schema. */
async function swap(
  client: PoolClient,
  intake: Intake,
  next: string,
  from: number,
  isCareful: boolean,
): Promise<Reached> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('${live}.checkpoint') IS NOT NULL AS there`,
  );
  // A waiting lock request blocks everybody who comes after it.
  await client.query(`SET LOCAL lock_timeout = ${lockMilliseconds}`);
  if (rows[0]!.there) await client.query(`LOCK TABLE ${live}.checkpoint IN ACCESS EXCLUSIVE MODE`);
  let sequence = from;
  for (let before = -2; before < sequence; ) {
    before = sequence;
    const events = await intake.readAfter(sequence, eventsAtOnce);
    if (events.length > 0) sequence = await applyEvents(client, intake, events, { isCareful });
  }
  const reached = await readReached(client);
  await client.query(`DROP SCHEMA IF EXISTS ${live} CASCADE; ALTER SCHEMA ${next} RENAME TO ${live}`);
  return reached;
}
