import type { PartName, PayloadPart } from './envelope.js';

/** A stored event. `leaf`: the envelope, byte for byte as hashed. `payload`: the parts that were not erased. */
export type StoredEvent = { position: number; stream: string; leaf: string; payload: PayloadPart[] };

/** Up to 256 events, as bytes. `leaves`: one per line. `payloads`: the lines of the bundle's payload file (schema/log/README.md). */
export type StoredBundle = { index: number; leaves: Buffer; payloads: Buffer };

/** An event that is known to be in the log for good. */
export type KnownEvent = { position: number; id: string };

/** Where an event is; its position is -1 until it is written. */
export type PlacedEvent = { id: string; position: number; version: number; recordedAt: string };

/** Where a stream ends; version -1 and no hash before its first event. `isOwn`: this process wrote its last event. */
export type Head = { version: number; hash: string | null; isOwn?: boolean };

/** An event to be written, with what is stored beside its envelope. */
export type Row = {
  stream: string;
  event: PlacedEvent;
  key: string | null;
  leaf: string;
  parts: PayloadPart[];
};

/** A payload part to delete in the same transaction as writing the event that says so. */
export type Erasure = { position: number; part: PartName };

/**
 * What must hold when rows are written. `known`: the last event that this process knows to be in the log for good. `aheadMilliseconds`: how
 * far a time may be ahead of the store's clock.
 */
export type Conditions = { known: KnownEvent | undefined; aheadMilliseconds: number };

/**
 * The result of a write. Left out are the rows of a stream whose head is not the one in `heads` (`stale`, with the real head), or that
 * brings an id or key that is in the log (`repeated`); the others get positions from `firstPosition` on, in order. If `refused` is set,
 * nothing was written. `lost`: the known event is missing; `too-early`: the log's last event was recorded after the first row
 * (`headRecordedAt`); `ahead`: the last row is too far ahead of the store's `clock`.
 */
export type BatchResult = {
  firstPosition: number;
  refused: 'lost' | 'ahead' | 'too-early' | null;
  headRecordedAt: string | null;
  clock: Date;
  stale: Map<string, Head>;
  repeated: Set<string>;
};

/** Rows of many streams to write together, ordered by time. */
export type Batch = Conditions & {
  rows: Row[];
  /** Where streams end, as far as is remembered; a stream that is not here is new. */
  heads: ReadonlyMap<string, Head>;
  /** The same rows, chained again so that none was recorded before the log's last event. */
  rowsAfter(headRecordedAt: string | null): Row[];
  /** Whether what the rows were built on is still what this process remembers. */
  isCurrent(): boolean;
};

/** The log while nobody else can write: what is read stays true until the work is done. */
export type HeldLog = Pick<Storage, 'heads' | 'find' | 'stream'> & {
  /** When the last event was recorded; null for an empty log. */
  headRecordedAt: string | null;
  write(rows: Row[], heads: ReadonlyMap<string, Head>, conditions: Conditions): Promise<BatchResult>;
  erase(parts: Erasure[]): Promise<void>;
};

/**
 * Where events are kept: the adapter behind the event store, which has the policy. Positions are contiguous from 0 in the order of writing,
 * even when several processes write: a reader that has seen one has seen all before it. What `write` and `exclusively` have answered is
 * durable. An error leaves open whether the rows were written.
 */
export type Storage = {
  /** How many writes may be under way at a time; their rows are written in the order in which the writes began. */
  maxWrites: number;
  /** The most bytes of leaves in one write. */
  maxBytes: number;
  /** Undefined: nothing was written, because the batch is no longer current. */
  write(batch: Batch): Promise<BatchResult | undefined>;
  /** Writes all that `work` writes or, if it throws, nothing. May run it again from the start if another process was faster. */
  exclusively<T>(work: (log: HeldLog) => Promise<T>): Promise<T>;
  /** Where each stream ends; version -1 for one that does not exist. */
  heads(streams: string[]): Promise<Map<string, Head>>;
  /** Events with one of these ids, and the first event of the append with this key, in log order. */
  find(ids: string[], key: string | null): Promise<StoredEvent[]>;
  /** The event with this id; undefined if there is none. */
  event(id: string): Promise<StoredEvent | undefined>;
  /** Up to `limit` events after position `after` (-1: from the first), in order. An empty list: nothing newer yet. */
  page(after: number, limit: number): Promise<StoredEvent[]>;
  /** Events of one stream from version `from`, in order; `backwards`: from the last one down. Empty for an unknown stream. */
  stream(stream: string, options: { from?: number; limit?: number; backwards?: boolean }): Promise<StoredEvent[]>;
  /** The bundles of the events from position `from` (the first of a bundle) to before `to`; a few megabytes are read at a time. */
  bundles(from: number, to: number): AsyncGenerator<StoredBundle>;
  /** The events of these streams that say that something was erased, in log order. */
  erasures(streams: string[]): Promise<StoredEvent[]>;
  /** Idempotency keys of events after `after` and before `before`, in log order. */
  keys(after: number, before: number, limit: number): Promise<{ position: number; key: string }[]>;
  /** How many events have no idempotency key, and the first of them. Their commands, sent again, would be recorded again. */
  keyless(limit: number): Promise<{ count: number; first: number[] }>;
  /** Positions of events that are filed under another id, stream or version than their envelope says. */
  mislabelled(limit: number): Promise<number[]>;
  /** Streams with missing events: a release before 0.2 could leave some out after a failover. */
  gaps(limit: number): Promise<string[]>;
  /** Position of the last event, -1 for an empty log. */
  head(): Promise<number>;
  /** The keys by which this register's log is signed (C2SP verifier keys), in the order of naming. */
  logKeys(): Promise<string[]>;
  /** Names further keys. `onlyFirst`: only if none is named yet. Returns all keys that are named afterwards. */
  nameLogKeys(vkeys: string[], options: { onlyFirst: boolean }): Promise<string[]>;
  /** Wakes readers when other processes have written: a hint, which may be late or missing. */
  watch(wake: () => void): Watching;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
};

export type Watching = {
  /** Tells other processes, soon, that there is something new. */
  tell(): void;
  /** Whether this process is notified when others write. */
  isListening(): boolean;
  stop(): Promise<void>;
};

/** Opens a storage. `onNew` is called when what is remembered of it may no longer be true. */
export type OpenStorage = (onNew: () => void) => Storage;
