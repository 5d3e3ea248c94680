import type { Pool } from 'pg';
import type { Projection } from './projection.js';
import { countSystems, readFacets } from './system-counts.js';
import { type SystemFilter, selectSystems } from './system-query.js';
import type { Dimension } from './tags-and-words.js';

export type Count = { key: string; count: number };
/** Systems that had a status at the end of a month (YYYY-MM). */
export type StatusCount = { month: string; status: string; systems: number };
/** Events of a type that were recorded in a month. */
export type EventCount = { month: string; type: string; events: number };

/** Counts of events by month of recording and type. */
export const statistics: Projection = {
  name: 'statistics',
  tables: 'CREATE TABLE event_count (month text, type text, count bigint NOT NULL, PRIMARY KEY (month, type))',
  indexes: '',
  async apply(client, events) {
    const counts = new Map<string, number>();
    for (const { envelope } of events) {
      const key = `${envelope.recordedAt.slice(0, 7)} ${envelope.type}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const keys = [...counts.keys()].map((key) => key.split(' '));
    await client.query(
      `INSERT INTO event_count SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
       ON CONFLICT (month, type) DO UPDATE SET count = event_count.count + excluded.count`,
      [keys.map(([month]) => month), keys.map(([, type]) => type), [...counts.values()]],
    );
  },
};

export type Totals = { systems: number; organisations: number; events: number };

/** How many systems (that match a filter), organisations and events the register holds. */
export async function readTotals(pool: Pool, filter: SystemFilter = {}): Promise<Totals> {
  const { rows } = await pool.query<{ organisations: number; events: number }>(
    `SELECT (SELECT count(*) FROM organisation) AS organisations,
       (SELECT coalesce(sum(count), 0) FROM event_count)::bigint AS events`,
  );
  return { systems: await countSystems(pool, { filter }), ...rows[0]! };
}

/** Systems by the values of a dimension, the most frequent first. A system may have several values of one dimension. */
export async function readCounts(
  pool: Pool,
  filter: SystemFilter,
  dimension: Dimension,
  limit: number,
): Promise<Count[]> {
  const facets = await readFacets(pool, { filter }, limit, [dimension]);
  return facets.map(({ value, count }) => ({ key: value, count }));
}

/** How many systems had each status at the end of each month, from the first month to the present one, by effective time. */
export async function readStatusOverTime(pool: Pool, filter: SystemFilter): Promise<StatusCount[]> {
  const { found, values } = selectSystems({ filter });
  const { rows } = await pool.query<StatusCount>(
    `WITH change AS (
       SELECT month, status, sum(change) AS change FROM status_period, LATERAL (VALUES (substr(since, 1, 7), 1), (substr(until, 1, 7), -1)) c (month, change)
       WHERE month IS NOT NULL AND system IN (SELECT id FROM ${found}) GROUP BY 1, 2
     ), month AS (
       SELECT to_char(m, 'YYYY-MM') AS month FROM generate_series(
         (SELECT greatest(min(month), '1990-01') || '-01' FROM change)::date, now() AT TIME ZONE 'UTC', interval '1 month') m
     )
     SELECT month.month, s.status, sum(change.change)::int AS systems FROM month CROSS JOIN (SELECT DISTINCT status FROM change) s
       JOIN change ON change.status = s.status AND change.month <= month.month
     GROUP BY 1, 2 HAVING sum(change.change) > 0 ORDER BY 1, 2`,
    values,
  );
  return rows;
}

/** Events by the month in which they were recorded and by type. */
export async function readEventCounts(pool: Pool): Promise<EventCount[]> {
  const { rows } = await pool.query<EventCount>(
    'SELECT month, type, count AS events FROM event_count ORDER BY month, type',
  );
  return rows;
}
