import type { Pool, PoolClient } from 'pg';
import { type Database, openPool } from './database.js';

type Db = Pool | PoolClient;

/** Leaf hashes of the log (RFC 6962: SHA-256 with 0x00 in front) from position `from` to before `to`, 32 bytes each, in order. */
export async function readLeafHashes(db: Db, from: number, to: number): Promise<Buffer> {
  const { rows } = await db.query<{ hashes: Buffer | null }>({
    name: 'leaf-hashes',
    text: `SELECT string_agg(sha256('\\x00'::bytea || convert_to(envelope, 'UTF8')), ''::bytea ORDER BY position) AS hashes
      FROM vitrine.event WHERE position >= $1 AND position < $2`,
    values: [from, to],
  });
  return rows[0]!.hashes ?? Buffer.alloc(0);
}

/** When the event at a position was recorded; undefined if there is none. */
export async function readRecordedAt(db: Db, position: number): Promise<string | undefined> {
  const { rows } = await db.query<{ recorded: string }>(
    `SELECT envelope::jsonb ->> 'recordedAt' AS recorded FROM vitrine.event WHERE position = $1`,
    [position],
  );
  return rows[0]?.recorded;
}

/** Positions of events, by their ids. */
export async function readPositions(db: Pick<Pool, 'query'>, ids: string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; position: number }>(
    'SELECT id, position FROM vitrine.event WHERE id = ANY ($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, position }) => [id, position]));
}

/** The first stream after another, by name, and the first of all; each is absent if there is none. */
export async function readStreamsAfter(db: Db, after: string): Promise<{ next?: string; first?: string }> {
  const one = (where: string) => `(SELECT stream FROM vitrine.event ${where} ORDER BY 1 LIMIT 1)`;
  const { rows } = await db.query<{ next: string | null; first: string | null }>(
    `SELECT ${one('WHERE stream > $1')} AS next, ${one('')} AS first`,
    [after],
  );
  const { next, first } = rows[0]!;
  return { ...(next !== null && { next }), ...(first !== null && { first }) };
}

/** The origin in the register's first event; undefined for an empty log. */
export async function readOrigin(database: Database): Promise<string | undefined> {
  const pool = openPool(database, { max: 1 });
  try {
    const { rows } = await pool.query<{ origin: string }>(
      "SELECT envelope::json ->> 'origin' AS origin FROM vitrine.event WHERE position = 0",
    );
    return rows[0]?.origin;
  } finally {
    await pool.end();
  }
}
