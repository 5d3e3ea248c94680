import type { PartName, PayloadPart } from './envelope.js';

/** An event as it lies in the store: its leaf is the envelope, byte for byte as hashed; of its payload what was not erased. */
export type StoredEvent = { position: number; stream: string; leaf: string; payload: PayloadPart[] };

/** Events by the bundle of 256, as bytes: `leaves`, a line each; `payloads`, the lines of the bundle's payload file (schema/log/README.md). */
export type StoredBundle = { index: number; leaves: Buffer; payloads: Buffer };

/** An event that is in the log for good: somebody was told so, or it is signed. */
export type KnownEvent = { position: number; id: string };

/** Where an event is; its position is -1 until it is written. */
export type PlacedEvent = { id: string; position: number; version: number; recordedAt: string };

/** Where a stream ends: version -1 and no hash before its first event. `isOwn`: by an event that this process wrote. */
export type Head = { version: number; hash: string | null; isOwn?: boolean };

/** An event on its way, with what is kept beside its envelope. */
export type Row = {
  stream: string;
  event: PlacedEvent;
  key: string | null;
  leaf: string;
  parts: PayloadPart[];
};

/** A payload part to delete together with the event that says so. */
export type Erasure = { position: number; part: PartName };

/**
 * What must be so when rows are written. `known`: the last event that this process knows to be in the log for good; `aheadMilliseconds`: so
 * far a time may be ahead of the store's clock.
 */
export type Conditions = { known: KnownEvent | undefined; aheadMilliseconds: number };

/**
 * What became of rows. Those of a stream that is not where `heads` said (`stale`, with its real head), or that bring an id or key that is
 * there (`repeated`), were left out; the others got positions from `firstPosition` on, in their order. With `refused` nothing was
 * written: `lost`: the known event is not there; `too-early`: the log's last event was recorded after the first row (`headRecordedAt`);
 * `ahead`: the last row is too far ahead of the store's `clock`.
 */
export type BatchResult = {
  firstPosition: number;
  refused: 'lost' | 'ahead' | 'too-early' | null;
  headRecordedAt: string | null;
  clock: Date;
  stale: Map<string, Head>;
  repeated: Set<string>;
};

/** Rows of many streams that go together, times in order. */
export type Batch = Conditions & {
  rows: Row[];
  /** Where streams end, as far as is remembered; a stream that is not here is new. */
  heads: ReadonlyMap<string, Head>;
  /** The same rows, none of them recorded before the log's last event. */
  rowsAfter(headRecordedAt: string | null): Row[];
  /** Whether what the rows were built on is still what this process remembers. */
  isCurrent(): boolean;
};

/** The log while nobody else writes: what is read stays true until the work is done. */
export type HeldLog = Pick<Storage, 'heads' | 'find' | 'stream'> & {
  /** When the last event was recorded; null for an empty log. */
  headRecordedAt: string | null;
  write(rows: Row[], heads: ReadonlyMap<string, Head>, conditions: Conditions): Promise<BatchResult>;
  erase(parts: Erasure[]): Promise<void>;
};

/**
 * Where events are kept: what an adapter does for the event store, which has the policy. Positions are contiguous from 0 in the order
 * of writing, also when several processes write; whoever has seen one has seen all before it. What `write` and `exclusively` have
 * answered is durable. An error leaves open whether the rows were written.
 */
export type Storage = {
  /** So many writes may be under way at a time; what they bring is written in the order in which they began. */
  maxWrites: number;
  /** So many bytes of leaves, together, one write takes. */
  maxBytes: number;
  /** Undefined: nothing was written, because the batch is not current any more. */
  write(batch: Batch): Promise<BatchResult | undefined>;
  /** All that the work writes, or (when it throws) nothing. It may be done again from the start when another process was faster. */
  exclusively<T>(work: (log: HeldLog) => Promise<T>): Promise<T>;
  /** Where each stream ends; version -1 for one that does not exist. */
  heads(streams: string[]): Promise<Map<string, Head>>;
  /** Events with one of these ids, or first of an append with this key, in log order. */
  find(ids: string[], key: string | null): Promise<StoredEvent[]>;
  /** The event with this id; undefined if there is none. */
  event(id: string): Promise<StoredEvent | undefined>;
  /** Up to `limit` events after position `after` (-1: from the first), in order. An empty list: nothing newer yet. */
  page(after: number, limit: number): Promise<StoredEvent[]>;
  /** Events of one stream from version `from`, in order; `backwards`: from its last on. An unknown stream is an empty list. */
  stream(stream: string, options: { from?: number; limit?: number; backwards?: boolean }): Promise<StoredEvent[]>;
  /** The bundles with the events from position `from`, the first of a bundle, to before `to`; a few megabytes at a time. */
  bundles(from: number, to: number): AsyncGenerator<StoredBundle>;
  /** The events of these streams that say that something was erased, in log order. */
  erasures(streams: string[]): Promise<StoredEvent[]>;
  /** Idempotency keys of events after `after` and before `before`, in log order. */
  keys(after: number, before: number, limit: number): Promise<{ position: number; key: string }[]>;
  /** How many events have no idempotency key, and the first of them: the same command sent again would be recorded again. */
  keyless(limit: number): Promise<{ count: number; first: number[] }>;
  /** Positions of events that are filed under another id, stream or version than their envelope says. */
  mislabelled(limit: number): Promise<number[]>;
  /** Streams of which events are missing in between: a release before 0.2 could leave some out after a failover. */
  gaps(limit: number): Promise<string[]>;
  /** Position of the last event, -1 for an empty log. */
  head(): Promise<number>;
  /** The keys by which this register's log is signed (C2SP verifier keys), in the order of naming. */
  logKeys(): Promise<string[]>;
  /** Names keys, beside those that are named. `onlyFirst`: only if none is named yet. Returns those that are named then. */
  nameLogKeys(vkeys: string[], options: { onlyFirst: boolean }): Promise<string[]>;
  /** Wakes readers when other processes have written: a hint, which may be late or missing. */
  watch(wake: () => void): Watching;
  /** Ends when nothing is under way. */
  close(): Promise<void>;
};

export type Watching = {
  /** Tells other processes, soon, that there is something new. */
  tell(): void;
  /** Whether this process hears of what others write. */
  isListening(): boolean;
  stop(): Promise<void>;
};

/** What a storage tells the event store. `onNew`: what is remembered of it may not be true any more. */
export type OpenStorage = (onNew: () => void) => Storage;
