import pg from 'pg';
import { type Database, locks } from '#event-store';
import { settings } from './settings.js';

/** One `up` or `restore` a home: it holds a lock in its database as long as it lives, and the database goes down with it. */
export async function claimHome(database: Database): Promise<pg.Client> {
  const client = new pg.Client({ ...database.application, application_name: 'vitrine up' });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ claimed: boolean }>(`SELECT pg_try_advisory_lock(${locks.home}) AS claimed`);
  if (rows[0]!.claimed) return client;
  await client.end();
  throw new Error(`A register runs on ${settings.home} already. Stop it, or choose another folder with VITRINE_HOME.`);
}
