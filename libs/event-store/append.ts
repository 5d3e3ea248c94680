import type { Pool, PoolClient } from 'pg';
import { type Actor, Refusal } from '#domain';
import {
  commitment,
  type Envelope,
  leafHash,
  maxLeafBytes,
  type PartName,
  type PayloadPart,
  toLeaf,
  toParts,
} from './envelope.js';
import { findWritten } from './read.js';
import type { RecordedEvent } from './recorded-event.js';
import { uuidv7 } from './uuid.js';

/** What the caller believes about the stream: anything, that it is new, that it is there, or its last version. */
export type ExpectedVersion = 'any' | 'none' | 'exists' | number;

export type NewEvent = {
  id?: string;
  organisation: string;
  system?: string;
  type: string;
  schemaVersion: number;
  occurredAt: string;
  actor: Actor;
  data: Record<string, unknown>;
};

/** `key`: an idempotency key as a UUID (keyToUuid). */
export type Append = {
  stream: string;
  expectedVersion: ExpectedVersion;
  events: NewEvent[];
  key?: string;
};

/** A payload part to delete in the same transaction as the event that says so. */
export type Erasure = { position: number; part: PartName };

/** Where the events are now. `repeated`: they were there already, from an earlier append of the same. */
export type Appended = {
  events: { id: string; position: number; version: number; recordedAt: string }[];
  repeated: boolean;
};

type Head = { version: number; hash: string | null };
type Prepared = { event: NewEvent & { id: string }; parts: PayloadPart[]; commitments: Envelope['parts'] };
type Pending = {
  append: Append;
  prepared: Prepared[];
  headIsFresh: boolean;
  resolve: (appended: Appended) => void;
  reject: (error: unknown) => void;
};
type Job = { run: () => Promise<void> };
type Written = { pending: Pending; events: Appended['events']; head: Head; leaves: string[] };
type BatchResult = {
  first_position: number;
  stale_streams: string[] | null;
  stale_versions: number[] | null;
  stale_envelopes: (string | null)[] | null;
  repeated_streams: string[] | null;
};

const maxEventsInBatch = 1000;
const maxEventBytes = 1_048_576;
const maxHeads = 50_000;

/**
 * Group commit: while one transaction is on its way, further appends gather and go together in the next. One writer a
 * process; several processes may write, the database's lock orders them (schema/sql/0001-event-store.sql).
 *
 * `heads` remembers where streams end. It may lag behind another process, never run ahead: the database checks it
 * under the lock. After an error whose outcome is unknown it is emptied and the callers get the error; with an
 * idempotency key they can safely try again.
 */
