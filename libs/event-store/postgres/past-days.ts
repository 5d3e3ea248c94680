import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { locks } from './locks.js';

/** Name of a schema with the tables of a past day: this, then the day without hyphens. */
export const pastDayPrefix = 'read_day_';

const pauseMilliseconds = 100;

/** All schemas of past days, and what is said of each. */
export async function readPastDays(
  client: Pick<ClientBase, 'query'>,
): Promise<{ name: string; said: string | null }[]> {
  const { rows } = await client.query<{ name: string; said: string | null }>(
    `SELECT nspname AS name, obj_description(oid, 'pg_namespace') AS said FROM pg_namespace WHERE starts_with(nspname, '${pastDayPrefix}')`,
  );
  return rows;
}

/**
 * Drops schemas of past days (default: all), once nobody brings one up to date. Readers go first: a drop that waits holds up all who come later, and one that has
 * half of its locks can be in deadlock with a reader. Call it with `locks.building` held, outside of a transaction.
 */
export async function dropPastDays(client: Pick<ClientBase, 'query'>, names?: string[]): Promise<void> {
  const gone = names ?? (await readPastDays(client)).map(({ name }) => name);
  if (gone.length === 0) return;
  await client.query(`SELECT pg_advisory_lock(${locks.pastDays})`);
  try {
    await client.query('SET lock_timeout = 200');
    for (const name of gone) await drop(client, name);
  } finally {
    await client.query(`RESET lock_timeout; SELECT pg_advisory_unlock(${locks.pastDays})`);
  }
}

async function drop(client: Pick<ClientBase, 'query'>, name: string): Promise<void> {
  for (;;) {
    try {
      await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03') throw error;
      await sleep(pauseMilliseconds);
    }
  }
}
