import type { Readable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import copyStreams from 'pg-copy-streams';
import { readProjectedPosition } from '#projections';

/**
 * The register in one database snapshot, as of a log position: all that is read through it is true for that position. It holds a
 * connection: call `release` however the reading ends.
 */
export type Snapshot = {
  client: PoolClient;
  at: number;
  /** Nothing newer is known, so that the tables of current records can be read as they are. */
  isNewest: boolean;
  release(): Promise<void>;
};

/** Opens a snapshot at a position; without one, at the newest that the read models have reached. Throws a RangeError. */
export async function openSnapshot(pool: Pool, at?: number): Promise<Snapshot> {
  const client = await pool.connect();
  const release = once(() =>
    client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    ),
  );
  try {
    await client.query(
      'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL jit = off',
    );
    const newest = await readProjectedPosition(client);
    if (at !== undefined && (at < 0 || at > newest))
      throw new RangeError(`There is no position ${at}: the newest is ${newest}.`);
    return { client, at: at ?? newest, isNewest: at === undefined || at === newest, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What a query gives as CSV, made by the database: a stream of bytes, as fast as they are taken. */
export function copyCsv({ client }: Snapshot, query: string, header: boolean): Readable {
  return client.query(copyStreams.to(`COPY (${query}) TO STDOUT (FORMAT csv, HEADER ${header})`));
}

/** What a query of one text column gives, a line each, as it is: the text must have no control characters, as JSON has none. */
export function copyLines({ client }: Snapshot, query: string): Readable {
  return client.query(
    copyStreams.to(`COPY (${query}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', HEADER false)`),
  );
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
