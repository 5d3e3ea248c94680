import { EventEmitter } from 'node:events';
import pg from 'pg';
import { findMissing, type KnownEvent, type Loss } from './acknowledged.js';
import { Appender } from './append.js';
import type { Erasure } from './append-all.js';
import { type Database, openPool } from './database.js';
import { nameLogKeys, readLogKeys } from './log-keys.js';
import { type Append, type Appended, createStamp, type Prepared } from './prepare.js';
import * as read from './read.js';
import type { RecordedEvent } from './recorded-event.js';
import { type SubscribeOptions, subscribe, waitForMore } from './subscribe.js';
import { openWritingPool } from './writing-pool.js';

export type EventStore = Awaited<ReturnType<typeof openEventStore>>;

/** How often, at most, other processes are told of new events. Within the process readers are woken at once. */
const notifyEveryMilliseconds = 20;
/** So often the connection that listens is asked whether it is there. */
const listenCheckMilliseconds = 5000;

export type EventStoreOptions = {
  clock?: () => number;
  /** So far a time of recording may be ahead of the database's clock. */
  aheadMilliseconds?: number;
  /** The database has lost what was acknowledged; nothing is appended any more (EVENTS_LOST). */
  onLoss?: (loss: Loss) => void;
};

/**
 * Opens the event store of a register. `origin` names the register in every envelope. Close it when done: `close`
 * waits for the appends under way.
 */
export async function openEventStore(
  database: Database,
  origin: string,
  { clock = Date.now, aheadMilliseconds = 60_000, onLoss = () => {} }: EventStoreOptions = {},
) {
  // What reading connections write is the hint that there is something new: no disk need wait for it.
  const readOptions = [database.application.options, '-c synchronous_commit=off'].filter(Boolean).join(' ');
  const reading = openPool(database, { max: 8, application_name: 'vitrine read', options: readOptions });
  const writing = openWritingPool(database, () => appender.forget());
  const wake = new EventEmitter().setMaxListeners(0);
  const notifier = startNotifier(reading, wake);
  const listener = startListener(database, wake);
  const forgetting = new EventEmitter().setMaxListeners(0);
  const appender: Appender = new Appender(writing, createStamp(origin, clock), {
    onWritten: notifier.tell,
    onForget: () => forgetting.emit('forget'),
    onLoss,
    aheadMilliseconds,
  });
  const closing = new AbortController();

  return {
    origin,
    /** `prepared`: by `prepare`, if the caller has it already. */
    append: (append: Append, prepared?: Prepared[]): Promise<Appended> => appender.append(append, prepared),
    appendAll: (appends: Append[], erase?: Erasure[]): Promise<Appended[]> => appender.appendAll(appends, erase),
    findEarlier: (append: Append, prepared?: Prepared[]) => appender.findEarlier(append, prepared),
    /** How often what was remembered of the database has been forgotten, because it may be another one since: `Append.generation`. */
    generation: () => appender.generation,
    onForget: (listener: () => void) => void forgetting.on('forget', listener),
    /** An event that is in the log for good: it is signed. A database without it takes no events. */
    noteKnown: (event: KnownEvent) => appender.noteKnown(event),
    loss: () => appender.loss,
    /** Why events could not be written, if the last ones could not. */
    writeTrouble: () => appender.trouble,
    /** Whether this process hears of what others write; it looks for itself every second, too. */
    isListening: listener.isListening,
    /** Which of these events are not where they should be. */
    findMissing: (events: KnownEvent[]) => findMissing(reading, events),
    /** Events of one stream from version `from` (0: all), in order; none for an unknown stream. */
    async readStream(stream: string, from = 0, limit?: number): Promise<RecordedEvent[]> {
      const events = await read.readStream(reading, stream, from, limit);
      const last = events.at(-1);
      if (last && limit === undefined) appender.rememberHead(stream, last.envelope.streamVersion, last.leaf);
      return events;
    },
    readStreamBackwards: (stream: string, limit: number) => read.readStreamBackwards(reading, stream, limit),
    readAll: (after: number, limit: number) => read.readAll(reading, after, limit),
    /** The same, unparsed: for passing events on as they are. */
    readStored: (after: number, limit: number) => read.readStored(reading, after, limit),
    readEvent: (id: string) => read.readEvent(reading, id),
    readBundles: (from: number, to: number) => read.readBundles(reading, from, to),
    readMislabelled: (limit: number) => read.readMislabelled(reading, limit),
    readKeyless: (limit: number) => read.readKeyless(reading, limit),
    readGaps: (limit: number) => read.readGaps(reading, limit),
    /** The keys of the log that the database names. */
    readLogKeys: () => readLogKeys(writing),
    nameLogKeys: (vkeys: string[], options: { onlyFirst: boolean }) => nameLogKeys(writing, vkeys, options),
    readErasures: (streams: string[]) => read.readErasures(reading, streams),
    head: () => read.readHead(reading),
    /** All events after a position, then live; ends when `signal` aborts or the store closes. */
    subscribe(options: SubscribeOptions): AsyncGenerator<RecordedEvent[]> {
      const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
      return subscribe(reading, wake, { ...options, signal });
    },
    /** Ends when something after `position` is there, when the signal aborts, or after a poll interval. */
    waitForMore: (position: number, signal: AbortSignal) => waitForMore(reading, wake, position, signal),
    async close(): Promise<void> {
      closing.abort();
      notifier.stop();
      await listener.stop();
      await appender.close();
      await writing.end();
      await reading.end();
    },
  };
}

/** Wakes readers here at once and those of other processes soon, without a cost inside the append transaction. */
function startNotifier(pool: pg.Pool, wake: EventEmitter) {
  let timer: NodeJS.Timeout | undefined;
  return {
    tell(): void {
      wake.emit('events');
      timer ??= setTimeout(() => {
        timer = undefined;
        pool.query('NOTIFY vitrine_event').catch(() => undefined);
      }, notifyEveryMilliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * Listens for other processes, by one connection; makes it anew after an error, or when it does not answer. A lost notification
 * costs one poll interval.
 */
function startListener(database: Database, wake: EventEmitter) {
  let client: pg.Client;
  let timer: NodeJS.Timeout | undefined;
  let isListening = false;
  let stopped = false;
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({
      ...database.application,
      application_name: 'vitrine listen',
      connectionTimeoutMillis: 10_000,
      query_timeout: listenCheckMilliseconds,
    });
    client = fresh;
    const lose = () => {
      if (client !== fresh || stopped) return;
      isListening = false;
      clearTimeout(timer);
      timer = setTimeout(connect, 1000).unref();
      fresh.end().catch(() => undefined);
    };
    const check = async () => {
      await fresh.query('SELECT');
      timer = setTimeout(() => check().catch(lose), listenCheckMilliseconds).unref();
    };
    fresh.on('error', lose);
    fresh.on('notification', () => wake.emit('events'));
    try {
      await fresh.connect();
      await fresh.query('LISTEN vitrine_event');
      isListening = true;
      await check();
    } catch {
      lose();
    }
  };
  const first = connect();
  return {
    isListening: () => isListening,
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await first;
      clearTimeout(timer);
      await client.end().catch(() => undefined);
    },
  };
}