export class Appender {
  #queue: Pending[] = [];
  #jobs: Job[] = [];
  #busy = false;
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
      try {
        this.#queue.push({ append, prepared: prepare(append), headIsFresh: false, resolve, reject });
      } catch (error) {
        reject(error);
        return;
      }
      if (!this.#busy) void this.#drain();
    });
  }

  /**
   * Appends all of several appends, to any streams, in one transaction, or none of them. What an earlier append of the
   * same key did already counts as done. `erase`: parts that go with it. Throws a Refusal.
   */
  appendAll(appends: Append[], erase: Erasure[] = []): Promise<Appended[]> {
    return new Promise((resolve, reject) => {
      const run = () => this.#writeAll(appends, erase).then(resolve, reject);
      this.#jobs.push({ run });
      if (!this.#busy) void this.#drain();
    });
  }

  /** The result of an earlier append with the same key or ids and the same content; undefined if there was none. */
  findEarlier(append: Append): Promise<Appended | undefined> {
    return this.#findFirst(this.pool, append, prepare(append));
  }

  /** Tells where a stream ends, as just read. */
  rememberHead(stream: string, version: number, leaf: string): void {
    const known = this.#heads.get(stream);
    if (!known || known.version < version) this.#setHead(stream, { version, hash: leafHash(leaf) });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#queue.length > 0 || this.#jobs.length > 0) {
      await this.#jobs.shift()?.run();
      let batch: Written[] = [];
      try {
        await this.#loadHeads();
        batch = this.#takeBatch();
        if (batch.length > 0) await this.#write(batch);
      } catch (error) {
        this.#heads.clear();
        const failed = batch.length > 0 ? batch.map((written) => written.pending) : this.#queue.splice(0);
        for (const pending of failed) pending.reject(error);
      }
    }
    this.#busy = false;
  }

  /** Reads the heads that the waiting appends need and that are unknown, or that contradict what a caller expects. */
  async #loadHeads(): Promise<void> {
    const unsure = this.#queue.filter((pending) => {
      const head = this.#heads.get(pending.append.stream);
      if (pending.headIsFresh && head) return false;
      return head ? !fits(pending.append.expectedVersion, head.version) : pending.append.expectedVersion !== 'none';
    });
    if (unsure.length === 0) return;
    const streams = [...new Set(unsure.map((pending) => pending.append.stream))];
    for (const [stream, head] of await readHeads(this.pool, streams)) this.#setHead(stream, head);
    for (const pending of unsure) pending.headIsFresh = true;
  }

  /** Takes what can go together; builds the envelopes. What contradicts an append before it waits for the next batch. */
  #takeBatch(): Written[] {
    const batch: Written[] = [];
    const projected = new Map<string, Head>();
    const taken = new Set<string>();
    const waiting: Pending[] = [];
    const blocked = new Set<string>();
    let size = 0;
    for (const pending of this.#queue.splice(0)) {
      const { stream, expectedVersion, key } = pending.append;
      const marks = [...pending.prepared.map(({ event }) => event.id), ...(key ? [key] : [])];
      if (
        (size + pending.prepared.length > maxEventsInBatch && size > 0) ||
        blocked.has(stream) ||
        marks.some((mark) => taken.has(mark))
      ) {
        blocked.add(stream);
        waiting.push(pending);
        continue;
      }
      const head = projected.get(stream) ?? this.#heads.get(stream) ?? { version: -1, hash: null };
      if (!fits(expectedVersion, head.version)) {
        if (projected.has(stream)) {
          blocked.add(stream);
          waiting.push(pending);
        } else void this.#settleConflict(pending, head.version);
        continue;
      }
      const written = this.#build(pending, head);
      if (!written) continue;
      for (const mark of marks) taken.add(mark);
      projected.set(stream, written.head);
      batch.push(written);
      size += pending.prepared.length;
    }
    this.#queue.unshift(...waiting);
    return batch;
  }

  #build(pending: Pending, before: Head): Written | undefined {
    try {
      return { pending, ...this.#envelopes(pending.prepared, before) };
    } catch (error) {
      pending.reject(error);
      return undefined;
    }
  }

  #envelopes(prepared: Prepared[], before: Head): Omit<Written, 'pending'> {
    const leaves: string[] = [];
    const events: Appended['events'] = [];
    let head = before;
    for (const { event, commitments } of prepared) {
      const version = head.version + 1;
      const recordedAt = this.#now();
      const leaf = toLeaf({
        format: 'vitrine/envelope/v1',
        origin: this.origin,
        id: event.id,
        organisation: event.organisation,
        ...(event.system === undefined ? {} : { system: event.system }),
        streamVersion: version,
        type: event.type,
        schemaVersion: event.schemaVersion,
        occurredAt: event.occurredAt,
        recordedAt,
        actor: event.actor,
        previous: head.hash,
        parts: commitments,
      });
      const size = Buffer.byteLength(leaf);
      if (size > maxLeafBytes)
        throw new Refusal('LEAF_TOO_LARGE', `The envelope would take ${size} bytes; the log takes ${maxLeafBytes}.`);
      leaves.push(leaf);
      events.push({ id: event.id, position: -1, version, recordedAt });
      head = { version, hash: leafHash(leaf) };
    }
    return { events, head, leaves };
  }

  async #write(batch: Written[]): Promise<void> {
    const { rows } = await this.pool.query<BatchResult>(toStatement(batch.map(toRows), this.#heads));
    this.#settle(batch, rows[0]!);
  }

  /** Takes the log's lock first, so that what it reads stays true until the commit. */
  async #writeAll(appends: Append[], erase: Erasure[]): Promise<Appended[]> {
    const client = await this.pool.connect();
    let last = -1;
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock(7236450912)');
      const { results, rows, heads } = await this.#prepareAll(client, appends);
      for (let from = 0; from < rows.length; from += maxEventsInBatch) {
        const chunk = rows.slice(from, from + maxEventsInBatch);
        const written = await client.query<BatchResult>(toStatement(chunk, heads));
        if (written.rows[0]!.stale_streams || written.rows[0]!.repeated_streams)
          throw new Refusal('EVENT_ID_REUSED', 'Two appends of the batch bring the same event id or key.');
        for (const [i, row] of chunk.entries()) {
          row.event.position = last = written.rows[0]!.first_position + i;
          heads.set(row.stream, { version: row.event.version, hash: null });
        }
      }
      for (const { position, part } of erase)
        await client.query('DELETE FROM vitrine.payload WHERE position = $1 AND part = $2', [position, part]);
      await client.query('COMMIT');
      if (last >= 0) this.onWritten(last);
      return results;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      for (const { stream } of appends) this.#heads.delete(stream);
      client.release();
    }
  }

  async #prepareAll(client: PoolClient, appends: Append[]) {
    const heads = await readHeads(client, [...new Set(appends.map(({ stream }) => stream))]);
    const projected = new Map(heads);
    const results: Appended[] = [];
    const rows: Row[] = [];
    for (const append of appends) {
      const prepared = prepare(append);
      const earlier = await this.#findFirst(client, append, prepared);
      if (earlier) {
        results.push(earlier);
        continue;
      }
      const head = projected.get(append.stream)!;
      if (!fits(append.expectedVersion, head.version)) throw wrongVersion(append.expectedVersion, head.version);
      const built = this.#envelopes(prepared, head);
      projected.set(append.stream, built.head);
      rows.push(...toRows({ pending: { append, prepared }, ...built }));
      results.push({ events: built.events, repeated: false });
    }
    return { results, rows, heads };
  }

  #settle(batch: Written[], result: BatchResult): void {
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
      const first = await this.#findFirst(this.pool, pending.append, pending.prepared);
      if (first) pending.resolve(first);
      else {
        this.#heads.delete(pending.append.stream);
        pending.headIsFresh = false;
        this.#queue.push(pending);
        if (!this.#busy) void this.#drain();
      }
    } catch (error) {
      pending.reject(error);
    }
  }

  async #settleConflict(pending: Pending, actual: number): Promise<void> {
    try {
      const first = await this.#findFirst(this.pool, pending.append, pending.prepared, true);
      if (first) pending.resolve(first);
      else pending.reject(wrongVersion(pending.append.expectedVersion, actual));
    } catch (error) {
      pending.reject(error);
    }
  }

  /** The result of an earlier append of the same events, if there was one. */
  async #findFirst(
    db: Pool | PoolClient,
    append: Append,
    prepared: Prepared[],
    conflict = false,
  ): Promise<Appended | undefined> {
    const ids = append.events.flatMap((event) => event.id ?? []);
    if (ids.length === 0 && !append.key) return undefined;
    const found = await findWritten(db, ids, append.key ?? null);
    if (found.length === 0) return undefined;
    const start = found[0]!;
    const byKey = append.key !== undefined && !ids.includes(start.envelope.id);
    const written = byKey ? await following(db, start, prepared.length) : found;
    const same =
      written.length === prepared.length &&
      written.every((event, i) => isSame(event, prepared[i]!, append.stream, start, i));
    if (!same) {
      if (conflict && !byKey) throw wrongVersion(append.expectedVersion, start.envelope.streamVersion);
      throw new Refusal(
        byKey ? 'IDEMPOTENCY_KEY_REUSED' : 'EVENT_ID_REUSED',
        byKey
          ? 'This idempotency key was used before, for something else. Use a new key for a new command.'
          : 'An event with this id is in the log already, with other content or at another place.',
      );
    }
    const expected = append.expectedVersion;
    const before = start.envelope.streamVersion - 1;
    if (!byKey && ((expected === 'none' && before !== -1) || (typeof expected === 'number' && expected !== before)))
      throw conflict
        ? wrongVersion(expected, before)
        : new Refusal('EVENT_ID_REUSED', 'An event with this id is in the log already, at another place.');
    return {
      repeated: true,
      events: written.map((event) => ({
        id: event.envelope.id,
        position: event.position,
        version: event.envelope.streamVersion,
        recordedAt: event.envelope.recordedAt,
      })),
    };
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

function prepare(append: Append): Prepared[] {
  if (append.events.length === 0) throw new Refusal('EMPTY_APPEND', 'There is nothing to append.');
  if (append.events.length > maxEventsInBatch)
    throw new Refusal('TOO_MANY_EVENTS', `At most ${maxEventsInBatch} events go in one append.`);
  return append.events.map((event) => {
    const parts = toParts(event.data);
    const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part.body), 0);
    if (size > maxEventBytes)
      throw new Refusal('PAYLOAD_TOO_LARGE', `An event carries at most ${maxEventBytes} bytes; this one has ${size}.`);
    const commitments = parts.map((part) => ({ role: part.part, commitment: commitment(part) }));
    return { event: { ...event, id: event.id ?? uuidv7(Date.now()) }, parts, commitments };
  });
}

