import { type Command, type DomainEvent, eventTypeOf } from './command.js';
import { eventKinds } from './generated/events.js';
import { recordedData } from './system/recorded-data.js';

/** The event that a command leads to if nothing forbids it. An act of a person carries its day, not the time of day. */
export function eventOf(command: Command): DomainEvent {
  const { type, organisation } = command;
  const occurredAt = type === 'RecordHumanOverride' ? command.occurredAt.slice(0, 10) : command.occurredAt;
  return { type: eventTypeOf(type)!, occurredAt, organisation, data: recordedData(command) } as DomainEvent;
}

/** The command that leads to an event (eventOf). `system`: the stream, unless the event is about an organisation itself. */
export function commandOf({ type, organisation, occurredAt, data }: DomainEvent, system: string | undefined): Command {
  const command = { type: eventKinds[type].command, organisation, occurredAt, data, ...(system && { system }) };
  return command as Command;
}

/** A recorded event as the rules see it: what was erased is unknown. `erased`: the names of erased parts, as a list or a text. */
export function toDomainEvent(
  { type, occurredAt, organisation, id }: { type: string; occurredAt: string; organisation: string; id: string },
  data: object | null,
  erased: { includes(part: 'content'): boolean },
): DomainEvent {
  return { type, occurredAt, organisation, id, data: data ?? {}, erased: erased.includes('content') } as DomainEvent;
}
