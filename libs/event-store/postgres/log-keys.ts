import type { Pool } from 'pg';
import { locks } from './locks.js';

/** The keys by which this register's log is signed (C2SP verifier keys), as its database names them, in the order of naming. */
export async function readLogKeys(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ vkey: string }>('SELECT vkey FROM vitrine.log_key ORDER BY named_at, vkey');
  return rows.map(({ vkey }) => vkey);
}

/**
 * Names further keys. `onlyFirst`: only if none is named yet; of two processes that try at the same time, one is first. Returns all keys
 * that are named afterwards.
 */
export async function nameLogKeys(
  pool: Pool,
  vkeys: string[],
  { onlyFirst }: { onlyFirst: boolean },
): Promise<string[]> {
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${locks.namingKeys})`);
    await client.query(
      `INSERT INTO vitrine.log_key (vkey) SELECT unnest($1::text[])
       WHERE NOT ($2 AND EXISTS (SELECT FROM vitrine.log_key)) ON CONFLICT DO NOTHING`,
      [vkeys, onlyFirst],
    );
    await client.query('COMMIT');
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    client.release(failed);
  }
  return readLogKeys(pool);
}
