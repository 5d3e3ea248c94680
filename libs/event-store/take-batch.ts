import type { Head, Row } from './port.js';
import {
  type Append,
  type Appended,
  type Chained,
  chain,
  fits,
  maxEventsInBatch,
  type Prepared,
  type Stamp,
  toRows,
} from './prepare.js';

/** `marks`: the key and the event ids from the caller, each of which may be in a batch only once. */
export type Pending = {
  append: Append;
  prepared: Prepared[];
  marks: string[];
  headIsFresh: boolean;
  resolve: (appended: Appended) => void;
  reject: (error: unknown) => void;
};
export type Taken = Chained & { pending: Pending };

type Circumstances = {
  /** Where streams end, as far as is remembered. */
  heads: ReadonlyMap<string, Head>;
  /** Streams, keys and ids of the batches under way. */
  locked: ReadonlySet<string>;
  generation: number;
  /** The most appends to take, so that the next batch is about as large. */
  most: number;
  /** The most bytes of leaves to take. */
  mostBytes: number;
  stamp: Stamp;
};

type Sorted = {
  batch: Taken[];
  /** Must wait for a later batch: no room, a stream, key or id in use, or a conflict with an append before it. */
  waiting: Pending[];
  /** Decided on what was remembered of a database that may have been replaced since. */
  outdated: Pending[];
  conflicting: { pending: Pending; actual: number }[];
  failed: { pending: Pending; error: unknown }[];
};

const none: Head = { version: -1, hash: null };

/** Sorts the queue, in order. Appends that can go together in the next batch are linked to the heads of their streams. */
export function takeBatch(
  queue: Pending[],
  { heads, locked, generation, most, mostBytes, stamp }: Circumstances,
): Sorted {
  const sorted: Sorted = { batch: [], waiting: [], outdated: [], conflicting: [], failed: [] };
  const projected = new Map<string, Head>();
  const blocked = new Set<string>();
  const marks = new Set<string>();
  let size = 0;
  let bytes = 0;
  let isHeavy = false;
  for (const pending of queue) {
    const { stream, expectedVersion, generation: decidedIn = generation } = pending.append;
    const own = pending.marks;
    const head = projected.get(stream) ?? heads.get(stream) ?? none;
    const full =
      isHeavy || sorted.batch.length >= most || (size > 0 && size + pending.prepared.length > maxEventsInBatch);
    const taken = [stream, ...own].some((mark) => locked.has(mark)) || own.some((mark) => marks.has(mark));
    const contradicts = projected.has(stream) && !fits(expectedVersion, head.version);
    if (decidedIn !== generation) sorted.outdated.push(pending);
    else if (full || taken || contradicts || blocked.has(stream)) {
      blocked.add(stream);
      sorted.waiting.push(pending);
    } else if (!fits(expectedVersion, head.version)) sorted.conflicting.push({ pending, actual: head.version });
    else {
      try {
        const chained = chain(pending.prepared, head, stamp.origin, stamp.now());
        bytes += bytesOf(chained.leaves);
        if (bytes > mostBytes && sorted.batch.length > 0) {
          isHeavy = true;
          blocked.add(stream);
          sorted.waiting.push(pending);
          continue;
        }
        for (const mark of own) marks.add(mark);
        projected.set(stream, chained.head);
        sorted.batch.push({ events: chained.events, leaves: chained.leaves, head: chained.head, pending });
        size += pending.prepared.length;
      } catch (error) {
        sorted.failed.push({ pending, error });
      }
    }
  }
  return sorted;
}

/** Links a batch again because the log's last event has a later time: another process wrote it meanwhile, or a clock was ahead. */
export function chainAgain(batch: Taken[], heads: ReadonlyMap<string, Head>, stamp: Stamp): void {
  const projected = new Map<string, Head>();
  for (const taken of batch) {
    const { stream } = taken.pending.append;
    const before = projected.get(stream) ?? heads.get(stream) ?? none;
    Object.assign(taken, chain(taken.pending.prepared, before, stamp.origin, stamp.now()));
    projected.set(stream, taken.head);
  }
}

const bytesOf = (leaves: string[]) => leaves.reduce((sum, leaf) => sum + Buffer.byteLength(leaf), 0);

export function rowsOf(batch: Taken[]): Row[] {
  return batch.flatMap((taken) => toRows(taken.pending.append, taken.pending.prepared, taken));
}
