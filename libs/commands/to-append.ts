import { type Actor, type DomainEvent, eventKinds } from '#domain';
import { type Append, keyToUuid, type NewEvent } from '#event-store';

/** The append by which decided events are recorded, from a version of their stream on. `key`: the command's own idempotency key. */
export function toAppend(
  stream: string,
  expectedVersion: Append['expectedVersion'],
  decided: DomainEvent[],
  { key, actor }: { key: string; actor: Actor },
): Append {
  const events = decided.map(
    ({ type, organisation, occurredAt, data }): NewEvent => ({
      organisation,
      ...(stream === organisation ? {} : { system: stream }),
      type,
      schemaVersion: eventKinds[type].version,
      occurredAt,
      actor,
      data: data as Record<string, unknown>,
    }),
  );
  return { stream, expectedVersion, events, key: keyToUuid(actor.organisation, key) };
}
