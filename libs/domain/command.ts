import { type EventData, eventKinds } from './generated/events.js';

export type EventType = keyof EventData;
export type CommandType = (typeof eventKinds)[EventType]['command'];

export const roles = ['editor', 'integrator', 'auditor', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Who acts, and in which role. `organisation`: a URN; the operator of the register is `urn:vitrine:register`. */
export type Actor = { organisation: string; role: Role };

export const operator = 'urn:vitrine:register';

type CommandFor<E extends EventType> = {
  type: (typeof eventKinds)[E]['command'];
  organisation: string;
  system?: string;
  /** When it was true in the city: a date (YYYY-MM-DD) or a UTC time (...Z). */
  occurredAt: string;
  data: EventData[E];
};

/** A request to change the register. One command leads to one event, which carries the command's `data` (recordedData). */
export type Command = { [E in EventType]: CommandFor<E> }[EventType];

type EventFor<E extends EventType> = {
  type: E;
  occurredAt: string;
  organisation: string;
  data: EventData[E];
  id?: string;
  /** The content was erased; `data` holds none of it. */
  erased?: boolean;
};

/** What happened. `organisation` is the owner of the stream at that moment, as the actor saw it. */
export type DomainEvent = { [E in EventType]: EventFor<E> }[EventType];

/**
 * What a decision needs to know besides the state: the time (UTC, ISO 8601) and who asks; to correct or retract an event also `history`, all
 * events of the stream in the order of recording.
 */
export type Context = { now: string; actor: Actor; history?: readonly DomainEvent[] };

const eventTypes = new Map(
  (Object.keys(eventKinds) as EventType[]).map((event) => [eventKinds[event].command as CommandType, event]),
);

/** The event that a command leads to; undefined for an unknown command. */
export function eventTypeOf(command: string): EventType | undefined {
  return eventTypes.get(command as CommandType);
}

/** The stream that a command is about: an organisation or a system. An erasure is about the system if the command names one. */
export function streamOf(command: { type: CommandType; organisation: string; system?: string }): string {
  const kind = eventKinds[eventTypeOf(command.type)!].stream;
  return kind === 'organisation' ? command.organisation : (command.system ?? command.organisation);
}
