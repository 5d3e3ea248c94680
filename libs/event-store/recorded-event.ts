import type { Envelope, PartName, PayloadPart } from './envelope.js';
import type { StoredEvent } from './port.js';
import { upcast } from './upcast.js';

/**
 * An event as read from the store. `leaf` is the canonical envelope, byte for byte as hashed. `data` is what the event carries: its parts,
 * merged and upgraded to today's schema; null when all of it is erased.
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

export function toRecordedEvent({ position, stream, leaf, payload }: StoredEvent): RecordedEvent {
  const envelope = JSON.parse(leaf) as Envelope;
  const bodies = payload.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  const data = bodies.length > 0 ? (Object.assign({}, ...bodies) as Record<string, unknown>) : null;
  const erased: PartName[] = [];
  for (const { role } of envelope.parts) if (!payload.some(({ part }) => part === role)) erased.push(role);
  return {
    position,
    stream,
    leaf,
    envelope,
    payload,
    data: data && upcast(envelope.type, envelope.schemaVersion, data),
    erased,
  };
}

/** An event that says that a payload part of another event of its stream was erased by law. `basis`: code of erasure-basis. */
export type ErasureNote = {
  stream: string;
  event: string;
  part: PartName;
  basis: string;
  erasedBy: string;
  position: number;
  occurredAt: string;
};

export function toErasureNote({ envelope, data, position, stream }: RecordedEvent): ErasureNote {
  const { event, part, basis } = data as Pick<ErasureNote, 'event' | 'part' | 'basis'>;
  return { stream, event, part, basis, erasedBy: envelope.id, position, occurredAt: envelope.occurredAt };
}
