import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { type Database, type EventStore, openPool } from '#event-store';
import { applyEvents } from './batch.js';
import { live, withSearchPath } from './live.js';

const eventsInBatch = 1000;

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
