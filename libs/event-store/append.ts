import type { Pool, PoolClient } from 'pg';
import { Refusal } from '#domain';
import { leafHash, type PartName } from './envelope.js';
import {
  type Append,
  type Appended,
  type Chained,
  chain,
  fits,
  type Head,
  maxEventsInBatch,
  type Prepared,
  prepare,
  wrongVersion,
} from './prepare.js';
import { findEarlier } from './repeated.js';
import { type BatchResult, type Row, readHeads, toRows, writeBatch, writeOne } from './write.js';

/** A payload part to delete in the same transaction as the event that says so. */
export type Erasure = { position: number; part: PartName };

type Pending = {
  append: Append;
  prepared: Prepared[];
  headIsFresh: boolean;
  resolve: (appended: Appended) => void;
  reject: (error: unknown) => void;
};
type Taken = Chained & { pending: Pending };

/** Two: while the database makes one batch durable, the next is put together. */
const maxBatchesUnderWay = 2;
const maxHeads = 50_000;

/**
 * Group commit: while transactions are on their way, further appends gather and go together in the next. Several
 * processes may write; the database's lock orders them (schema/sql/0001-event-store.sql).
 *
 * `heads` remembers where streams end. It may lag behind another process, never run ahead: the database checks it
 * under the lock. A stream is in one batch at a time. After an error whose outcome is unknown `heads` is emptied and
 * the callers get the error; with an idempotency key they can safely try again.
 */
export class Appender {
  #queue: Pending[] = [];
  #underWay = 0;
  #appendsUnderWay = 0;
  #locked = new Set<string>();
  #pumping = false;
  #settling = false;
  #heads = new Map<string, Head>();
  #lastTime = 0;

  constructor(
    private readonly pool: Pool,
    private readonly origin: string,
    private readonly onWritten: (lastPosition: number) => void,
  ) {}

