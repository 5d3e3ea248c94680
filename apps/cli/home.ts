import pg from 'pg';
import { type Database, locks } from '#event-store';
import { settings } from './settings.js';

/** Allows one `up` or `restore` per home: it holds a lock in the embedded database for as long as it runs. `up` stops that database at its end. */
export async function claimHome(database: Database): Promise<pg.Client> {
  const client = new pg.Client({ ...database.application, application_name: 'vitrine up' });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ claimed: boolean }>(`SELECT pg_try_advisory_lock(${locks.home}) AS claimed`);
  if (rows[0]!.claimed) return client;
  await client.end();
  throw new Error(`A register runs on ${settings.home} already. Stop it, or choose another folder with VITRINE_HOME.`);
}