type Row = {
  stream: string;
  event: Appended['events'][number];
  key: string | null;
  leaf: string;
  parts: PayloadPart[];
};

function toRows({
  pending,
  events,
  leaves,
}: Pick<Written, 'events' | 'leaves'> & { pending: Pick<Pending, 'append' | 'prepared'> }): Row[] {
  return events.map((event, i) => ({
    stream: pending.append.stream,
    event,
    key: i === 0 ? (pending.append.key ?? null) : null,
    leaf: leaves[i]!,
    parts: pending.prepared[i]!.parts,
  }));
}

function toStatement(rows: Row[] | Row[][], heads: Map<string, Head>) {
  const expected = new Map<string, number>();
  const ids: string[] = [];
  const streams: string[] = [];
  const versions: number[] = [];
  const keys: (string | null)[] = [];
  const leaves: string[] = [];
  const partEvents: number[] = [];
  const partNames: string[] = [];
  const partSalts: Buffer[] = [];
  const partBodies: string[] = [];
  for (const { stream, event, key, leaf, parts } of rows.flat()) {
    if (!expected.has(stream)) expected.set(stream, heads.get(stream)?.version ?? -1);
    for (const { part, salt, body } of parts) {
      partEvents.push(ids.length);
      partNames.push(part);
      partSalts.push(salt);
      partBodies.push(body);
    }
    ids.push(event.id);
    streams.push(stream);
    versions.push(event.version);
    keys.push(key);
    leaves.push(leaf);
  }
  return {
    name: 'append',
    text: 'SELECT * FROM vitrine.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    values: [
      [...expected.keys()],
      [...expected.values()],
      ids,
      streams,
      versions,
      keys,
      leaves,
      partEvents,
      partNames,
      partSalts,
      partBodies,
    ],
  };
}

