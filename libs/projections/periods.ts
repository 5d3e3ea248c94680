import type { Pool, PoolClient } from 'pg';
import { readRecordsAsOf, toTimestamp, type When } from './facts.js';
import { insertColumns, type Projection } from './projection.js';
import type { SystemRecord } from './system-record.js';

/**
 * The periods in which each system had each status, and from when on each system was in the register or in use (`since`), as known from one
 * recording to the next.
 */
export const periods: Projection = {
  name: 'periods',
  tables: `CREATE TABLE status_period (system text, since text, ordinal int, status text NOT NULL, until text, PRIMARY KEY (system, ordinal));
    CREATE TABLE presence (system text, ordinal int, since timestamptz NOT NULL, known_from timestamptz NOT NULL,
      known_until timestamptz NOT NULL, PRIMARY KEY (system, ordinal))`,
  indexes: '',
  async applyRecords(client, records, presence) {
    const systems = new Set([...records.map(({ record }) => record.id), ...presence.map(({ system }) => system)]);
    await forget(client, [...systems]);
    const statuses = records.flatMap(({ record, statuses: own }) =>
      own.map((period, i) => ({ ...period, system: record.id, ordinal: i, until: own[i + 1]?.since ?? null })),
    );
    await insertColumns(client, 'status_period', {
      system: { type: 'text', values: statuses.map(({ system }) => system) },
      ordinal: { type: 'int', values: statuses.map(({ ordinal }) => ordinal) },
      status: { type: 'text', values: statuses.map(({ status }) => status) },
      since: { type: 'text', values: statuses.map(({ since }) => since) },
      until: { type: 'text', values: statuses.map(({ until }) => until) },
    });
    const counted = new Map<string, number>();
    const ordinals = presence.map(({ system }) => {
      const ordinal = counted.get(system) ?? 0;
      counted.set(system, ordinal + 1);
      return ordinal;
    });
    const moment = (milliseconds: number | null) =>
      milliseconds === null ? 'infinity' : new Date(Math.round(milliseconds)).toISOString();
    await insertColumns(client, 'presence', {
      system: { type: 'text', values: presence.map(({ system }) => system) },
      ordinal: { type: 'int', values: ordinals },
      since: { type: 'timestamptz', values: presence.map(({ since }) => moment(since)) },
      known_from: { type: 'timestamptz', values: presence.map(({ knownFrom }) => moment(knownFrom)) },
      known_until: { type: 'timestamptz', values: presence.map(({ knownUntil }) => moment(knownUntil)) },
    });
  },
  async forget(client, system) {
    await forget(client, [system]);
  },
};

async function forget(client: PoolClient, systems: string[]): Promise<void> {
  await client.query('DELETE FROM status_period WHERE system = ANY ($1)', [systems]);
  await client.query('DELETE FROM presence WHERE system = ANY ($1)', [systems]);
}

/** The systems that were there at a moment ($1), going by what had been recorded by another ($2). */
const thereThen = `SELECT system AS id FROM presence
  WHERE since <= $1 AND known_from <= $2 AND (known_until > $2 OR known_until = 'infinity')`;

/** A page, after an id, of the records of all systems that were in the register or in use then, as they were. */
export async function readAllRecordsAsOf(
  pool: Pool,
  when: When,
  page: { first: number; after?: string | undefined },
): Promise<{ records: SystemRecord[]; hasMore: boolean }> {
  const { rows } = await pool.query<{ id: string }>(`${thereThen} AND system > $3 ORDER BY system LIMIT $4`, [
    toTimestamp(when.effective),
    toTimestamp(when.recorded),
    page.after ?? '',
    page.first + 1,
  ]);
  const ids = rows.slice(0, page.first).map(({ id }) => id);
  const found = await readRecordsAsOf(pool, ids, when);
  return { records: ids.flatMap((id) => found.get(id) ?? []), hasMore: rows.length > page.first };
}

/** How many systems were in the register or in use then. */
export async function countRecordsAsOf(pool: Pool, when: When): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) FROM (${thereThen}) s`, [
    toTimestamp(when.effective),
    toTimestamp(when.recorded),
  ]);
  return rows[0]!.count;
}
