import type { Command, DomainEvent } from './command.js';
import { commandOf } from './events.js';
import { isWord } from './facts.js';
import { Refusal } from './refusal.js';

/** A command about an event: it corrects or retracts it. */
export type WordCommand = Command & { type: 'CorrectEvent' | 'RetractEvent' };

export function isWordCommand(command: Command): command is WordCommand {
  return command.type === 'CorrectEvent' || command.type === 'RetractEvent';
}

/** The command that would have recorded the event of a correction rightly; of a retraction, only its type. Undefined for a word about a word. */
export function commandWithin(command: WordCommand, occurredAt = command.occurredAt): Command | undefined {
  const { eventType } = command.data;
  if (isWord({ type: eventType }) || eventType === 'PayloadErased') return undefined;
  const { organisation, system } = command;
  const right = command.type === 'CorrectEvent' ? command.data : { data: {}, occurredAt: undefined };
  const event = { type: eventType, organisation, occurredAt: right.occurredAt ?? occurredAt, data: right.data };
  return commandOf(event as DomainEvent, system);
}

/** A refusal of what a correction states, with the path at which the correction states it. */
export function withinCorrection({ code, message, details }: Refusal): Refusal {
  const path = details.path?.replace(/^[/]data(?=[/]|$)/, '/data/data').replace(/^[/]occurredAt$/, '/data/occurredAt');
  return new Refusal(code, message, { ...details, ...(path && { path }) });
}
