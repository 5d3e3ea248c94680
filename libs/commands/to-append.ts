import { type Actor, type DomainEvent, eventKinds } from '#domain';
import { type Append, keyToUuid, type NewEvent } from '#event-store';

/** The append that records decided events, at the expected version of their stream. `key`: the idempotency key as the command has it. */
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
