import { type Command, type DomainEvent, isWord, Refusal } from '#domain';
import type { Erasure, EventStore, RecordedEvent } from '#event-store';
import type { Warning } from './outcome.js';

/** What an erasure command erases, and events that may repeat its words. Throws EVENT_UNKNOWN, NOTHING_TO_ERASE, SCHEMA_VIOLATION. */
export async function findErasure(
  store: EventStore,
  command: Command & { type: 'ErasePayload' },
  stream: string,
  history: DomainEvent[],
): Promise<Erasure & { repeatedIn: RecordedEvent[] }> {
  const event = await store.readEvent(command.data.event);
  if (event?.stream !== stream) throw new Refusal('EVENT_UNKNOWN', undefined, { path: '/data/event' });
  if (event.envelope.type === 'PayloadErased')
    throw new Refusal('NOTHING_TO_ERASE', 'The event that records an erasure holds only codes. It cannot be erased.', {
      path: '/data/event',
    });
  const promised = event.envelope.parts.find((part) => part.role === command.data.part);
  if (promised?.commitment !== command.data.commitment || event.erased.includes(command.data.part))
    throw new Refusal('NOTHING_TO_ERASE', undefined, { path: '/data/part' });
  refuseWrongTarget(command, history);
  const { part, corrects: target = command.data.event } = command.data;
  const repeatedIn = (await store.readStream(stream)).filter(
    ({ envelope: { id, type, parts }, data, erased }) =>
      id !== command.data.event &&
      parts.some(({ role }) => role === part) &&
      !erased.includes(part) &&
      (id === target || (type === 'EventCorrected' && data?.['event'] === target)),
  );
  return { position: event.position, part: command.data.part, repeatedIn };
}

export function asRepeated({ envelope: { id, type }, position }: RecordedEvent): Warning {
  const message = `${type} (event ${id}) is about the same and may repeat what was erased. If it does, erase it too.`;
  return { code: 'CORRECTION_REPEATS', message, eventId: id, position };
}

/**
 * The erasure of a correction says what was corrected, and when that was: otherwise what was wrong would count again, or from the wrong day. Throws a
 * Refusal.
 */
function refuseWrongTarget({ data }: Command & { type: 'ErasePayload' }, history: DomainEvent[]): void {
  const expected = erasedWord(history, data.event);
  for (const name of ['corrects', 'occurredAt'] as const) {
    if (data[name] === expected[name]) continue;
    const message =
      expected[name] === undefined ? 'does not belong here' : `must be ${expected[name]}, as the event says`;
    const path = `/data/${name}`;
    throw new Refusal('SCHEMA_VIOLATION', `${path}: ${message}`, { path, problems: [{ path, message }] });
  }
}

/** What an erasure of a correction or retraction must keep of it: the event that it is about, and the time that it states for that event. */
export function erasedWord(history: DomainEvent[], id: string): { corrects?: string; occurredAt?: string } {
  const word = history.find((event) => event.id === id);
  if (!word || !isWord(word)) return {};
  const kept = history.find(
    (event) => event.type === 'PayloadErased' && event.data.event === id && event.data.corrects,
  );
  const { corrects, occurredAt } = (kept?.data ?? {}) as { corrects?: string; occurredAt?: string };
  const own = word.data as { event?: string; occurredAt?: string };
  const [target, time] = [own.event ?? corrects, own.occurredAt ?? occurredAt];
  return { ...(target !== undefined && { corrects: target }), ...(time !== undefined && { occurredAt: time }) };
}
