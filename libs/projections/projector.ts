import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { type Database, type EventStore, locks, openPool, type RecordedEvent } from '#event-store';
import { applyEvents, transact } from './batch.js';
import type { OddRow } from './compare.js';
import { live, withSearchPath } from './live.js';
import { checkStream, nextStream } from './sample.js';

const eventsInBatch = 1000;

/** What a process that projects is told: that the tables are about to change, and up to where they are true now. */
export type ProjectionListener = {
  /** From now until `onProjected` the tables are at one position or the next: nobody knows at which. */
  onChanging(): void;
  onProjected(position: number): void;
  /** Another process projects, or this one has lost its connection: this process knows nothing of the tables. */
  onLost(): void;
  onError(error: unknown): void;
  /** An event that cannot be taken: the others go on without it. */
  onSetAside?(event: RecordedEvent, error: unknown): void;
  /** Now and then some streams are compared with the log: which rows were found that are not what it says, and still are not. */
  onCompared?(odd: OddRow[]): void;
  /** How often that is done. */
  compareMilliseconds?: number;
};

const lockRetryMilliseconds = 250;
const maxFound = 20;

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
  listener: ProjectionListener,
): Promise<void> {
  const isMine = async () =>
    (await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${locks.projecting}) AS mine`)).rows[0]!.mine;
  while (!(await isMine())) {
    await pause(lockRetryMilliseconds, signal);
    if (signal.aborted) return;
  }
  const { onProjected, onCompared, compareMilliseconds = 5000 } = listener;
  const compare = comparer(client, store, compareMilliseconds);
  for (let last = -2; !signal.aborted; ) {
    if (onCompared) await compare(onCompared);
    const position = await projectBatch(client, store, listener);
    if (position > last) onProjected(position);
    if (position === last) await store.waitForMore(position, signal);
    last = position;
  }
}

/** Compares a stream now and then, in turn; those in which something was found each time. */
function comparer(client: PoolClient, store: EventStore, everyMilliseconds: number) {
  const found = new Map<string, OddRow[]>();
  let at = performance.now();
  let stream = '';
  return async (tell: (odd: OddRow[]) => void): Promise<void> => {
    if (performance.now() - at < everyMilliseconds) return;
    at = performance.now();
    stream = (await nextStream(client, stream)) ?? '';
    for (const each of new Set([...found.keys(), stream])) {
      const odd = await checkStream(client, store, each);
      if (odd.length > 0 && found.size < maxFound) found.set(each, odd);
      else if (odd.length === 0) found.delete(each);
    }
    tell([...found.values()].flat());
  };
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

/** Nothing is written when there is nothing new. */
async function projectBatch(
  client: PoolClient,
  store: EventStore,
  { onChanging, onSetAside = () => {} }: ProjectionListener,
): Promise<number> {
  const { rows } = await client.query<{ position: number }>('SELECT position FROM checkpoint');
  const events = await store.readAll(rows[0]!.position, eventsInBatch);
  if (events.length === 0) return rows[0]!.position;
  return transact(client, async (isCareful) => {
    const locked = await client.query<{ position: number }>('SELECT position FROM checkpoint FOR UPDATE');
    const isNext = locked.rows[0]!.position === rows[0]!.position;
    const taking = { isCareful, onSetAside };
    const position = isNext ? await applyEvents(client, store, events, taking) : locked.rows[0]!.position;
    onChanging();
    return position;
  });
}
