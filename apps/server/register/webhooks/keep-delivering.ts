import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type EventStore, locks } from '#event-store';
import { deliver, type Post } from './deliver.js';

const lookEveryMilliseconds = 1000;

/** What delivery needs from the register. */
export type Source = {
  pool: Pool;
  store: EventStore;
  /** The position of the read models: what a receiver fetches must be in there. */
  position(): Promise<number>;
  waitUntilProjected(position: number, atMost: number): Promise<boolean>;
};

const receiversAtOnce = 32;

/**
 * Delivers new events until `signal` aborts. Of several processes only the one that holds the lock does so. Each receiver has its own pace; a
 * slow one holds up no other.
 */
export async function keepDelivering(
  { pool, store, position, waitUntilProjected }: Source,
  post: Post,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  // Each message in progress listens to it.
  setMaxListeners(0, signal);
  /** When each receiver had its last round: the one that waits longest comes first. */
  const lastRound = new Map<string, number>();
  while (!signal.aborted) {
    // Deliveries end when the lock is lost: another process continues then.
    const tenure = new AbortController();
    const ends = AbortSignal.any([signal, tenure.signal]);
    setMaxListeners(0, ends);
    const client = await pool.connect().catch(onError);
    // A lost connection is a lost lock.
    client?.once('error', () => tenure.abort());
    try {
      while (client && !signal.aborted) {
        const { rows } = await client.query<{ mine: boolean }>(
          `SELECT pg_try_advisory_lock(${locks.delivering}) AS mine`,
        );
        if (rows[0]!.mine) break;
        await pause(lookEveryMilliseconds);
      }
      while (client && !signal.aborted) {
        // This query fails, and so ends the loop, when the connection is lost.
        const { rows } = await client.query<{ waiting: boolean }>(
          'SELECT EXISTS (SELECT FROM vitrine.webhook) AS waiting',
        );
        const now = await position();
        if (rows[0]!.waiting) await begin(now, ends);
        const head = await store.head();
        if (head > now) await waitUntilProjected(head, lookEveryMilliseconds);
        else await Promise.race([store.waitForMore(head, signal), pause(lookEveryMilliseconds)]);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    } finally {
      tenure.abort();
      await Promise.all(underWay.values());
      client?.release(true);
    }
    await pause(lookEveryMilliseconds);
  }

  /** Begins a round for each receiver that is due and has none in progress, as far as there is room. */
  async function begin(now: number, ends: AbortSignal): Promise<void> {
    const due = (await post.webhooks.list())
      .filter(({ state, nextAttempt }) => state === 'active' && nextAttempt.getTime() <= Date.now())
      .filter(({ id, position: reached }) => reached < now && !underWay.has(id))
      .sort((a, b) => (lastRound.get(a.id) ?? 0) - (lastRound.get(b.id) ?? 0));
    for (const { id } of due.slice(0, Math.max(receiversAtOnce - underWay.size, 0))) {
      lastRound.set(id, Date.now());
      underWay.set(
        id,
        run(id, ends).finally(() => underWay.delete(id)),
      );
    }
  }

  /** Runs rounds as long as they make progress and no other receiver waits for a place. */
  async function run(id: string, ends: AbortSignal): Promise<void> {
    try {
      for (let goesOn = true; goesOn && !ends.aborted; goesOn &&= underWay.size < receiversAtOnce) {
        const webhook = await post.webhooks.find(id);
        const now = await position();
        if (webhook?.state !== 'active' || webhook.position >= now) return;
        goesOn = await deliver(post, webhook, store.readAll, now, ends);
      }
    } catch (error) {
      if (!ends.aborted) onError(error);
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}
