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
  /** What is being copied out. */
  copies: Set<Readable>;
  release(): Promise<void>;
};

/** Opens a snapshot at a position; without one, at the newest that the read models have reached. Throws a RangeError. */
export async function openSnapshot(pool: Pool, at?: number): Promise<Snapshot> {
  const client = await pool.connect();
  const copies = new Set<Readable>();
  const release = once(async () => {
    // Nobody reads the rest of a COPY that was broken off, so nothing else would ever be answered on this connection.
    if ([...copies].some((copy) => !copy.readableEnded)) return client.release(true);
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
  });
  try {
    await client.query(
      'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL jit = off',
    );
    const newest = await readProjectedPosition(client);
    if (at !== undefined && (at < 0 || at > newest))
      throw new RangeError(`There is no position ${at}: the newest is ${newest}.`);
    return { client, at: at ?? newest, isNewest: at === undefined || at === newest, copies, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What a query gives as CSV, made by the database: a stream of bytes, as fast as they are taken. */
export function copyCsv(snapshot: Snapshot, query: string, header: boolean): Readable {
  return copy(snapshot, `COPY (${query}) TO STDOUT (FORMAT csv, HEADER ${header})`);
}

/** What a query of one text column gives, a line each, as it is: the text must have no control characters, as JSON has none. */
export function copyLines(snapshot: Snapshot, query: string): Readable {
  return copy(snapshot, `COPY (${query}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', HEADER false)`);
}

function copy({ client, copies }: Snapshot, statement: string): Readable {
  const stream = client.query(copyStreams.to(statement));
  copies.add(stream);
  // Whoever reads it is told; when nobody does any more, its connection is closed, and that is no fault.
  stream.on('error', () => undefined);
  return stream;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
