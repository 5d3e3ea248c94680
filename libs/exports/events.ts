import { type EventStore, leafHash, type RecordedEvent, type StoredEvent } from '#event-store';
import { type Cell, toCsv } from './csv.js';

const pageSize = 100;

/** The whole history after a position up to another, one JSON object a line (see toLine). Constant memory. */
export async function* exportEventLines(store: EventStore, after: number, upTo: number): AsyncGenerator<string> {
  for await (const events of pages(store.readStored, after, upTo)) yield `${events.map(toLine).join('\n')}\n`;
}

/** The same as CSV, with a header. */
export async function* exportEventTable(store: EventStore, after: number, upTo: number): AsyncGenerator<string> {
  yield toCsv([Object.keys(eventColumns)]);
  for await (const events of pages(store.readAll, after, upTo))
    yield toCsv(events.map((event) => Object.values(eventColumns).map((cell) => cell(event))));
}

/**
 * {"position", "envelope", "payload": {"content": {"salt", "body"}, ...}}. The envelope stands byte for byte as it was
 * hashed; salt is hex. A part that was erased is absent.
 */
export function toLine({ position, leaf, payload }: StoredEvent): string {
  const parts = payload.map(({ part, salt, body }) => `"${part}":{"salt":"${salt.toString('hex')}","body":${body}}`);
  return `{"position":${position},"envelope":${leaf},"payload":{${parts.join(',')}}}`;
}

/** What a table says of an event. `data`: what it carries, as JSON; empty when it was erased. */
export const eventColumns: { [header: string]: (event: RecordedEvent) => Cell } = {
  position: ({ position }) => position,
  event_id: ({ envelope }) => envelope.id,
  origin: ({ envelope }) => envelope.origin,
  organisation: ({ envelope }) => envelope.organisation,
  system: ({ envelope }) => envelope.system,
  stream_version: ({ envelope }) => envelope.streamVersion,
  type: ({ envelope }) => envelope.type,
  schema_version: ({ envelope }) => envelope.schemaVersion,
  occurred_at: ({ envelope }) => envelope.occurredAt,
  recorded_at: ({ envelope }) => envelope.recordedAt,
  actor_organisation: ({ envelope }) => envelope.actor.organisation,
  actor_role: ({ envelope }) => envelope.actor.role,
  previous: ({ envelope }) => envelope.previous,
  leaf_sha256: ({ leaf }) => leafHash(leaf),
  commitments: ({ envelope }) => envelope.parts.map(({ role, commitment }) => `${role}:${commitment}`).join(' '),
  erased: ({ erased }) => erased.join(' '),
  data: ({ data }) => (data === null ? '' : JSON.stringify(data)),
};

type ReadPage<T> = (after: number, limit: number) => Promise<T[]>;

async function* pages<T extends { position: number }>(
  read: ReadPage<T>,
  after: number,
  upTo: number,
): AsyncGenerator<T[]> {
  for (let last = after; last < upTo; ) {
    const events = await read(last, Math.min(pageSize, upTo - last));
    if (events.length === 0) return;
    last = events.at(-1)!.position;
    yield events;
  }
}
