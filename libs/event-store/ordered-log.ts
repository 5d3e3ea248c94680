import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '#domain';
import type { Envelope } from './envelope.js';
import type { Batch, BatchResult, Conditions, Head, HeldLog, KnownEvent, OpenStorage, Row, Storage } from './port.js';
import type { Database } from './postgres/database.js';
import { type LogCopy, type LogRecord, openLogCopy } from './postgres/log-copy.js';
import { openPostgres } from './postgres/storage.js';

/**
 * An external log that can do one thing: append records at its expected end, all or none. It never changes or loses a record that it has
 * accepted.
 */
export type ConditionalLog = {
  /** The most bytes of leaves in one append. */
  maxBytes: number;
  /** `moved`: the log does not end at `at`. An error leaves open whether the records were taken. */
  append(at: number, records: LogRecord[]): Promise<'done' | 'moved'>;
  /** Up to `limit` records from a position on, in order; none at the end. Includes every append that was answered. */
  read(from: number, limit: number): Promise<LogRecord[]>;
  close(): Promise<void>;
};

const recordsAtOnce = 500;
/** How long an append of unknown outcome is retried, and the longest pause between two tries. */
const patienceMilliseconds = 20_000;
const maxPauseMilliseconds = 2000;
const maxReads = 4;
/** How often the log is polled for what other processes have written. */
const pollMilliseconds = 1000;

/**
 * Keeps the order of events in another log, and in PostgreSQL a copy of that log and what the events carry. An append is checked on the
 * copy, after catching up with the log, and goes in at exactly the end of the log: so what was checked still holds when it is written. A
 * writer that was slower catches up and checks again. The log is authoritative: the copy can be filled from it again, except what the
 * events carry.
 */
export function openOrderedLog(database: Database, given: ConditionalLog): OpenStorage {
  const log = readPatiently(given);
  return (onNew): Storage => {
    const copy = openLogCopy(database);
    const postgres = openPostgres(database)(onNew);
    const serially = createQueue();
    let isJoined = false;

    /** Brings the copy up to the end of the log. Returns where that is. */
    async function catchUp(): Promise<Circumstances> {
      for (;;) {
        const end = await copy.end();
        if (!isJoined) {
          await join(log, postgres, end.head);
          await copy.mark();
          isJoined = true;
        }
        const next = (end.head?.position ?? -1) + 1;
        const records = await log.read(next, recordsAtOnce);
        if (records.length === 0) return { copy, postgres, next, headRecordedAt: end.headRecordedAt, clock: end.clock };
        await copy.take(next, records);
      }
    }

    async function put(at: number, rows: Row[]): Promise<'done' | 'moved'> {
      refuseTooMuch(rows, log.maxBytes);
      await copy.keep(rows);
      const records = rows.map(({ event, key, leaf }) => ({ id: event.id, key, leaf }));
      const outcome = await appendSurely(log, at, records);
      if (outcome === 'done') await copy.take(at, records);
      return outcome;
    }

    async function write(batch: Batch): Promise<BatchResult | undefined> {
      for (let { rows } = batch; ; ) {
        const now = await catchUp();
        if (!batch.isCurrent()) return undefined;
        if (now.headRecordedAt !== null && rows[0]!.event.recordedAt < now.headRecordedAt)
          rows = batch.rowsAfter(now.headRecordedAt);
        const { result, kept } = await check(now, rows, batch.heads, batch);
        if (kept.length === 0 || (await put(now.next, kept)) === 'done') return result;
      }
    }

    async function exclusively<T>(work: (held: HeldLog) => Promise<T>): Promise<T> {
      for (;;) {
        const now = await catchUp();
        const written: Row[] = [];
        const result = await work(heldLog(now, written));
        if (written.length === 0 || (await put(now.next, written)) === 'done') return result;
      }
    }

    const heldLog = (now: Circumstances, written: Row[]): HeldLog => ({
      headRecordedAt: now.headRecordedAt,
      heads: postgres.heads,
      find: postgres.find,
      stream: postgres.stream,
      async write(rows, heads, conditions) {
        const { result, kept } = await check(
          { ...now, next: now.next + written.length },
          rows,
          heads,
          conditions,
          written,
        );
        written.push(...kept);
        return result;
      },
      // The erased part is deleted when the event is taken into the copy.
      erase: async () => undefined,
    });

    return {
      ...postgres,
      maxWrites: 1,
      maxBytes: log.maxBytes,
      write: (batch) => serially(() => write(batch)),
      exclusively: (work) => serially(() => exclusively(work)),
      watch(wake) {
        const watching = postgres.watch(wake);
        let isStopped = false;
        let isPolled = true;
        const poll = async () => {
          const before = (await copy.end()).head?.position;
          if ((await catchUp()).next - 1 !== (before ?? -1)) wake();
        };
        const timer = setInterval(() => {
          if (isStopped) return;
          serially(poll).then(
            () => {
              isPolled = true;
            },
            () => {
              isPolled = false;
            },
          );
        }, pollMilliseconds).unref();
        // Catches up before sweeping: an event already in the log, however old, still needs what was kept for it.
        serially(catchUp)
          .then(copy.sweep)
          .catch(() => undefined);
        return {
          ...watching,
          isListening: () => isPolled && watching.isListening(),
          async stop() {
            isStopped = true;
            clearInterval(timer);
            await watching.stop();
          },
        };
      },
      async close() {
        await serially(async () => undefined);
        await postgres.close();
        await copy.close();
        await log.close();
      },
    };
  };
}

type Circumstances = {
  copy: LogCopy;
  postgres: Storage;
  /** The position after the end of the log. */
  next: number;
  headRecordedAt: string | null;
  clock: Date;
};

