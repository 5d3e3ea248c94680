import type { Pool, PoolClient } from 'pg';
import { leafHash } from '../envelope.js';
import type { BatchResult, Conditions, Head, KnownEvent, Row } from '../port.js';
import { binaryArray } from './binary-array.js';
import { locks } from './locks.js';

/** `isLocked`: the caller's transaction, which an error would abort, has locked the log already. */
type LockConditions = Conditions & { isLocked?: boolean };

/** What vitrine.append_events returns (schema/sql/0006-checked-appends.sql). */
type FunctionResult = {
  first_position: number;
  refused: BatchResult['refused'];
  head_recorded_at: string | null;
  clock: Date;
  stale_streams: string[] | null;
  stale_versions: number[] | null;
  stale_envelopes: (string | null)[] | null;
  repeated_streams: string[] | null;
};

function toBatchResult(result: FunctionResult): BatchResult {
  const stale = result.stale_streams?.map((stream, i): [string, Head] => {
    const leaf = result.stale_envelopes![i];
    return [stream, { version: result.stale_versions![i]!, hash: leaf ? leafHash(leaf) : null }];
  });
  return {
    firstPosition: result.first_position,
    refused: result.refused,
    headRecordedAt: result.head_recorded_at,
    clock: result.clock,
    stale: new Map(stale),
    repeated: new Set(result.repeated_streams),
  };
}

/** The result for an event that was written by itself. */
export function writtenAt(position: number): BatchResult {
  return {
    firstPosition: position,
    refused: null,
    headRecordedAt: null,
    clock: new Date(),
    stale: new Map(),
    repeated: new Set(),
  };
}

/**
 * Writes one event with one part right after `known`, the last event that this process knows. If the log does not end there, or the time,
 * id, key or version does not fit, it writes nothing and returns undefined; `writeBatch` says why. Only for a stream that is new, or whose
 * last event this process wrote: its head then needs no further check.
 */
export async function writeOne(
  db: Pool | PoolClient,
  { stream, event, key, leaf, parts }: Row,
  known: KnownEvent,
  aheadMilliseconds: number,
): Promise<number | undefined> {
  const { part, salt, body } = parts[0]!;
  try {
    const { rows } = await db.query<{ position: number | null }>({
      name: 'append-one',
      text: 'SELECT vitrine.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS position',
      values: [
        known.position,
        known.id,
        (Date.parse(event.recordedAt) - aheadMilliseconds) / 1000,
        event.id,
        stream,
        event.version,
        key,
        leaf,
        part,
        salt,
        body,
      ],
    });
    return rows[0]!.position ?? undefined;
  } catch (error) {
    if ((error as { code?: string }).code === '23505') return undefined;
    throw error;
  }
}

/**
 * Writes rows of many streams at once, ordered by time. Streams whose head is not the one in `heads` are left out and reported. If
 * something is wrong with all rows, `refused` says what, and nothing is written.
 */
export async function writeBatch(
  db: Pool | PoolClient,
  rows: Row[],
  heads: ReadonlyMap<string, Head>,
  conditions: LockConditions,
): Promise<BatchResult> {
  const streams = [...new Set(rows.map(({ stream }) => stream))];
  // A head that this process wrote is there if the known event is; a stream without a head must be new.
  const isSure = (stream: string) => heads.get(stream)?.isOwn ?? !heads.has(stream);
  const doubtful = conditions.known && !conditions.isLocked ? streams.filter((stream) => !isSure(stream)) : streams;
  try {
    return await callAppend(db, rows, doubtful, heads, conditions);
  } catch (error) {
    // Another process was faster on one of the streams. With all heads compared, that stream is left out.
    if ((error as { code?: string }).code !== '23505' || doubtful.length === streams.length) throw error;
    return callAppend(db, rows, streams, heads, conditions);
  }
}

/** One call of vitrine.append_events; `streams`: those whose heads are compared. */
export async function callAppend(
  db: Pool | PoolClient,
  rows: Row[],
  streams: string[],
  heads: ReadonlyMap<string, Head>,
  { known, aheadMilliseconds }: Conditions,
): Promise<BatchResult> {
  const owners = rows.flatMap(({ parts: own }, i) => own.map(() => i));
  const parts = rows.flatMap(({ parts: own }) => own);
  const result = await db.query<FunctionResult>({
    name: 'append',
    text: 'SELECT * FROM vitrine.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)',
    values: [
      known?.position ?? -1,
      known?.id ?? null,
      rows[0]!.event.recordedAt,
      rows.at(-1)!.event.recordedAt,
      aheadMilliseconds,
      binaryArray(streams),
      plainArray(streams.map((stream) => heads.get(stream)?.version ?? -1)),
      plainArray(streams.map((stream) => heads.get(stream)?.hash ?? 'NULL')),
      plainArray(rows.map(({ event }) => event.id)),
      binaryArray(rows.map(({ stream }) => stream)),
      plainArray(rows.map(({ event }) => event.version)),
      plainArray(rows.map(({ key }) => key ?? 'NULL')),
      binaryArray(rows.map(({ leaf }) => leaf)),
      plainArray(owners),
      plainArray(parts.map(({ part }) => part)),
      binaryArray(parts.map(({ salt }) => salt)),
      binaryArray(parts.map(({ body }) => body)),
    ],
  });
  return toBatchResult(result.rows[0]!);
}

/** Locks the log until the transaction ends, and returns when its last event was recorded; null for an empty log. */
export async function lockLog(client: PoolClient): Promise<string | null> {
  await client.query(`SELECT pg_advisory_xact_lock(${locks.appending})`);
  // A separate statement, so that it sees what was committed before the lock was obtained.
  const { rows } = await client.query<{ recorded_at: string }>(
    "SELECT envelope::json ->> 'recordedAt' AS recorded_at FROM vitrine.event ORDER BY position DESC LIMIT 1",
  );
  return rows[0]?.recorded_at ?? null;
}

/** A PostgreSQL array literal of values that need no quoting. */
function plainArray(values: (string | number)[]): string {
  return `{${values.join(',')}}`;
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
