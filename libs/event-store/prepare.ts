import { type Actor, Refusal } from '#domain';
import { commitment, type Envelope, leafHash, maxLeafBytes, type PayloadPart, toLeaf, toParts } from './envelope.js';
import type { Head, PlacedEvent, Row } from './port.js';
import { uuidv7 } from './uuid.js';

/** What the caller expects of the stream: anything, that it is new, that it exists, or its last version. */
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

/**
 * `key`: an idempotency key as a UUID (keyToUuid). `generation`: that of the store when the events were decided. If the store has cleared
 * its cache since then, the append fails with WRONG_EXPECTED_VERSION: the events must be decided anew.
 */
export type Append = {
  stream: string;
  expectedVersion: ExpectedVersion;
  events: NewEvent[];
  key?: string;
  generation?: number;
};

/** Where the events are. `repeated`: they were there already, from an earlier append of the same events. */
export type Appended = { events: PlacedEvent[]; repeated: boolean };

/** An event with everything that does not depend on its place in the log. */
export type Prepared = { event: NewEvent & { id: string }; parts: PayloadPart[]; commitments: Envelope['parts'] };

/** An append linked to the head of its stream; positions are not known yet. */
export type Chained = { events: Appended['events']; leaves: string[]; head: Head };

/** Which register records, and when: UTC to the millisecond, as in an envelope. */
export type Stamp = {
  origin: string;
  /** The current time, but never before a time given earlier, nor before `notBefore`. */
  now(): string;
  /** The log ends with an event of this time: what follows gets the same time or a later one. */
  notBefore(recordedAt: string): void;
  /** Follows the clock again: the times given earlier were not recorded. */
  forget(): void;
};

export const maxEventsInBatch = 1000;
/** Limits the payload file of a bundle of 256 entries to 64 MiB, so that anybody can read it at once. */
const maxEventBytes = 262_144;

export function createStamp(origin: string, clock: () => number = Date.now): Stamp {
  let last = 0;
  let text = '';
  const at = (time: number): string => {
    if (time > last) {
      last = time;
      text = new Date(time).toISOString();
    }
    return text;
  };
  return {
    origin,
    now: () => at(clock()),
    notBefore: (recordedAt) => void at(Date.parse(recordedAt)),
    forget() {
      last = 0;
    },
  };
}

/** Salts, canonicalises and commits to what the events carry. Throws a Refusal if there are no events or too much data. */
export function prepare(append: Append): Prepared[] {
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

/** Links prepared events to a head, envelope by envelope. Throws a Refusal (LEAF_TOO_LARGE). */
export function chain(prepared: Prepared[], before: Head, origin: string, recordedAt: string): Chained {
  const leaves: string[] = [];
  const events: Appended['events'] = [];
  let head = before;
  for (const { event, commitments } of prepared) {
    const version = head.version + 1;
    const leaf = toLeaf({
      format: 'vitrine/envelope/v1',
      origin,
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
    head = { version, hash: leafHash(leaf), isOwn: true };
  }
  return { events, head, leaves };
}

export function fits(expected: ExpectedVersion, actual: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'none') return actual === -1;
  if (expected === 'exists') return actual >= 0;
  return actual === expected;
}

export function wrongVersion(expected: ExpectedVersion, actual: number): Refusal {
  const found = actual === -1 ? 'it does not exist' : `its last version is ${actual}`;
  const message = `The stream was expected at ${expected}; ${found}. Read it again and decide anew.`;
  return new Refusal('WRONG_EXPECTED_VERSION', message, { actual });
}

/** The rows of an append that is linked to a head. */
export function toRows(append: Append, prepared: Prepared[], { events, leaves }: Chained): Row[] {
  return events.map((event, i) => ({
    stream: append.stream,
    event,
    key: i === 0 ? (append.key ?? null) : null,
    leaf: leaves[i]!,
    parts: prepared[i]!.parts,
  }));
}
