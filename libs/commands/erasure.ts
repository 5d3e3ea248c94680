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
 * The erasure of a correction says what was corrected, and when that was: otherwise what was wrong would count again, or from the wrong day. That
 * of an event about a deployment says which one: its status depends on it. Throws a Refusal.
 */
function refuseWrongTarget({ data }: Command & { type: 'ErasePayload' }, history: DomainEvent[]): void {
  const expected = erasedWord(history, data.event);
  for (const name of ['corrects', 'occurredAt', 'deployment'] as const) {
    if (data[name] === expected[name]) continue;
    const message =
      expected[name] === undefined ? 'does not belong here' : `must be ${expected[name]}, as the event says`;
    const path = `/data/${name}`;
    throw new Refusal('SCHEMA_VIOLATION', `${path}: ${message}`, { path, problems: [{ path, message }] });
  }
}

/** What an erasure must keep of an event: what a correction or retraction is about, the time that it states, the deployment that it is about. */
export function erasedWord(
  history: DomainEvent[],
  id: string,
): { corrects?: string; occurredAt?: string; deployment?: string } {
  const event = history.find((one) => one.id === id);
  if (!event) return {};
  const erasure = history.find((one) => one.type === 'PayloadErased' && one.data.event === id);
  const { corrects, occurredAt, deployment } = (erasure?.data ?? {}) as Kept;
  if (!isWord(event)) return withoutUnknown({ deployment: namedDeployment(event.type, event.data) ?? deployment });
  const own = event.data as { event?: string; eventType?: string; occurredAt?: string; data?: object };
  return withoutUnknown({
    corrects: own.event ?? corrects,
    occurredAt: own.occurredAt ?? occurredAt,
    deployment: namedDeployment(own.eventType, own.data) ?? deployment,
  });
}

type Kept = { corrects?: string; occurredAt?: string; deployment?: string };

function namedDeployment(type: string | undefined, data: object | undefined): string | undefined {
  return type?.startsWith('Deployment') ? (data as { deployment?: string } | undefined)?.deployment : undefined;
}

function withoutUnknown(kept: { [K in keyof Kept]: string | undefined }): Kept {
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}
