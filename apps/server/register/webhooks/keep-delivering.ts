import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type EventStore, locks } from '#event-store';
import { deliver, type Post } from './deliver.js';

const lookEveryMilliseconds = 1000;

/** What the post office needs to know of the register. */
export type Source = {
  pool: Pool;
  store: EventStore;
  /** Up to where the read models are true: what a receiver fetches must be there. */
  position(): Promise<number>;
  waitUntilProjected(position: number, atMost: number): Promise<boolean>;
};

const receiversAtOnce = 32;

/**
 * Tells receivers what is new until `signal` aborts. Of several processes one does it, whoever holds the lock; each receiver has its
 * own pace, and a slow one holds up nobody.
 */
export async function keepDelivering(
  { pool, store, position, waitUntilProjected }: Source,
  post: Post,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  // As many wait for it as there are messages under way.
  setMaxListeners(0, signal);
  /** When each receiver had its last round: the one that waits longest comes first. */
  const lastRound = new Map<string, number>();
  while (!signal.aborted) {
    // What is under way ends with the lock: another process goes on then.
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
        // This ends the loop when the connection is lost.
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

  /** Begins a round for each receiver that has none under way and may be told something. */
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

  /** Rounds as long as they bring something and nobody else waits for a place. */
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
