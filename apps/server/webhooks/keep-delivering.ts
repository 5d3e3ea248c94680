import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { EventStore } from '#event-store';
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
  while (!signal.aborted) {
    const client = await pool.connect().catch(onError);
    try {
      while (client && !signal.aborted) {
        const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock(7236450919) AS mine');
        if (rows[0]!.mine) break;
        await pause(lookEveryMilliseconds);
      }
      while (client && !signal.aborted) {
        // A lost connection is a lost lock: this query ends the loop.
        const { rows } = await client.query<{ waiting: boolean }>(
          'SELECT EXISTS (SELECT FROM vitrine.webhook) AS waiting',
        );
        const now = await position();
        if (rows[0]!.waiting) await begin(now);
        const head = await store.head();
        if (head > now) await waitUntilProjected(head, lookEveryMilliseconds);
        else await Promise.race([store.waitForMore(head, signal), pause(lookEveryMilliseconds)]);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    } finally {
      await Promise.all(underWay.values());
      client?.release(true);
    }
    await pause(lookEveryMilliseconds);
  }

  /** Begins a round for each receiver that has none under way and may be told something. */
  async function begin(now: number): Promise<void> {
    for (const webhook of await post.webhooks.list()) {
      const isDue = webhook.state === 'active' && webhook.nextAttempt.getTime() <= Date.now() && webhook.position < now;
      if (!isDue || underWay.has(webhook.id) || underWay.size >= receiversAtOnce) continue;
      underWay.set(
        webhook.id,
        run(webhook.id).finally(() => underWay.delete(webhook.id)),
      );
    }
  }

  /** Rounds as long as they bring something. */
  async function run(id: string): Promise<void> {
    try {
      for (let goesOn = true; goesOn && !signal.aborted; ) {
        const webhook = await post.webhooks.find(id);
        const now = await position();
        if (webhook?.state !== 'active' || webhook.position >= now) return;
        goesOn = await deliver(post, webhook, store.readAll, now, signal);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}
