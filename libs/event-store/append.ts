import type { Pool } from 'pg';
import { appendAll, type Erasure } from './append-all.js';
import { leafHash } from './envelope.js';
import { Lane } from './lane.js';
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
  type Stamp,
  wrongVersion,
} from './prepare.js';
import { findEarlier } from './repeated.js';
import { type BatchResult, readHeads, toRows, writeBatch, writeOne } from './write.js';

/** `marks`: what may be in one batch only once, the key and the ids that the caller brought. */
type Pending = {
  append: Append;
  prepared: Prepared[];
  marks: string[];
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
  #lanes: Lane[];
  #appendsUnderWay = 0;
  #locked = new Set<string>();
  #pumping = false;
  #settling = false;
  #onIdle: (() => void) | undefined;
  #heads = new Map<string, Head>();

  constructor(
    private readonly pool: Pool,
    private readonly stamp: Stamp,
    private readonly onWritten: (lastPosition: number) => void,
  ) {
    this.#lanes = Array.from({ length: maxBatchesUnderWay }, () => new Lane(pool));
  }

  /** Appends all events or none. Throws a Refusal (WRONG_EXPECTED_VERSION, IDEMPOTENCY_KEY_REUSED, ...). */
  append(append: Append): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const prepared = prepare(append);
      this.#queue.push({ append, prepared, marks: marksOf(append), headIsFresh: false, resolve, reject });
      if (!this.#settling) void this.#pump();
    });
  }

  /**
   * Appends all of several appends, to any streams, in one transaction, or none of them. What an earlier append of the
   * same key did already counts as done. `erase`: parts that go with it. Throws a Refusal.
   */
  async appendAll(appends: Append[], erase: Erasure[] = []): Promise<Appended[]> {
    try {
      const { results, last } = await appendAll(this.pool, appends, erase, this.stamp);
      if (last >= 0) this.onWritten(last);
      return results;
    } finally {
      for (const { stream } of appends) this.#heads.delete(stream);
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

  /** Ends when all appends have their answer; then no connection is held any more. */
  async close(): Promise<void> {
    if (!this.#isIdle())
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    for (const lane of this.#lanes) lane.release();
  }

  #isIdle(): boolean {
    return this.#queue.length === 0 && this.#lanes.length === maxBatchesUnderWay;
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
    if (this.#isIdle()) this.#onIdle?.();
  }

  /** A second batch goes only when it is not much smaller than the first: small ones cost as much as large ones. */
  #mayStart(): boolean {
    return this.#queue.length > 0 && this.#lanes.length > 0 && this.#queue.length >= this.#appendsUnderWay / 2;
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
      const own = pending.marks;
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
        batch.push({ events: chained.events, leaves: chained.leaves, head: chained.head, pending });
        size += pending.prepared.length;
      }
    }
    this.#queue.unshift(...waiting);
    return batch;
  }

  #chain(pending: Pending, head: Head): Chained | undefined {
    try {
      return chain(pending.prepared, head, this.stamp.origin, this.stamp.now());
    } catch (error) {
      pending.reject(error);
      return undefined;
    }
  }

  async #write(batch: Taken[]): Promise<void> {
    const lane = this.#lanes.pop()!;
    const locked = batch.flatMap(({ pending }) => [pending.append.stream, ...pending.marks]);
    for (const mark of locked) this.#locked.add(mark);
    this.#appendsUnderWay += batch.length;
    try {
      this.#settle(batch, await this.#send(lane, batch));
    } catch (error) {
      this.#heads.clear();
      lane.release(true);
      for (const { pending } of batch) pending.reject(error);
    }
    for (const mark of locked) this.#locked.delete(mark);
    this.#lanes.push(lane);
    this.#appendsUnderWay -= batch.length;
    // Those who got their answer may have more to append: let them in first.
    this.#settling = true;
    process.nextTick(() => {
      this.#settling = false;
      void this.#pump();
    });
  }

  async #send(lane: Lane, batch: Taken[]): Promise<BatchResult> {
    const alone = batch.length === 1 && this.#lanes.length === maxBatchesUnderWay - 1;
    const rows = batch.flatMap((taken) => toRows(taken.pending.append, taken.pending.prepared, taken));
    const client = await lane.connect();
    if (alone && rows.length === 1 && rows[0]!.parts.length === 1) {
      const position = await writeOne(client, rows[0]!);
      if (position !== undefined) return written(position);
    }
    return writeBatch(client, rows, this.#heads);
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

  #setHead(stream: string, head: Head): void {
    this.#heads.delete(stream);
    this.#heads.set(stream, head);
    if (this.#heads.size > maxHeads) this.#heads.delete(this.#heads.keys().next().value as string);
  }
}

function marksOf({ events, key }: Append): string[] {
  const ids = events.flatMap((event) => event.id ?? []);
  return key === undefined ? ids : [key, ...ids];
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
