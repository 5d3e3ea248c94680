import type { Envelope, PartName, PayloadPart } from './envelope.js';
import { upcast } from './upcast.js';

/**
 * An event as read from the store. `leaf` is the canonical envelope, byte for byte as hashed. `data` is what the event
 * carries, its parts put together and upgraded to today's schema; null when all of it is erased.
 */
export type RecordedEvent = {
  position: number;
  stream: string;
  leaf: string;
  envelope: Envelope;
  payload: PayloadPart[];
  data: Record<string, unknown> | null;
  erased: PartName[];
};

export type EventRow = { position: number; stream: string; envelope: string };
export type PayloadRow = { position: number; part: PartName; salt: Buffer; body: string };

/** Puts rows of the two tables together. `payloads` holds the rows of `event` only. */
export function toRecordedEvent(event: EventRow, payloads: PayloadRow[]): RecordedEvent {
  const envelope = JSON.parse(event.envelope) as Envelope;
  const bodies = payloads.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  const data = bodies.length > 0 ? (Object.assign({}, ...bodies) as Record<string, unknown>) : null;
  const erased: PartName[] = [];
  for (const { role } of envelope.parts) if (!payloads.some((payload) => payload.part === role)) erased.push(role);
  return {
    position: event.position,
    stream: event.stream,
    leaf: event.envelope,
    envelope,
    payload: payloads.map(({ part, salt, body }) => ({ part, salt, body })),
    data: data && upcast(envelope.type, envelope.schemaVersion, data),
    erased,
  };
}
