import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { EventStore } from '#event-store';
import type { Checkpoint } from './checkpoint.js';
import { LogError } from './log-error.js';
import type { Publisher } from './publish.js';

/**
 * What the log last did: its newest checkpoint here, and why it signs nothing, if so. `refuses`: it will not before somebody
 * mends something; `forked`: because the database is not the one that was signed.
 */
export type LogState = { checkpoint?: Checkpoint; trouble?: string; refuses: boolean; forked: boolean };

const batchEvents = 256;
const batchMilliseconds = 250;
const muchBehind = 16_384;
const retryMilliseconds = 3000;
/** So long a reader may go on with a checkpoint that it holds before older partial tiles go. */
const sweepMilliseconds = 3_600_000;

/**
 * Publishes until aborted: when 256 events wait, or 250 ms after the first. Of several processes with one database one
 * publishes, whoever holds the lock. After an error it tries again; a fork (LOG_FORKED) is told as `refuses` until the
 * database continues what was signed.
 */
export async function keepPublishing(
  store: EventStore,
  pool: Pool,
  publisher: Publisher,
  signal: AbortSignal,
  state: LogState,
  onTrouble: (message: string) => void,
): Promise<void> {
  let swept = 0;
  let lastTold: string | undefined;
  while (!signal.aborted) {
    try {
      const size = await exclusively(pool, async () => {
        const reached = await publishAll(store, publisher, signal, state);
        if (Date.now() - swept > sweepMilliseconds) {
          await publisher.sweep(sweepMilliseconds);
          swept = Date.now();
        }
        return reached;
      });
      if (size !== undefined) Object.assign(state, { trouble: undefined, refuses: false, forked: false });
      lastTold = undefined;
      await (size === undefined ? pause(retryMilliseconds, signal) : waitForBatch(store, size, signal));
    } catch (error) {
      const told = noteTrouble(state, error);
      if (!signal.aborted && told !== lastTold) onTrouble(told);
      lastTold = told;
      await pause(retryMilliseconds, signal);
    }
  }
}

/** Writes down why nothing is signed, and returns it. */
export function noteTrouble(state: LogState, error: unknown): string {
  state.trouble = error instanceof Error ? error.message : String(error);
  state.refuses = error instanceof LogError;
  state.forked = error instanceof LogError && error.code === 'LOG_FORKED';
  return state.trouble;
}

/** Publishes what is there; returns how large the log is now. What comes meanwhile is for the next batch, unless it is much. */
async function publishAll(
  store: EventStore,
  publisher: Publisher,
  signal: AbortSignal,
  state: LogState,
): Promise<number> {
  for (;;) {
    state.checkpoint = (await publisher.publish()) ?? state.checkpoint ?? (await publisher.published());
    const size = state.checkpoint?.size ?? 0;
    if (signal.aborted || (await store.head()) + 1 - size < muchBehind) return size;
  }
}

/** Runs `work` while holding the publisher's lock; undefined, and nothing is run, if another process holds it. */
async function exclusively<T>(pool: Pool, work: () => Promise<T>): Promise<T | undefined> {
  const client: PoolClient = await pool.connect();
  let failed: unknown;
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock(7236450915) AS mine');
    if (!rows[0]!.mine) return undefined;
    try {
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock(7236450915)');
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
