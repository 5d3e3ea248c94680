import type { Pool, PoolClient } from 'pg';
import { type Database, openPool } from './database.js';

/** How long a statement may take. After that its outcome is unknown, and its connection is given up. */
const maxStatementMilliseconds = 30_000;

const doubtful = new WeakSet<PoolClient>();

/**
 * The connections that write events. Whatever the database's defaults, what they commit is on disk (and on the standby, if there is a
 * synchronous one) before it is answered. `onNew`: the next connection may lead to another server than the ones before.
 */
export function openWritingPool(database: Database, onNew: () => void): Pool {
  // Write statements are planned once per connection and by index, even while the tables are still empty.
  const plans =
    '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';
  const pool = openPool(database, {
    max: 4,
    application_name: 'vitrine append',
    options: [database.application.options, plans].filter(Boolean).join(' '),
    query_timeout: maxStatementMilliseconds,
    idleTimeoutMillis: 0,
    onConnect: async (client) => {
      await client.query(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply'",
      );
    },
  });
  pool.on('connect', (client) => {
    client.on('notice', ({ code }) => {
      if (code === '01000') doubtful.add(client);
    });
    onNew();
  });
  pool.on('remove', onNew);
  return pool;
}

/**
 * Throws if the database warned about a commit: it gave up waiting for the synchronous standby, which may lack the event. PostgreSQL only
 * sends a warning (01000), and then answers as if all were well.
 */
export function refuseDoubt(client: PoolClient): void {
  if (doubtful.delete(client))
    throw Object.assign(new Error('The standby has not confirmed what was committed.'), { code: '08007' });
}
