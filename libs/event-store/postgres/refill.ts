import type { PoolClient } from 'pg';
import type { Envelope } from '../envelope.js';
import type { StoredEvent } from '../port.js';
import { copyRows } from './copy.js';
import { type Database, openPool } from './database.js';
import { locks } from './locks.js';

/** An event from a copy of the register. `key`: its idempotency key, if it is known. */
export type Refill = Omit<StoredEvent, 'stream'> & { key?: string };

/**
 * Puts events back in their places from a copy of the log: unchanged, in order, right after the last event in the database. What they say
 * was erased is deleted too. The caller must know that they are the right ones. Close it when done.
 */
export function openRefill(database: Database) {
  // The application may add events only through the append functions, so putting them back needs the owner's login.
  const pool = openPool({ ...database, application: database.owner }, { max: 1, application_name: 'vitrine restore' });
  return {
    async write(events: Refill[]): Promise<void> {
      if (events.length === 0) return;
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await writeAll(client, events);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

async function writeAll(client: PoolClient, events: Refill[]): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${locks.appending})`);
  const { rows } = await client.query<{ next: number }>(
    'SELECT coalesce(max(position), -1) + 1 AS next FROM vitrine.event',
  );
  if (events.some(({ position }, i) => position !== rows[0]!.next + i))
    throw new Error(`Event ${events[0]!.position} does not follow the last one in the database, ${rows[0]!.next - 1}.`);
  const envelopes = events.map(({ leaf }) => JSON.parse(leaf) as Envelope);
  await copyRows(
    client,
    'vitrine.event (position, id, stream, version, key, envelope)',
    events.map(({ position, leaf, key }, i) => {
      const { id, system, organisation, streamVersion } = envelopes[i]!;
      return [position, id, system ?? organisation, streamVersion, key ?? null, leaf];
    }),
  );
  await copyRows(
    client,
    'vitrine.payload (position, part, salt, body)',
    events.flatMap(({ position, payload }) =>
      payload.map(({ part, salt, body }) => [position, part, `\\x${salt.toString('hex')}`, body]),
    ),
  );
  for (const [i, { type }] of envelopes.entries()) if (type === 'PayloadErased') await eraseAgain(client, events[i]!);
}

async function eraseAgain(client: PoolClient, { payload }: Refill): Promise<void> {
  const { event, part } = JSON.parse(payload[0]?.body ?? '{}') as { event?: string; part?: string };
  await client.query(
    'DELETE FROM vitrine.payload WHERE position = (SELECT position FROM vitrine.event WHERE id = $1) AND part = $2',
    [event, part],
  );
}
