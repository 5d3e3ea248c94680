import { type Actor, type Command, eventKinds, eventTypeOf, recordedData, streamOf } from '#domain';
import type { Append, NewEvent } from './prepare.js';
import { keyToUuid } from './uuid.js';

/** The append by which a command is recorded: one event, which carries the command's data. */
export function toAppend(
  command: Command,
  key: string,
  actor: Actor,
  expectedVersion: Append['expectedVersion'],
): Append {
  const stream = streamOf(command);
  const type = eventTypeOf(command.type)!;
  const event: NewEvent = {
    organisation: command.organisation,
    ...(stream === command.organisation ? {} : { system: stream }),
    type,
    schemaVersion: eventKinds[type].version,
    occurredAt: command.occurredAt,
    actor,
    data: recordedData(command) as Record<string, unknown>,
  };
  return { stream, expectedVersion, events: [event], key: keyToUuid(actor.organisation, key) };
}