/** Which rows can be written at the end of the log, judging by the copy. `before`: rows that go in ahead of them. */
async function check(
  { copy, postgres, next, headRecordedAt, clock }: Circumstances,
  rows: Row[],
  heads: ReadonlyMap<string, Head>,
  { known, aheadMilliseconds }: Conditions,
  before: Row[] = [],
): Promise<{ result: BatchResult; kept: Row[] }> {
  const result: BatchResult = {
    firstPosition: next,
    refused: null,
    headRecordedAt,
    clock,
    stale: new Map(),
    repeated: new Set(),
  };
  if (known && !(await copy.holds(known))) return { result: { ...result, refused: 'lost' }, kept: [] };
  if (Date.parse(rows.at(-1)!.event.recordedAt) > clock.getTime() + aheadMilliseconds)
    return { result: { ...result, refused: 'ahead' }, kept: [] };
  const streams = [...new Set(rows.map(({ stream }) => stream))];
  const found = await postgres.heads(streams);
  for (const { stream, event } of before) found.set(stream, { version: event.version, hash: null });
  for (const stream of streams) {
    const [is, expected] = [found.get(stream)!, heads.get(stream) ?? { version: -1, hash: null }];
    const isOther =
      is.version !== expected.version || (expected.hash !== null && is.hash !== null && is.hash !== expected.hash);
    if (isOther) result.stale.set(stream, is);
  }
  const taken = await copy.taken(rows);
  for (const { event, key } of before) for (const name of [event.id, key]) if (name !== null) taken.add(name);
  for (const { stream, event, key } of rows)
    if (taken.has(event.id) || (key !== null && taken.has(key))) result.repeated.add(stream);
  return { result, kept: rows.filter(({ stream }) => !result.stale.has(stream) && !result.repeated.has(stream)) };
}

function refuseTooMuch(rows: Row[], maxBytes: number): void {
  const bytes = rows.reduce((sum, { leaf }) => sum + Buffer.byteLength(leaf), 0);
  if (bytes > maxBytes)
    throw new Refusal(
      'TOO_MANY_EVENTS',
      `The envelopes of these events take ${bytes} bytes; the log takes ${maxBytes} at once. Send them in smaller lists.`,
    );
}

/**
 * Makes sure that the log continues what the database has; an empty log is filled from it. Throws if the log is a different one, or was
 * truncated.
 */
async function join(log: ConditionalLog, postgres: Storage, head: KnownEvent | undefined): Promise<void> {
  if (!head) return;
  if ((await log.read(0, 1)).length === 0) await fill(log, postgres, head.position);
  const [record] = await log.read(head.position, 1);
  if (record?.id !== head.id)
    throw new Error(
      `The log is not the one that this database was filled from: at ${head.position} it has ${record?.id ?? 'nothing'}, the database ${head.id}. Nothing is recorded.`,
    );
}

/** Copies the events of the database into an empty log, up to a position. Two processes may do so at once. */
async function fill(log: ConditionalLog, postgres: Storage, upTo: number): Promise<void> {
  for (let at = 0; at <= upTo; ) {
    const events = await postgres.page(at - 1, Math.min(recordsAtOnce, upTo + 1 - at));
    const keys = await postgres.keys(at - 1, at + events.length, recordsAtOnce);
    const keyOf = new Map(keys.map(({ position, key }) => [position, key]));
    const records = events.map(({ position, leaf }) => ({
      id: (JSON.parse(leaf) as Envelope).id,
      key: keyOf.get(position) ?? null,
      leaf,
    }));
    const fitting = records.slice(0, countFitting(records, log.maxBytes));
    if ((await appendSurely(log, at, fitting)) === 'moved' && (await readOne(log, at))?.id !== records[0]!.id) return;
    at += fitting.length;
  }
}

/** How many of the first records fit into `maxBytes`; at least one. */
function countFitting(records: LogRecord[], maxBytes: number): number {
  let bytes = 0;
  for (const [i, { leaf }] of records.entries()) {
    bytes += Buffer.byteLength(leaf);
    if (bytes > maxBytes) return Math.max(i, 1);
  }
  return records.length;
}

/** Retries failed reads: reading again does no harm. */
function readPatiently(log: ConditionalLog): ConditionalLog {
  return {
    ...log,
    async read(from, limit) {
      for (let tries = 1, pause = 10; ; tries++, pause *= 5) {
        try {
          return await log.read(from, limit);
        } catch (error) {
          if (tries === maxReads) throw error;
          await sleep(pause);
        }
      }
    },
  };
}

/** Appends, and finds out the outcome if the log does not say. Throws if it cannot be found out. */
async function appendSurely(log: ConditionalLog, at: number, records: LogRecord[]): Promise<'done' | 'moved'> {
  const end = performance.now() + patienceMilliseconds;
  for (let pause = 10; ; pause = Math.min(pause * 3, maxPauseMilliseconds)) {
    try {
      if ((await log.append(at, records)) === 'done') return 'done';
      // Something else was appended first; or an earlier try of this append, whose outcome was unknown.
      return (await isThere(log, at, records)) ? 'done' : 'moved';
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(pause);
      const there = await readOne(log, at).catch(() => undefined);
      if (there) return there.id === records[0]!.id ? 'done' : 'moved';
    }
  }
}

const readOne = async (log: ConditionalLog, at: number) => (await log.read(at, 1))[0];

async function isThere(log: ConditionalLog, at: number, records: LogRecord[]): Promise<boolean> {
  return (await readOne(log, at))?.id === records[0]!.id;
}

/** Runs work one after the other. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };
}
