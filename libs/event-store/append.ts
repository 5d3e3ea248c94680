import { Refusal } from '#domain';
import { Acknowledged, type Loss } from './acknowledged.js';
import { appendAll } from './append-all.js';
import { leafHash } from './envelope.js';
import type { BatchResult, Conditions, Erasure, Head, KnownEvent, Storage } from './port.js';
import { type Append, type Appended, fits, type Prepared, prepare, type Stamp, wrongVersion } from './prepare.js';
import { clockRefusal, lossRefusal } from './refusals.js';
import { findEarlier } from './repeated.js';
import { chainAgain, type Pending, rowsOf, type Taken, takeBatch } from './take-batch.js';

const maxHeads = 50_000;

export type AppenderOptions = {
  onWritten(lastPosition: number): void;
  /** The cache of the database has been cleared: other caches of it must be cleared too. */
  onForget(): void;
  /** The database has lost acknowledged events: nothing is written any more. */
  onLoss(loss: Loss): void;
  aheadMilliseconds: number;
};

/** Why the last events could not be written: what the database said, and when (performance.now). */
export type WriteTrouble = { message: string; at: number };

/**
 * Group commit: while transactions are under way, further appends are queued and go together in the next one. Several processes may write;
 * the storage orders them.
 *
 * `heads` caches where streams end. It may lag behind another process, or belong to another database after a failover, so the storage
 * compares version and hash on each write. A stream is in one batch at a time. After an error of unknown outcome, and with each new
 * connection, the cache is cleared (`generation` counts that), and what was decided on it is decided anew. The callers of the batch get the
 * error; with an idempotency key they can safely retry.
 *
 * Each write checks that the last acknowledged event is still there. If the database does not hold it, nothing is written until the process
 * is restarted: `onLoss`, EVENTS_LOST.
 */
