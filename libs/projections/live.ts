import type { Pool } from 'pg';
import { type Database, openPool } from '#event-store';

/** The schema of the live read models. A rebuild fills another schema and then renames it to this. */
export const live = 'read';

/** Timeout of a single query in milliseconds; the database itself cancels the query (57014). */
const maxStatementMilliseconds = 900;

/** A pool that sees the live read models, or the tables of another schema. */
export function openReadPool(database: Database, max = 8, schema = live): Pool {
  // Every query can use an index. The planner would scan short tables instead, because it does not know the cost of fetching the long values
  // that are stored outside the rows (TOAST).
  const options = `${withSearchPath(database, schema)} -c statement_timeout=${maxStatementMilliseconds} -c enable_seqscan=off -c max_parallel_workers_per_gather=0 -c pg_trgm.word_similarity_threshold=0.5`;
  return openPool(database, { max, application_name: 'vitrine query', options });
}

/** A pool for exports, each of which holds its connection for as long as it is read. `max`: exports at a time. */
export function openExportPool(database: Database, max = 4): Pool {
  const options = withSearchPath(database, live);
  return openPool(database, { max, application_name: 'vitrine export', options });
}

/**
 * How far the read models have got: the sequence of the last event applied, and the position of the last one from the register's own log; -1 for
 * none.
 */
export type Reached = { sequence: number; position: number };

export async function readReached(db: Pick<Pool, 'query'>, locking: '' | 'FOR UPDATE' = ''): Promise<Reached> {
  const { rows } = await db.query<Reached>(`SELECT sequence, position FROM checkpoint ${locking}`);
  return rows[0]!;
}

/** The same database with a search path on which table names without a schema are those of the live read models. */
export function withReadModels(database: Database): Database {
  return { ...database, application: { ...database.application, options: withSearchPath(database, live) } };
}

export function withSearchPath(database: Database, schema: string): string {
  // public: the schema of the extensions.
  return [database.application.options, `-c search_path=${schema},public`].filter(Boolean).join(' ');
}
