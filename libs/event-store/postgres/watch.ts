import pg, { type Pool } from 'pg';
import type { Watching } from '../port.js';
import type { Database } from './database.js';

/** The shortest time between two notifications of other processes. */
const notifyEveryMilliseconds = 20;
/** How often the listening connection is checked. */
const listenCheckMilliseconds = 5000;

/**
 * Notifies other processes of new events, at no cost to the append transaction, and listens for theirs on one connection. That is opened
 * anew after an error or a timeout. A lost notification costs one poll interval.
 */
export function watchPostgres(database: Database, pool: Pool, wake: () => void): Watching {
  const listener = startListener(database, wake);
  let timer: NodeJS.Timeout | undefined;
  return {
    tell(): void {
      timer ??= setTimeout(() => {
        timer = undefined;
        pool.query('NOTIFY vitrine_event').catch(() => undefined);
      }, notifyEveryMilliseconds);
    },
    isListening: listener.isListening,
    async stop() {
      clearTimeout(timer);
      await listener.stop();
    },
  };
}

function startListener(database: Database, wake: () => void) {
  let client: pg.Client;
  let timer: NodeJS.Timeout | undefined;
  let isListening = false;
  let stopped = false;
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({
      ...database.application,
      application_name: 'vitrine listen',
      connectionTimeoutMillis: 10_000,
      query_timeout: listenCheckMilliseconds,
    });
    client = fresh;
    const lose = () => {
      if (client !== fresh || stopped) return;
      isListening = false;
      clearTimeout(timer);
      timer = setTimeout(connect, 1000).unref();
      fresh.end().catch(() => undefined);
    };
    const check = async () => {
      await fresh.query('SELECT');
      timer = setTimeout(() => check().catch(lose), listenCheckMilliseconds).unref();
    };
    fresh.on('error', lose);
    fresh.on('notification', wake);
    try {
      await fresh.connect();
      await fresh.query('LISTEN vitrine_event');
      isListening = true;
      await check();
    } catch {
      lose();
    }
  };
  const first = connect();
  return {
    isListening: () => isListening,
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await first;
      clearTimeout(timer);
      await client.end().catch(() => undefined);
    },
  };
}
