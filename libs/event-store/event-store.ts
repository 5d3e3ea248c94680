import { EventEmitter } from 'node:events';
import { findMissing, type Loss } from './acknowledged.js';
import { Appender } from './append.js';
import type { Erasure, KnownEvent, OpenStorage } from './port.js';
import type { Database } from './postgres/database.js';
import { openPostgres } from './postgres/storage.js';
import { type Append, type Appended, createStamp, type Prepared } from './prepare.js';
import { type RecordedEvent, toErasureNote, toRecordedEvent } from './recorded-event.js';
import { type SubscribeOptions, subscribe, waitForMore } from './subscribe.js';

export type EventStore = Awaited<ReturnType<typeof openEventStore>>;

export type EventStoreOptions = {
  clock?: () => number;
  /** How far a time of recording may be ahead of the database's clock. */
  aheadMilliseconds?: number;
  /** The database has lost acknowledged events; nothing is appended any more (EVENTS_LOST). */
  onLoss?: (loss: Loss) => void;
  /** Where events are kept; by default in the database. */
  openStorage?: OpenStorage;
};

/**
 * Opens the event store of a register. `origin` names the register in every envelope. Close it when done: `close`
 * waits for the appends under way.
 */
export async function openEventStore(
  database: Database,
  origin: string,
  {
    clock = Date.now,
    aheadMilliseconds = 60_000,
    onLoss = () => {},
    openStorage = openPostgres(database),
  }: EventStoreOptions = {},
) {
  const storage = openStorage(() => appender.forget());
  const wake = new EventEmitter().setMaxListeners(0);
  const watching = storage.watch(() => wake.emit('events'));
  const forgetting = new EventEmitter().setMaxListeners(0);
  const appender: Appender = new Appender(storage, createStamp(origin, clock), {
    onWritten() {
      wake.emit('events');
      watching.tell();
    },
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
    /** How often what was remembered of the database was forgotten because it may no longer be true: see `Append.generation`. */
    generation: () => appender.generation,
    onForget: (listener: () => void) => void forgetting.on('forget', listener),
    /** Notes an event that is in the log for good. A database without it takes no events. */
    noteKnown: (event: KnownEvent) => appender.noteKnown(event),
    loss: () => appender.loss,
    /** Why the last events could not be written; undefined if they could. */
    writeTrouble: () => appender.trouble,
    /** Whether this process is notified when others write; it also polls every second. */
    isListening: watching.isListening,
    /** Which of these events are not at their positions. */
    findMissing: (events: KnownEvent[]) => findMissing(storage, events),
    /** Events of one stream from version `from` (0: all), in order; none for an unknown stream. */
    async readStream(stream: string, from = 0, limit?: number): Promise<RecordedEvent[]> {
      const stored = await storage.stream(stream, { from, ...(limit !== undefined && { limit }) });
      const events = stored.map(toRecordedEvent);
      const last = events.at(-1);
      if (last && limit === undefined) appender.rememberHead(stream, last.envelope.streamVersion, last.leaf);
      return events;
    },
    readStreamBackwards: async (stream: string, limit: number): Promise<RecordedEvent[]> =>
      (await storage.stream(stream, { limit, backwards: true })).map(toRecordedEvent),
    /** Up to `limit` events after position `after` (-1: from the first), in order. An empty list: nothing newer yet. */
    readAll: async (after: number, limit: number): Promise<RecordedEvent[]> =>
      (await storage.page(after, limit)).map(toRecordedEvent),
    /** The same, unparsed: for passing events on as they are. */
    readStored: storage.page,
    /** The event with this id, or undefined. */
    async readEvent(id: string): Promise<RecordedEvent | undefined> {
      const stored = await storage.event(id);
      return stored && toRecordedEvent(stored);
    },
    readBundles: storage.bundles,
    readKeys: storage.keys,
    readMislabelled: storage.mislabelled,
    readKeyless: storage.keyless,
    readGaps: storage.gaps,
    /** The keys of the log, as the store names them. */
    readLogKeys: storage.logKeys,
    nameLogKeys: storage.nameLogKeys,
    /** What was erased from the given streams, in log order. */
    readErasures: async (streams: string[]) =>
      (await storage.erasures(streams)).map((event) => toErasureNote(toRecordedEvent(event))),
    head: storage.head,
    /** All events after a position, then live; ends when `signal` aborts or the store closes. */
    subscribe(options: SubscribeOptions): AsyncGenerator<RecordedEvent[]> {
      const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
      return subscribe(storage, wake, { ...options, signal });
    },
    /** Resolves when there may be an event after `position`, when the signal aborts, or after a poll interval. */
    waitForMore: (position: number, signal: AbortSignal) => waitForMore(storage, wake, position, signal),
    async close(): Promise<void> {
      closing.abort();
      await watching.stop();
      await appender.close();
      await storage.close();
    },
  };
}
