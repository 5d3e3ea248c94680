import type { Pool, PoolClient } from 'pg';
import { leafHash, type PayloadPart } from './envelope.js';
import type { Append, Appended, Chained, Head, Prepared } from './prepare.js';

/** A row of `event` with its rows of `payload`. */
export type Row = {
  stream: string;
  event: Appended['events'][number];
  key: string | null;
  leaf: string;
  parts: PayloadPart[];
};

/** What vitrine.append_events returns (schema/sql/0001-event-store.sql). */
export type BatchResult = {
  first_position: number;
  stale_streams: string[] | null;
  stale_versions: number[] | null;
  stale_envelopes: (string | null)[] | null;
  repeated_streams: string[] | null;
};

export function toRows(append: Append, prepared: Prepared[], { events, leaves }: Chained): Row[] {
  return events.map((event, i) => ({
    stream: append.stream,
    event,
    key: i === 0 ? (append.key ?? null) : null,
    leaf: leaves[i]!,
    parts: prepared[i]!.parts,
  }));
}

/**
 * Writes one event with one part by a plain INSERT. It trusts the head that it is given: unique constraints refuse what
 * contradicts the log (another process was faster, the id or key is there), and then this returns undefined and
 * nothing is written.
 */
export async function writeOne(
  db: Pool | PoolClient,
  { stream, event, key, leaf, parts }: Row,
): Promise<number | undefined> {
  const { part, salt, body } = parts[0]!;
  try {
    const { rows } = await db.query<{ position: number }>({
      name: 'append-one',
      text: `WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(7236450912)), written AS (
          INSERT INTO vitrine.event (position, id, stream, version, key, envelope)
          SELECT coalesce((SELECT max(position) FROM vitrine.event), -1) + 1, $1::uuid, $2, $3::int, $4::uuid, $5 FROM locked
          RETURNING position)
        INSERT INTO vitrine.payload (position, part, salt, body) SELECT position, $6, $7, $8 FROM written RETURNING position`,
      values: [event.id, stream, event.version, key, leaf, part, salt, body],
    });
    return rows[0]!.position;
  } catch (error) {
    if ((error as { code?: string }).code === '23505') return undefined;
    throw error;
  }
}

/** Writes rows of many streams at once; streams that are not where `heads` says are left out and named. */
export async function writeBatch(db: Pool | PoolClient, rows: Row[], heads: Map<string, Head>): Promise<BatchResult> {
  const streams = [...new Set(rows.map(({ stream }) => stream))];
  const owners = rows.flatMap(({ parts: own }, i) => own.map(() => i));
  const parts = rows.flatMap(({ parts: own }) => own);
  const result = await db.query<BatchResult>({
    name: 'append',
    text: 'SELECT * FROM vitrine.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    values: [
      textArray(streams),
      plainArray(streams.map((stream) => heads.get(stream)?.version ?? -1)),
      plainArray(rows.map(({ event }) => event.id)),
      textArray(rows.map(({ stream }) => stream)),
      plainArray(rows.map(({ event }) => event.version)),
      plainArray(rows.map(({ key }) => key ?? 'NULL')),
      textArray(rows.map(({ leaf }) => leaf)),
      plainArray(owners),
      plainArray(parts.map(({ part }) => part)),
      plainArray(parts.map(({ salt }) => `"\\\\x${salt.toString('hex')}"`)),
      textArray(parts.map(({ body }) => body)),
    ],
  });
  return result.rows[0]!;
}

/** A PostgreSQL array literal of values that need no quoting. */
function plainArray(values: (string | number)[]): string {
  return `{${values.join(',')}}`;
}

/**
 * A PostgreSQL array literal of texts. JSON's quoting is the same as an array's, " and \ behind a backslash, as long as
 * there are no control characters; canonical JSON has none (RFC 8785), nor has a URN. Far faster than quoting by regular
 * expression.
 */
function textArray(values: string[]): string {
  return `{${values.map((value) => JSON.stringify(value)).join(',')}}`;
}

/** Where each stream ends; version -1 for one that does not exist. */
export async function readHeads(db: Pool | PoolClient, streams: string[]): Promise<Map<string, Head>> {
  const { rows } = await db.query<{ stream: string; version: number; envelope: string }>(
    `SELECT s.stream, e.version, e.envelope FROM unnest($1::text[]) AS s (stream) CROSS JOIN LATERAL (
       SELECT version, envelope FROM vitrine.event WHERE event.stream = s.stream ORDER BY version DESC LIMIT 1) e`,
    [streams],
  );
  const heads = new Map<string, Head>(streams.map((stream) => [stream, { version: -1, hash: null }]));
  for (const row of rows) heads.set(row.stream, { version: row.version, hash: leafHash(row.envelope) });
  return heads;
}