export class Appender {
  #queue: Pending[] = [];
  #writesUnderWay = 0;
  #appendsUnderWay = 0;
  #locked = new Set<string>();
  #pumping = false;
  #settling = false;
  #onIdle: (() => void) | undefined;
  #heads = new Map<string, Head>();
  #generation = 0;
  #acknowledged = new Acknowledged();
  #loss: Loss | undefined;
  #noticing: Promise<void> | undefined;
  #trouble: WriteTrouble | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly stamp: Stamp,
    private readonly options: AppenderOptions,
  ) {}

  /** How often the cache has been cleared. */
  get generation(): number {
    return this.#generation;
  }

  /** The acknowledged events that the database has lost; once set, nothing is written any more. */
  get loss(): Loss | undefined {
    return this.#loss;
  }

  get trouble(): WriteTrouble | undefined {
    return this.#trouble;
  }

  /** Forgets what is remembered of the database: it may be another one now. */
  forget(): void {
    this.#heads.clear();
    this.#generation++;
    this.options.onForget();
  }

  /** Notes an event that is in the log for good: a database without it is not the right one. */
  noteKnown(event: KnownEvent): void {
    this.#acknowledged.note(event);
  }

  get #conditions(): Conditions {
    return { known: this.#acknowledged.last, aheadMilliseconds: this.options.aheadMilliseconds };
  }

  /** Appends all events or none. Throws a Refusal (WRONG_EXPECTED_VERSION, IDEMPOTENCY_KEY_REUSED, ...). */
  append(append: Append, given?: Prepared[]): Promise<Appended> {
    return new Promise((resolve, reject) => {
      if (this.#loss) throw lossRefusal();
      const prepared = given ?? prepare(append);
      this.#queue.push({ append, prepared, marks: marksOf(append), headIsFresh: false, resolve, reject });
      if (!this.#settling) void this.#pump();
    });
  }

  /**
   * Does several appends, to any streams, in one transaction: all or none. An append that was done before with the same key counts as done.
   * `erase`: payload parts to delete in the same transaction. Throws a Refusal.
   */
  async appendAll(appends: Append[], erase: Erasure[] = []): Promise<Appended[]> {
    if (this.#loss) throw lossRefusal();
    try {
      const isCurrent = () => appends.every(({ generation = this.#generation }) => generation === this.#generation);
      const { results, last } = await appendAll(this.storage, appends, erase, this.stamp, this.#conditions, isCurrent);
      this.#trouble = undefined;
      const written = results.flatMap(({ events, repeated }) => (repeated ? [] : events));
      this.#acknowledged.add(written);
      for (const event of written.slice(-1)) this.#acknowledged.note(event);
      if (last >= 0) this.options.onWritten(last);
      return results;
    } catch (error) {
      if (!(error instanceof Refusal)) this.#noteTrouble(error);
      else if (error.code === 'EVENTS_LOST') await this.#noticeLoss();
      throw error;
    } finally {
      for (const { stream } of appends) this.#heads.delete(stream);
    }
  }

  /** The result of an earlier append with the same key or ids and the same content; undefined if there was none. */
  async findEarlier(append: Append, prepared = prepare(append)): Promise<Appended | undefined> {
    return findEarlier(this.storage, append, prepared);
  }

  /** Notes where a stream ends, as just read. */
  rememberHead(stream: string, version: number, leaf: string): void {
    const known = this.#heads.get(stream);
    if (!known || known.version < version) this.#setHead(stream, { version, hash: leafHash(leaf) });
  }

  /** Resolves when all appends have their answer. */
  async close(): Promise<void> {
    if (!this.#isIdle())
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
  }

  #isIdle(): boolean {
    return this.#queue.length === 0 && this.#writesUnderWay === 0;
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

  /** Starts a second batch only if it is not much smaller than the first: a small batch costs as much as a large one. */
  #mayStart(): boolean {
    const isFree = this.#writesUnderWay < this.storage.maxWrites;
    return this.#queue.length > 0 && isFree && this.#queue.length >= this.#appendsUnderWay / 2;
  }

  /** Appends whose stream has an unknown head, or one that the caller does not expect. */
  #unsure(): Pending[] {
    return this.#queue.filter(({ append: { stream, expectedVersion }, headIsFresh }) => {
      const head = this.#heads.get(stream);
      if (this.#locked.has(stream) || (headIsFresh && head)) return false;
      return head ? !fits(expectedVersion, head.version) : expectedVersion !== 'none';
    });
  }

  async #loadHeads(unsure: Pending[]): Promise<void> {
    const streams = [...new Set(unsure.map((pending) => pending.append.stream))];
    for (const [stream, head] of await this.storage.heads(streams)) this.#setHead(stream, head);
    for (const pending of unsure) pending.headIsFresh = true;
  }

  /** Takes the appends that can go together; rejects those that cannot go at all. */
  #takeBatch(): Taken[] {
    const { batch, waiting, outdated, conflicting, failed } = takeBatch(this.#queue, {
      heads: this.#heads,
      locked: this.#locked,
      generation: this.#generation,
      most: Math.ceil((this.#queue.length + this.#appendsUnderWay) / this.storage.maxWrites),
      mostBytes: this.storage.maxBytes,
      stamp: this.stamp,
    });
    this.#queue = waiting;
    for (const { append, reject } of outdated) reject(wrongVersion(append.expectedVersion, -1));
    for (const { pending, actual } of conflicting) void this.#settleConflict(pending, actual);
    for (const { pending, error } of failed) pending.reject(error);
    return batch;
  }

  async #write(batch: Taken[]): Promise<void> {
    this.#writesUnderWay++;
    const locked = batch.flatMap(({ pending }) => [pending.append.stream, ...pending.marks]);
    for (const mark of locked) this.#locked.add(mark);
    this.#appendsUnderWay += batch.length;
    try {
      const result = await this.#send(batch);
      if (result === undefined) this.#queue.unshift(...batch.map(({ pending }) => pending));
      else if (result.refused === null) this.#settle(batch, result);
      else await this.#refuse(batch, result);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        this.#noteTrouble(error);
        this.forget();
      }
      for (const { pending } of batch) pending.reject(error);
    }
    for (const mark of locked) this.#locked.delete(mark);
    this.#writesUnderWay--;
    this.#appendsUnderWay -= batch.length;
    // Callers who just got their answer may have more to append: let them queue it first.
    this.#settling = true;
    process.nextTick(() => {
      this.#settling = false;
      void this.#pump();
    });
  }

  /** Returns undefined, with nothing written, if what the batch was built on may no longer hold. */
  #send(batch: Taken[]): Promise<BatchResult | undefined> {
    const generation = this.#generation;
    const { stamp } = this;
    const heads = this.#heads;
    return this.storage.write({
      ...this.#conditions,
      rows: rowsOf(batch),
      heads,
      rowsAfter(headRecordedAt) {
        if (headRecordedAt !== null) stamp.notBefore(headRecordedAt);
        chainAgain(batch, heads, stamp);
        return rowsOf(batch);
      },
      isCurrent: () => generation === this.#generation,
    });
  }

  /** Rejects a batch of which nothing was written, for a reason outside the batch. */
  async #refuse(batch: Taken[], { refused, headRecordedAt, clock }: BatchResult): Promise<void> {
    if (refused === 'lost') await this.#noticeLoss();
    else this.stamp.forget();
    const refusal =
      refused === 'lost' ? lossRefusal() : clockRefusal(batch.at(-1)!.events[0]!.recordedAt, headRecordedAt, clock);
    for (const { pending } of batch) pending.reject(refusal);
  }

  #noteTrouble(error: unknown): void {
    this.#trouble = { message: String(error), at: performance.now() };
  }

  #noticeLoss(): Promise<void> {
    this.#noticing ??= this.#findLoss();
    return this.#noticing;
  }

  async #findLoss(): Promise<void> {
    this.#loss = { noticedAt: new Date().toISOString(), events: [], isAll: false };
    this.#loss = await this.#acknowledged.findLoss(this.storage).catch(() => this.#loss!);
    this.forget();
    for (const pending of this.#queue.splice(0)) pending.reject(lossRefusal());
    this.options.onLoss(this.#loss);
  }

  #settle(batch: Taken[], result: BatchResult): void {
    this.#trouble = undefined;
    const { stale, repeated } = result;
    let position = result.firstPosition;
    let last: KnownEvent | undefined;
    const again: Pending[] = [];
    for (const { pending, events, head } of batch) {
      const { stream } = pending.append;
      if (repeated.has(stream)) void this.#settleRepeated(pending);
      else if (stale.has(stream)) {
        // At the same version there is a different event from the one that the decision was based on.
        const isOther = stale.get(stream)!.version === (this.#heads.get(stream)?.version ?? -1);
        if (isOther && pending.append.expectedVersion !== 'any')
          pending.reject(wrongVersion(pending.append.expectedVersion, head.version - events.length));
        else again.push(pending);
      } else {
        for (const event of events) event.position = position++;
        this.#acknowledged.add(events);
        last = events.at(-1);
        this.#setHead(stream, head);
        pending.resolve({ events, repeated: false });
      }
    }
    for (const [stream, head] of stale) this.#setHead(stream, head);
    this.#queue.unshift(...again);
    if (last) this.#acknowledged.note(last);
    if (position > result.firstPosition) this.options.onWritten(position - 1);
  }

  /** An id or the key is in the log already: the same append gets the first result, a different one is refused. */
  async #settleRepeated(pending: Pending): Promise<void> {
    try {
      const first = await findEarlier(this.storage, pending.append, pending.prepared);
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
      const first = await findEarlier(this.storage, pending.append, pending.prepared, true);
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
