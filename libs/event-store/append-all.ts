import { Refusal } from '#domain';
import type { Conditions, Erasure, Head, HeldLog, Row, Storage } from './port.js';
import {
  type Append,
  type Appended,
  chain,
  fits,
  maxEventsInBatch,
  type Prepared,
  prepare,
  type Stamp,
  toRows,
  wrongVersion,
} from './prepare.js';
import { clockRefusal, lossRefusal } from './refusals.js';
import { findEarlier, isSameAppend } from './repeated.js';

/** The results, and the position of the last event written; -1 if everything was there already. */
export type AppendedAll = { results: Appended[]; last: number };

/**
 * Does everything in one transaction, or nothing: then it throws a Refusal or the store's error. `isCurrent` is asked while nobody else
 * writes: whether what was decided still holds, as far as this process knows.
 */
export function appendAll(
  storage: Storage,
  appends: Append[],
  erase: Erasure[],
  stamp: Stamp,
  conditions: Conditions,
  isCurrent: () => boolean,
): Promise<AppendedAll> {
  return storage.exclusively(async (log) => {
    if (!isCurrent()) throw new Refusal('WRONG_EXPECTED_VERSION');
    if (log.headRecordedAt !== null) stamp.notBefore(log.headRecordedAt);
    const appended = await writeAll(log, appends, stamp, conditions);
    await log.erase(erase);
    return appended;
  });
}

async function writeAll(log: HeldLog, appends: Append[], stamp: Stamp, conditions: Conditions): Promise<AppendedAll> {
  const heads = await log.heads([...new Set(appends.map(({ stream }) => stream))]);
  const { results, rows } = await chainAll(log, appends, new Map(heads), stamp);
  let last = -1;
  for (let from = 0; from < rows.length; from += maxEventsInBatch) {
    const chunk = rows.slice(from, from + maxEventsInBatch);
    const result = await log.write(chunk, heads, conditions);
    if (result.refused === 'lost') throw lossRefusal();
    if (result.refused) {
      stamp.forget();
      throw clockRefusal(chunk.at(-1)!.event.recordedAt, result.headRecordedAt, result.clock);
    }
    if (result.stale.size > 0 || result.repeated.size > 0)
      throw new Refusal('EVENT_ID_REUSED', 'Two commands of the batch have the same event id or idempotency key.');
    for (const [i, row] of chunk.entries()) {
      row.event.position = last = result.firstPosition + i;
      heads.set(row.stream, { version: row.event.version, hash: null });
    }
  }
  return { results, last };
}

async function chainAll(
  log: HeldLog,
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
    const earlier = twin ? { ...twin.result, repeated: true } : await findEarlier(log, append, prepared);
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
