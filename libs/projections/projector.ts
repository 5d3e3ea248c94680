import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { type Database, locks, openPool } from '#event-store';
import { applyEvents, transact } from './batch.js';
import type { OddRow } from './compare.js';
import type { Intake, TakenEvent } from './intake.js';
import { live, type Reached, readReached, withSearchPath } from './live.js';
import { checkStream, nextStream } from './sample.js';

const eventsInBatch = 1000;

/** Callbacks of the process that projects: when the tables are about to change, and how far they have got. */
export type ProjectionListener = {
  /** From this call until `onProjected` a batch is being committed: readers may see the tables before or after it. */
  onChanging(): void;
  onProjected(reached: Reached): void;
  /** Another process projects, or this one has lost its connection: this process does not know the state of the tables. */
  onLost(): void;
  onError(error: unknown): void;
  /** An event could not be applied and was set aside. Projecting goes on without it. */
  onSetAside?(event: TakenEvent, error: unknown): void;
  /** Called after each periodic comparison of some streams with the log: the rows that were found to differ from it and still do. */
  onCompared?(odd: OddRow[]): void;
  /** The interval between comparisons. */
  compareMilliseconds?: number;
};

const lockRetryMilliseconds = 250;
const maxFound = 20;

/**
 * Keeps the live tables up to date with the log until `signal` aborts. Of several processes only the one that holds the lock does so. A batch
 * and its checkpoint commit together, and the checkpoint row is locked, so each event counts exactly once. After an error (a lost connection, a
 * swap by a rebuild) it continues from the checkpoint.
 */
export async function project(
  database: Database,
  intake: Intake,
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
        await projectAlone(client, intake, signal, listener);
      } finally {
        listener.onLost();
        // Closing the connection releases the lock.
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
  intake: Intake,
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
  const compare = comparer(client, intake, compareMilliseconds);
  for (let last = -2; !signal.aborted; ) {
    if (onCompared) await compare(onCompared);
    const reached = await projectBatch(client, intake, listener);
    if (reached.sequence > last) onProjected(reached);
    if (reached.sequence === last) await intake.waitForMore(last, signal);
    last = reached.sequence;
  }
}

/** Compares one stream per interval, in turn, and each time also those in which a difference was found before. */
function comparer(client: PoolClient, intake: Intake, everyMilliseconds: number) {
  const found = new Map<string, OddRow[]>();
  let at = performance.now();
  let stream = '';
  return async (tell: (odd: OddRow[]) => void): Promise<void> => {
    if (performance.now() - at < everyMilliseconds) return;
    at = performance.now();
    stream = (await nextStream(client, stream)) ?? '';
    for (const each of new Set([...found.keys(), stream])) {
      const odd = await checkStream(client, intake, each);
      if (odd.length > 0 && found.size < maxFound) found.set(each, odd);
      else if (odd.length === 0) found.delete(each);
    }
    tell([...found.values()].flat());
  };
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

/** Applies the next batch of events. Writes nothing if there are none. */
async function projectBatch(
  client: PoolClient,
  intake: Intake,
  { onChanging, onSetAside = () => {} }: ProjectionListener,
): Promise<Reached> {
  const before = await readReached(client);
  const events = await intake.readAfter(before.sequence, eventsInBatch);
  if (events.length === 0) return before;
  return transact(client, async (isCareful) => {
    const { sequence } = await readReached(client, 'FOR UPDATE');
    if (sequence === before.sequence) await applyEvents(client, intake, events, { isCareful, onSetAside });
    onChanging();
    return readReached(client);
  });
}
