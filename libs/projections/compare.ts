import type { PoolClient } from 'pg';
import type { Database } from '#event-store';
import { applyEvents } from './batch.js';
import { beside, build, eventsAtOnce, type Progress } from './beside.js';
import type { Intake } from './intake.js';
import { live, type Reached } from './live.js';

/** A row of the read models that differs from what the log says. `key`: its primary key as text. */
export type OddRow = { table: string; key: string; what: 'changed' | 'missing' | 'added' };

/**
 * `rows`: the number of rows compared. `sequence`, `position`: the last event applied. `odd`: the first 1,000 rows that differ; `oddCount`: how
 * many differ.
 */
export type ReadModelComparison = Reached & { rows: number; odd: OddRow[]; oddCount: number };

const schema = `${live}_check`;
const maxOdd = 1000;
const maxTries = 3;

/**
 * Builds all read models from the log again, beside the live ones, and compares them row by row, including counts. The register may keep
 * running: both sides are compared at the same sequence. Uses constant memory and takes as long as a rebuild.
 */
export async function compareReadModels(
  database: Database,
  intake: Intake,
  progress: Progress = () => {},
): Promise<ReadModelComparison> {
  for (let tries = 1; ; tries++) {
    const result = await compareOnce(database, intake, progress);
    // What was erased meanwhile is no longer returned by the store but may still be in the live tables, so differences are checked again.
    if (result.oddCount === 0 || tries === maxTries || (await intake.head()) === result.sequence) return result;
  }
}

function compareOnce(database: Database, intake: Intake, progress: Progress): Promise<ReadModelComparison> {
  return beside(database, schema, 'vitrine verify', async (client) => {
    try {
      const reached = async () =>
        (await client.query<Reached>(`SELECT sequence, position FROM ${live}.checkpoint`)).rows[0]!;
      const built = await build(client, intake, progress, (await reached()).sequence);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      // From here on the live tables are read from one snapshot.
      const moment = await reached();
      for (let at = built; at < moment.sequence; ) {
        const events = await intake.readAfter(at, Math.min(eventsAtOnce, moment.sequence - at));
        at = await applyEvents(client, intake, events, { isCareful: true });
      }
      return await compareTables(client, moment);
    } finally {
      // If the connection is lost, the next run drops the schema.
      await client.query(`ROLLBACK; DROP SCHEMA ${schema} CASCADE`).catch(() => undefined);
    }
  });
}

async function compareTables(client: PoolClient, reached: Reached): Promise<ReadModelComparison> {
  const result: ReadModelComparison = { ...reached, rows: 0, odd: [], oddCount: 0 };
  for (const { table, keys } of await readTables(client)) {
    const key = keys.map((name) => `${name}::text`).join(` || ' ' || `);
    const digests = (of: string) => `SELECT ${key} AS key, md5(t::text) AS digest FROM ${of}.${table} t`;
    const { rows } = await client.query<{ key: string; what: OddRow['what']; count: number; total: number }>(
      `WITH pair AS (
         SELECT key, l.digest AS live, c.digest AS built FROM (${digests(live)}) l FULL JOIN (${digests(schema)}) c USING (key)
       ), odd AS (
         SELECT key, CASE WHEN live IS NULL THEN 'missing' WHEN built IS NULL THEN 'added' ELSE 'changed' END AS what
         FROM pair WHERE live IS DISTINCT FROM built
       )
       SELECT key, what, (SELECT count(*) FROM odd) AS count, (SELECT count(*) FROM pair) AS total
       FROM (VALUES (1)) AS one LEFT JOIN (SELECT * FROM odd ORDER BY key LIMIT ${maxOdd}) o ON true`,
    );
    result.rows += rows[0]!.total;
    result.oddCount += rows[0]!.count;
    const found = rows.filter((row) => row.key !== null).map((row) => ({ table, key: row.key, what: row.what }));
    result.odd.push(...found.slice(0, maxOdd - result.odd.length));
  }
  return result;
}

/** The tables of the read models with the columns of their primary keys. */
async function readTables(client: PoolClient): Promise<{ table: string; keys: string[] }[]> {
  const { rows } = await client.query<{ table: string; keys: string[] }>(
    `SELECT c.relname AS table, ARRAY(
       SELECT format('%I', a.attname)::text FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number ORDER BY k.place) AS keys
     FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
     WHERE c.relnamespace = $1::regnamespace ORDER BY 1`,
    [schema],
  );
  return rows;
}
