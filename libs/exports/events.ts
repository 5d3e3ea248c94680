import { type EventStore, leafHash, type RecordedEvent, type StoredEvent } from '#event-store';
import { toCsv } from './csv.js';

const pageSize = 100;

/** The whole history after a position up to another, one JSON object a line (see toLine). Constant memory. */
export async function* exportEventLines(store: EventStore, after: number, upTo: number): AsyncGenerator<string> {
  for await (const events of pages(store.readStored, after, upTo)) yield `${events.map(toLine).join('\n')}\n`;
}

/** The same as CSV, with a header. `data` is what the event carries, as JSON; empty when it was erased. */
export async function* exportEventTable(store: EventStore, after: number, upTo: number): AsyncGenerator<string> {
  yield toCsv([
    [
      'position',
      'event_id',
      'origin',
      'organisation',
      'system',
      'stream_version',
      'type',
      'schema_version',
      'occurred_at',
      'recorded_at',
      'actor_organisation',
      'actor_role',
      'previous',
      'leaf_sha256',
      'commitments',
      'erased',
      'data',
    ],
  ]);
  for await (const events of pages(store.readAll, after, upTo)) yield toCsv(events.map(toRow));
}

/**
 * {"position", "envelope", "payload": {"content": {"salt", "body"}, ...}}. The envelope stands byte for byte as it was
 * hashed; salt is hex. A part that was erased is absent.
 */
export function toLine({ position, leaf, payload }: StoredEvent): string {
  const parts = payload.map(({ part, salt, body }) => `"${part}":{"salt":"${salt.toString('hex')}","body":${body}}`);
  return `{"position":${position},"envelope":${leaf},"payload":{${parts.join(',')}}}`;
}

function toRow({ position, leaf, envelope, data, erased }: RecordedEvent) {
  return [
    position,
    envelope.id,
    envelope.origin,
    envelope.organisation,
    envelope.system,
    envelope.streamVersion,
    envelope.type,
    envelope.schemaVersion,
    envelope.occurredAt,
    envelope.recordedAt,
    envelope.actor.organisation,
    envelope.actor.role,
    envelope.previous,
    leafHash(leaf),
    envelope.parts.map(({ role, commitment }) => `${role}:${commitment}`).join(' '),
    erased.join(' '),
    data === null ? '' : JSON.stringify(data),
  ];
}

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