/** Where each stream ends; version -1 for one that does not exist. */
async function readHeads(db: Pool | PoolClient, streams: string[]): Promise<Map<string, Head>> {
  const { rows } = await db.query<{ stream: string; version: number; envelope: string }>(
    `SELECT s.stream, e.version, e.envelope FROM unnest($1::text[]) AS s (stream) CROSS JOIN LATERAL (
       SELECT version, envelope FROM vitrine.event WHERE event.stream = s.stream ORDER BY version DESC LIMIT 1) e`,
    [streams],
  );
  const heads = new Map<string, Head>(streams.map((stream) => [stream, { version: -1, hash: null }]));
  for (const row of rows) heads.set(row.stream, { version: row.version, hash: leafHash(row.envelope) });
  return heads;
}

/** The events that came in the same append as `first`, by count. */
async function following(db: Pool | PoolClient, first: RecordedEvent, count: number): Promise<RecordedEvent[]> {
  if (count === 1) return [first];
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM vitrine.event WHERE stream = $1 AND version >= $2 AND version < $3 ORDER BY version',
    [first.stream, first.envelope.streamVersion, first.envelope.streamVersion + count],
  );
  return findWritten(
    db,
    rows.map((row) => row.id),
    null,
  );
}

function fits(expected: ExpectedVersion, actual: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'none') return actual === -1;
  if (expected === 'exists') return actual >= 0;
  return actual === expected;
}

/** Same stream, same place after the first, same type, time and content. An erased part cannot be compared and passes. */
function isSame(event: RecordedEvent, prepared: Prepared, stream: string, first: RecordedEvent, i: number): boolean {
  return (
    event.stream === stream &&
    event.envelope.streamVersion === first.envelope.streamVersion + i &&
    event.envelope.type === prepared.event.type &&
    event.envelope.occurredAt === prepared.event.occurredAt &&
    event.envelope.parts.length === prepared.parts.length &&
    event.payload.every((part) => prepared.parts.find((other) => other.part === part.part)?.body === part.body)
  );
}

function wrongVersion(expected: ExpectedVersion, actual: number): Refusal {
  const found = actual === -1 ? 'it does not exist' : `its last version is ${actual}`;
  return new Refusal(
    'WRONG_EXPECTED_VERSION',
    `The stream was expected at ${expected}; ${found}. Read it again and decide anew.`,
    { actual },
  );
}
