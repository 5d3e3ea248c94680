import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { type EventStore, locks } from '#event-store';
import { LogError } from './log-error.js';
import type { Publisher } from './publish.js';

/**
 * The state of the log. `signed`: how many events are signed, as far as this process knows. `trouble`: why nothing is signed, if so.
 * `refuses`: nothing is signed until somebody repairs something. `forked`: because the database is not the one that was signed.
 */
export type LogState = { signed?: number; trouble?: string | undefined; refuses: boolean; forked: boolean };

const batchEvents = 256;
const batchMilliseconds = 250;
const muchBehind = 16_384;
const retryMilliseconds = 3000;
/** It rests this many times as long as it worked, up to the time of a batch: appends need processor and disk too. */
const restPerWork = 4;
/** How long a reader may go on using an older checkpoint before its partial tiles are removed. */
const sweepMilliseconds = 3_600_000;

/**
 * Publishes until aborted: when 256 events are waiting, or 250 ms after the first. Of several processes with one database, the one that
 * holds the lock publishes. Retries after an error. `report` gets the state of the log.
 */
export async function keepPublishing(
  store: EventStore,
  pool: Pool,
  open: (stillMine: () => Promise<unknown>) => Publisher,
  signal: AbortSignal,
  report: (state: LogState) => void,
): Promise<void> {
  let swept = 0;
  let waits = false;
  while (!signal.aborted) {
    try {
      const begun = Date.now();
      const size = await exclusively(pool, async (stillMine) => {
        const publisher = open(stillMine);
        const reached = await publishAll(store, publisher, signal, report);
        if (Date.now() - swept > sweepMilliseconds) {
          await publisher.sweep(sweepMilliseconds);
          swept = Date.now();
        }
        return reached;
      });
      if (size === undefined) {
        // Another process publishes, so this one's trouble no longer matters.
        if (waits) report({ refuses: false, forked: false, trouble: undefined });
        waits = false;
        await pause(retryMilliseconds, signal);
      } else {
        await pause(Math.min(batchMilliseconds, restPerWork * (Date.now() - begun)), signal);
        await waitForBatch(store, size, signal);
      }
    } catch (error) {
      const state = troubleOf(error);
      waits = !state.refuses;
      if (!signal.aborted) report(state);
      await pause(retryMilliseconds, signal);
    }
  }
}

/** The state of the log after an error. */
export function troubleOf(error: unknown): LogState {
  return {
    trouble: error instanceof Error ? error.message : String(error),
    refuses: error instanceof LogError,
    forked: error instanceof LogError && error.code === 'LOG_FORKED',
  };
}

/** Publishes what is there; returns the size of the log. Later events wait for the next batch, unless there are many. */
async function publishAll(
  store: EventStore,
  publisher: Publisher,
  signal: AbortSignal,
  report: (state: LogState) => void,
): Promise<number> {
  for (;;) {
    const size = ((await publisher.publish()) ?? (await publisher.published()))?.size ?? 0;
    report({ signed: size, trouble: undefined, refuses: false, forked: false });
    if (signal.aborted || (await store.head()) + 1 - size < muchBehind) return size;
  }
}

/**
 * Runs `work` while holding the publisher's lock; returns undefined, without running it, if another process holds it. The lock is lost with
 * its connection: `stillMine` throws then.
 */
async function exclusively<T>(
  pool: Pool,
  work: (stillMine: () => Promise<unknown>) => Promise<T>,
): Promise<T | undefined> {
  const client: PoolClient = await pool.connect();
  let failed: unknown;
  try {
    const { rows } = await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${locks.publishing}) AS mine`);
    if (!rows[0]!.mine) return undefined;
    try {
      return await work(() => client.query('SELECT'));
    } finally {
      await client.query(`SELECT pg_advisory_unlock(${locks.publishing})`);
    }
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    client.release(failed !== undefined);
  }
}

async function waitForBatch(store: EventStore, size: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await store.head()) < size) await store.waitForMore(size - 1, signal);
  const end = Date.now() + batchMilliseconds;
  while (!signal.aborted && Date.now() < end && (await store.head()) + 1 - size < batchEvents) await pause(20, signal);
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);
