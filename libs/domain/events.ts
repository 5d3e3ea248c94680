import { type Command, type DomainEvent, eventTypeOf } from './command.js';
import { recordedData } from './system/recorded-data.js';

/** The event that a command leads to if nothing forbids it. */
export function eventOf(command: Command): DomainEvent {
  const { occurredAt, organisation } = command;
  return { type: eventTypeOf(command.type)!, occurredAt, organisation, data: recordedData(command) } as DomainEvent;
}

/** A recorded event as the rules see it: what was erased is unknown. `erased`: the names of erased parts, as a list or a text. */
export function toDomainEvent(
  { type, occurredAt, organisation, id }: { type: string; occurredAt: string; organisation: string; id: string },
  data: object | null,
  erased: { includes(part: 'content'): boolean },
): DomainEvent {
  return { type, occurredAt, organisation, id, data: data ?? {}, erased: erased.includes('content') } as DomainEvent;
}
