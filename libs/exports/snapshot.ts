import type { Readable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import copyStreams from 'pg-copy-streams';
import { readReached, readSequence } from '#projections';

/**
 * The register in one database snapshot, as of a position of its own log: all that is read through it is true for that position; by
 * `sequence` the read models know it. It holds a connection: call `release` however the reading ends.
 */
export type Snapshot = {
  client: PoolClient;
  at: number;
  sequence: number;
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

/** Does something in a short transaction that sees one state of the database. */
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

/** What a query gives as CSV, made by the database: a stream of bytes, as fast as they are taken. */
export function copyCsv(client: PoolClient, query: string, header: boolean): Readable {
  return copyOut(client, `COPY (${query}) TO STDOUT (FORMAT csv, HEADER ${header})`);
}

/** What a query of one text column gives, a line each, as it is: the text must have no control characters, as JSON has none. */
export function copyLines(client: PoolClient, query: string): Readable {
  return copyOut(client, `COPY (${query}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', HEADER false)`);
}

/** Of a snapshot: breaking it off closes its connection. */
export function ofSnapshot({ client, copies }: Snapshot, copy: (client: PoolClient) => Readable): Readable {
  const stream = copy(client);
  copies.add(stream);
  return stream;
}

function copyOut(client: PoolClient, statement: string): Readable {
  const stream = client.query(copyStreams.to(statement));
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