  /** Appends all events or none. Throws a Refusal (WRONG_EXPECTED_VERSION, IDEMPOTENCY_KEY_REUSED, ...). */
  append(append: Append): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ append, prepared: prepare(append), headIsFresh: false, resolve, reject });
      if (!this.#settling) void this.#pump();
    });
  }

  /**
   * Appends all of several appends, to any streams, in one transaction, or none of them. What an earlier append of the
   * same key did already counts as done. `erase`: parts that go with it. Throws a Refusal.
   */
  async appendAll(appends: Append[], erase: Erasure[] = []): Promise<Appended[]> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const { results, last } = await this.#writeAll(client, appends);
      for (const { position, part } of erase)
        await client.query('DELETE FROM vitrine.payload WHERE position = $1 AND part = $2', [position, part]);
      await client.query('COMMIT');
      if (last >= 0) this.onWritten(last);
      return results;
    } catch (error) {
      await client.query('ROLLBACK').catch((lost: Error) => {
        broken = lost;
      });
      throw error;
    } finally {
      for (const { stream } of appends) this.#heads.delete(stream);
      client.release(broken);
    }
  }

  /** The result of an earlier append with the same key or ids and the same content; undefined if there was none. */
  async findEarlier(append: Append): Promise<Appended | undefined> {
    return findEarlier(this.pool, append, prepare(append));
  }

  /** Tells where a stream ends, as just read. */
  rememberHead(stream: string, version: number, leaf: string): void {
    const known = this.#heads.get(stream);
    if (!known || known.version < version) this.#setHead(stream, { version, hash: leafHash(leaf) });
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#mayStart()) {
        const unsure = this.#unsure();
        if (unsure.length > 0) await this.#loadHeads(unsure);
        const batch = this.#takeBatch();
        if (batch.length === 0) break;
        void this.#write(batch);
      }
    } catch (error) {
      for (const pending of this.#queue.splice(0)) pending.reject(error);
    }
    this.#pumping = false;
  }

  /** A second batch goes only when it is not much smaller than the first: small ones cost as much as large ones. */
  #mayStart(): boolean {
    const waiting = this.#queue.length;
    return (
      waiting > 0 &&
      (this.#underWay === 0 || (this.#underWay < maxBatchesUnderWay && waiting >= this.#appendsUnderWay / 2))
    );
  }

  /** Appends whose stream's head is unknown, or remembered otherwise than the caller expects. */
  #unsure(): Pending[] {
    return this.#queue.filter(({ append: { stream, expectedVersion }, headIsFresh }) => {
      const head = this.#heads.get(stream);
      if (this.#locked.has(stream) || (headIsFresh && head)) return false;
      return head ? !fits(expectedVersion, head.version) : expectedVersion !== 'none';
    });
  }

  async #loadHeads(unsure: Pending[]): Promise<void> {
    const streams = [...new Set(unsure.map((pending) => pending.append.stream))];
    for (const [stream, head] of await readHeads(this.pool, streams)) this.#setHead(stream, head);
    for (const pending of unsure) pending.headIsFresh = true;
  }

  /** Takes what can go together. What must wait for a batch under way, or contradicts an append before it, stays. */
  #takeBatch(): Taken[] {
    const batch: Taken[] = [];
    const projected = new Map<string, Head>();
    const waiting: Pending[] = [];
    const blocked = new Set<string>();
    const marks = new Set<string>();
    let size = 0;
    const share = Math.ceil((this.#queue.length + this.#appendsUnderWay) / maxBatchesUnderWay);
    for (const pending of this.#queue.splice(0)) {
      const { stream, expectedVersion } = pending.append;
      const own = marksOf(pending);
      const head = projected.get(stream) ?? this.#heads.get(stream) ?? { version: -1, hash: null };
      const full = batch.length >= share || (size > 0 && size + pending.prepared.length > maxEventsInBatch);
      const taken = [stream, ...own].some((mark) => this.#locked.has(mark)) || own.some((mark) => marks.has(mark));
      const contradicts = projected.has(stream) && !fits(expectedVersion, head.version);
      if (full || taken || contradicts || blocked.has(stream)) {
        blocked.add(stream);
        waiting.push(pending);
      } else if (!fits(expectedVersion, head.version)) void this.#settleConflict(pending, head.version);
      else {
        const chained = this.#chain(pending, head);
        if (!chained) continue;
        for (const mark of own) marks.add(mark);
        projected.set(stream, chained.head);
        batch.push({ ...chained, pending });
        size += pending.prepared.length;
      }
    }
    this.#queue.unshift(...waiting);
    return batch;
  }

  #chain(pending: Pending, head: Head): Chained | undefined {
    try {
      return chain(pending.prepared, head, this.origin, this.#now());
    } catch (error) {
      pending.reject(error);
      return undefined;
    }
  }

  async #write(batch: Taken[]): Promise<void> {
    const locked = batch.flatMap(({ pending }) => [pending.append.stream, ...marksOf(pending)]);
    for (const mark of locked) this.#locked.add(mark);
    const alone = this.#underWay++ === 0 && batch.length === 1;
    this.#appendsUnderWay += batch.length;
    try {
      const rows = batch.flatMap(({ pending, ...chained }) => toRows(pending.append, pending.prepared, chained));
      const simple = alone && rows.length === 1 && rows[0]!.parts.length === 1;
      const position = simple ? await writeOne(this.pool, rows[0]!) : undefined;
      const result = position === undefined ? await writeBatch(this.pool, rows, this.#heads) : written(position);
      this.#settle(batch, result);
    } catch (error) {
      this.#heads.clear();
      for (const { pending } of batch) pending.reject(error);
    }
    for (const mark of locked) this.#locked.delete(mark);
    this.#underWay--;
    this.#appendsUnderWay -= batch.length;
    // Those who got their answer may have more to append: let them in first.
    this.#settling = true;
    setImmediate(() => {
      this.#settling = false;
      void this.#pump();
    });
  }

  #settle(batch: Taken[], result: BatchResult): void {
    const stale = new Map(result.stale_streams?.map((stream, i) => [stream, i]));
    const repeated = new Set(result.repeated_streams);
    let position = result.first_position;
    const again: Pending[] = [];
    for (const { pending, events, head } of batch) {
      const { stream } = pending.append;
      if (repeated.has(stream)) void this.#settleRepeated(pending);
      else if (stale.has(stream)) again.push(pending);
      else {
        for (const event of events) event.position = position++;
        this.#setHead(stream, head);
        pending.resolve({ events, repeated: false });
      }
    }
    for (const [stream, i] of stale) {
      const leaf = result.stale_envelopes![i];
      this.#setHead(stream, { version: result.stale_versions![i]!, hash: leaf ? leafHash(leaf) : null });
    }
    this.#queue.unshift(...again);
    if (position > result.first_position) this.onWritten(position - 1);
  }

  /** An id or the key is in the log: the same append again gets the first result, another one is refused. */
  async #settleRepeated(pending: Pending): Promise<void> {
    try {
      const first = await findEarlier(this.pool, pending.append, pending.prepared);
      if (first) return pending.resolve(first);
      this.#heads.delete(pending.append.stream);
      pending.headIsFresh = false;
      this.#queue.push(pending);
      void this.#pump();
    } catch (error) {
      pending.reject(error);
    }
  }

  async #settleConflict(pending: Pending, actual: number): Promise<void> {
    try {
      const first = await findEarlier(this.pool, pending.append, pending.prepared, true);
      if (first) pending.resolve(first);
      else pending.reject(wrongVersion(pending.append.expectedVersion, actual));
    } catch (error) {
      pending.reject(error);
    }
  }

  /** Takes the log's lock first, so that what it reads stays true until the commit. */
  async #writeAll(client: PoolClient, appends: Append[]): Promise<{ results: Appended[]; last: number }> {
    await client.query('SELECT pg_advisory_xact_lock(7236450912)');
    const heads = await readHeads(client, [...new Set(appends.map(({ stream }) => stream))]);
    const { results, rows } = await this.#chainAll(client, appends, new Map(heads));
    let last = -1;
    for (let from = 0; from < rows.length; from += maxEventsInBatch) {
      const chunk = rows.slice(from, from + maxEventsInBatch);
      const result = await writeBatch(client, chunk, heads);
      if (result.stale_streams || result.repeated_streams)
        throw new Refusal('EVENT_ID_REUSED', 'Two commands of the batch bring the same event id or idempotency key.');
      for (const [i, row] of chunk.entries()) {
        row.event.position = last = result.first_position + i;
        heads.set(row.stream, { version: row.event.version, hash: null });
      }
    }
    return { results, last };
  }

  async #chainAll(
    client: PoolClient,
    appends: Append[],
    heads: Map<string, Head>,
  ): Promise<{ results: Appended[]; rows: Row[] }> {
    const results: Appended[] = [];
    const rows: Row[] = [];
    const own = new Map<string, { content: string; result: Appended }>();
    for (const append of appends) {
      const prepared = prepare(append);
      const content = JSON.stringify([
        append.stream,
        prepared.map(({ event, parts }) => [event.type, event.occurredAt, parts.map(({ body }) => body)]),
      ]);
      const twin = append.key === undefined ? undefined : own.get(append.key);
      if (twin && twin.content !== content)
        throw new Refusal('IDEMPOTENCY_KEY_REUSED', 'Two commands of the batch have the same idempotency key.');
      const earlier = twin ? { ...twin.result, repeated: true } : await findEarlier(client, append, prepared);
      if (earlier) {
        results.push(earlier);
        continue;
      }
      const head = heads.get(append.stream)!;
      if (!fits(append.expectedVersion, head.version)) throw wrongVersion(append.expectedVersion, head.version);
      const chained = chain(prepared, head, this.origin, this.#now());
      heads.set(append.stream, chained.head);
      rows.push(...toRows(append, prepared, chained));
      const result = { events: chained.events, repeated: false };
      if (append.key !== undefined) own.set(append.key, { content, result });
      results.push(result);
    }
    return { results, rows };
  }

  #setHead(stream: string, head: Head): void {
    this.#heads.delete(stream);
    this.#heads.set(stream, head);
    if (this.#heads.size > maxHeads) this.#heads.delete(this.#heads.keys().next().value as string);
  }

  /** Never earlier than the event before it, whatever the clock does. */
  #now(): string {
    this.#lastTime = Math.max(this.#lastTime, Date.now());
    return new Date(this.#lastTime).toISOString();
  }
}

/** What may be in one batch only once: the key and the ids that the caller brought. */
function marksOf({ append }: Pending): string[] {
  const ids = append.events.flatMap((event) => event.id ?? []);
  return append.key === undefined ? ids : [append.key, ...ids];
}

function written(position: number): BatchResult {
  return {
    first_position: position,
    stale_streams: null,
    stale_versions: null,
    stale_envelopes: null,
    repeated_streams: null,
  };
}
