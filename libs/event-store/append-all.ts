import type { Pool, PoolClient } from 'pg';
import { Refusal } from '#domain';
import type { PartName } from './envelope.js';
import {
  type Append,
  type Appended,
  chain,
  fits,
  type Head,
  maxEventsInBatch,
  type Prepared,
  prepare,
  type Stamp,
  wrongVersion,
} from './prepare.js';
import { clockRefusal, lossRefusal } from './refusals.js';
import { findEarlier, isSameAppend } from './repeated.js';
import { type Conditions, lockLog, type Row, readHeads, toRows, writeBatch } from './write.js';
import { refuseDoubt } from './writing-pool.js';

/** A payload part to delete in the same transaction as the event that says so. */
export type Erasure = { position: number; part: PartName };

/** What was appended, and the position of its last event; -1 if all of it was there already. */
export type AppendedAll = { results: Appended[]; last: number };

/**
 * Does all of it in one transaction or, throwing a Refusal or what the database says, none of it. `isCurrent`, asked under the
 * lock: what was decided still holds as far as this process knows.
 */
export async function appendAll(
  pool: Pool,
  appends: Append[],
  erase: Erasure[],
  stamp: Stamp,
  conditions: Conditions,
  isCurrent: () => boolean,
): Promise<AppendedAll> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const headRecordedAt = await lockLog(client);
    if (!isCurrent()) throw new Refusal('WRONG_EXPECTED_VERSION');
    if (headRecordedAt !== null) stamp.notBefore(headRecordedAt);
    const appended = await writeAll(client, appends, stamp, conditions);
    for (const { position, part } of erase)
      await client.query('DELETE FROM vitrine.payload WHERE position = $1 AND part = $2', [position, part]);
    await client.query('COMMIT');
    refuseDoubt(client);
    return appended;
  } catch (error) {
    await client.query('ROLLBACK').catch((lost: Error) => {
      broken = lost;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The log is locked: what is read stays true until the commit. */
async function writeAll(
  client: PoolClient,
  appends: Append[],
  stamp: Stamp,
  conditions: Conditions,
): Promise<AppendedAll> {
  const heads = await readHeads(client, [...new Set(appends.map(({ stream }) => stream))]);
  const { results, rows } = await chainAll(client, appends, new Map(heads), stamp);
  let last = -1;
  for (let from = 0; from < rows.length; from += maxEventsInBatch) {
    const chunk = rows.slice(from, from + maxEventsInBatch);
    const result = await writeBatch(client, chunk, heads, { ...conditions, isLocked: true });
    if (result.refused === 'lost') throw lossRefusal();
    if (result.refused) {
      stamp.forget();
      throw clockRefusal(chunk.at(-1)!.event.recordedAt, result.head_recorded_at, result.clock);
    }
    if (result.stale_streams || result.repeated_streams)
      throw new Refusal('EVENT_ID_REUSED', 'Two commands of the batch bring the same event id or idempotency key.');
    for (const [i, row] of chunk.entries()) {
      row.event.position = last = result.first_position + i;
      heads.set(row.stream, { version: row.event.version, hash: null });
    }
  }
  return { results, last };
}

async function chainAll(
  client: PoolClient,
  appends: Append[],
  heads: Map<string, Head>,
  stamp: Stamp,
): Promise<{ results: Appended[]; rows: Row[] }> {
  const results: Appended[] = [];
  const rows: Row[] = [];
  const own = new Map<string, { append: Append; prepared: Prepared[]; result: Appended }>();
  for (const append of appends) {
    const prepared = prepare(append);
    const twin = append.key === undefined ? undefined : own.get(append.key);
    if (twin && !isSameAppend(twin, { append, prepared }))
      throw new Refusal('IDEMPOTENCY_KEY_REUSED', 'Two commands of the batch have the same idempotency key.');
    const earlier = twin ? { ...twin.result, repeated: true } : await findEarlier(client, append, prepared);
    if (earlier) {
      results.push(earlier);
      continue;
    }
    const head = heads.get(append.stream)!;
    if (!fits(append.expectedVersion, head.version)) throw wrongVersion(append.expectedVersion, head.version);
    const chained = chain(prepared, head, stamp.origin, stamp.now());
    heads.set(append.stream, chained.head);
    rows.push(...toRows(append, prepared, chained));
    const result = { events: chained.events, repeated: false };
    if (append.key !== undefined) own.set(append.key, { append, prepared, result });
    results.push(result);
  }
  return { results, rows };
}
