import type { Readable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import copyStreams from 'pg-copy-streams';
import { readReached, readSequence } from '#projections';

/**
 * The register in one database snapshot, as of a position of its own log (`at`): everything read through it is true for that position.
 * `sequence`: the same point in the read models. It holds a connection, so call `release` however reading ends.
 */
export type Snapshot = {
  client: PoolClient;
  at: number;
  sequence: number;
  /** The snapshot is at the newest position, so current records can be read as they are. */
  isNewest: boolean;
  /** The COPY streams of this snapshot. */
  copies: Set<Readable>;
  release(): Promise<void>;
};

/**
 * Opens a snapshot at a position; without one, at the newest that the read models have reached. Throws a RangeError if the position does not
 * exist.
 */
export async function openSnapshot(pool: Pool, at?: number): Promise<Snapshot> {
  const client = await pool.connect();
  const copies = new Set<Readable>();
  const release = once(async () => {
    // The rest of an interrupted COPY is never read, so the connection cannot be used again.
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
    const { position: newest, sequence } = await readReached(client);
    if (at !== undefined && (at < 0 || at > newest))
      throw new RangeError(`There is no position ${at}: the newest is ${newest}.`);
    const isNewest = at === undefined || at === newest;
    return {
      client,
      at: at ?? newest,
      sequence: isNewest ? sequence : await readSequence(client, at),
      isNewest,
      copies,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Runs `work` in a short transaction that sees one state of the database. */
export async function inSnapshot<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    client.release(failed);
  }
}

/** The result of a query as CSV, written by the database: a stream of bytes that is as fast as its reader. */
export function copyCsv(client: PoolClient, query: string, header: boolean): Readable {
  return copyOut(client, `COPY (${query}) TO STDOUT (FORMAT csv, HEADER ${header})`);
}

/** The result of a query with one text column, unchanged, one line per row. The text must have no control characters; JSON has none. */
export function copyLines(client: PoolClient, query: string): Readable {
  return copyOut(client, `COPY (${query}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', HEADER false)`);
}

/** A COPY of a snapshot. If it is interrupted, the connection of the snapshot is closed. */
export function ofSnapshot({ client, copies }: Snapshot, copy: (client: PoolClient) => Readable): Readable {
  const stream = copy(client);
  copies.add(stream);
  return stream;
}

function copyOut(client: PoolClient, statement: string): Readable {
  const stream = client.query(copyStreams.to(statement));
  // The reader gets the error. If there is no reader any more, it only says that the connection was closed.
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
