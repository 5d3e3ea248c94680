import type { Pool } from 'pg';
import type { Projection } from './projection.js';

export type Count = { key: string; count: number };
export type Statistics = {
  systems: number;
  organisations: number;
  events: number;
  byStatus: Count[];
  byRiskClass: Count[];
  byDomain: Count[];
  byOrganisation: Count[];
  byEventType: Count[];
};

/** Events by month of recording and type. What systems add up to is counted from their current records. */
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

/** Counts over the whole register. "unclassified" and "unknown" count those of which nothing is recorded. */
export async function readStatistics(pool: Pool): Promise<Statistics> {
  const count = async (sql: string) => (await pool.query<Count>(sql)).rows;
  const one = async (sql: string) => (await pool.query<{ count: number }>(sql)).rows[0]!.count;
  return {
    systems: await one('SELECT count(*) FROM system'),
    organisations: await one('SELECT count(*) FROM organisation'),
    events: await one('SELECT coalesce(sum(count), 0)::bigint AS count FROM event_count'),
    byStatus: await count('SELECT status AS key, count(*) FROM system GROUP BY 1 ORDER BY 2 DESC, 1'),
    byRiskClass: await count(
      "SELECT coalesce(risk_class, 'unclassified') AS key, count(*) FROM system GROUP BY 1 ORDER BY 2 DESC, 1",
    ),
    byDomain: await count(
      `SELECT coalesce(domain, 'unknown') AS key, count(*) FROM system LEFT JOIN LATERAL unnest(domains) AS domain ON true
       GROUP BY 1 ORDER BY 2 DESC, 1`,
    ),
    byOrganisation: await count(
      'SELECT organisation AS key, count(*) FROM system GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100',
    ),
    byEventType: await count(
      'SELECT type AS key, sum(count)::bigint AS count FROM event_count GROUP BY 1 ORDER BY 2 DESC, 1',
    ),
  };
}
