import type { Pool } from 'pg';
import { type Database, openPool } from '#event-store';

/** The schema of the read models that are asked; a rebuild fills another and then takes this name. */
export const live = 'read';

/** So long a single look-up may take, in milliseconds; the database itself ends it then (57014). */
const maxStatementMilliseconds = 900;

/** A pool that sees the live read models. */
export function openReadPool(database: Database, max = 8): Pool {
  // Everything is asked for by an index. The planner would read short tables through, not knowing what it costs to look into the
  // long words and records that lie outside of a row.
  const options = `${withSearchPath(database, live)} -c statement_timeout=${maxStatementMilliseconds} -c enable_seqscan=off -c max_parallel_workers_per_gather=0 -c pg_trgm.word_similarity_threshold=0.5`;
  return openPool(database, { max, application_name: 'vitrine query', options });
}

/** A pool for what is read for as long as its reader likes: so many exports at a time. */
export function openExportPool(database: Database, max = 4): Pool {
  const options = withSearchPath(database, live);
  return openPool(database, { max, application_name: 'vitrine export', options });
}

/** Up to where the read models are true: the sequence of the last event taken, and the position up to which the register's own log is; -1 for none. */
export type Reached = { sequence: number; position: number };

export async function readReached(db: Pick<Pool, 'query'>, locking: '' | 'FOR UPDATE' = ''): Promise<Reached> {
  const { rows } = await db.query<Reached>(`SELECT sequence, position FROM checkpoint ${locking}`);
  return rows[0]!;
}

/** The same database; what is asked of it without a schema is asked of the live read models. */
export function withReadModels(database: Database): Database {
  return { ...database, application: { ...database.application, options: withSearchPath(database, live) } };
}

export function withSearchPath(database: Database, schema: string): string {
  // public: where extensions lie.
  return [database.application.options, `-c search_path=${schema},public`].filter(Boolean).join(' ');
}
