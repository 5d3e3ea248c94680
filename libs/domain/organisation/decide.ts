import { type Command, type Context, type DomainEvent, operator } from '../command.js';
import { refuseWord } from '../corrections.js';
import { eventOf } from '../events.js';
import { identifierPatterns } from '../generated/codelists.js';
import { refuseReservedEnding } from '../names.js';
import { Refusal } from '../refusal.js';
import { refuseWithoutRight } from '../rights.js';
import { refuseImpossibleTime } from '../time.js';
import { evolveOrganisation, initialOrganisation, type OrganisationState } from './state.js';

/** Decides a command about an organisation. Throws a Refusal. */
export function decideOrganisation(state: OrganisationState, command: Command, context: Context): DomainEvent[] {
  refuseWithoutRight(command, context.actor);
  refuseImpossibleTime(command.occurredAt, context.now);
  refuseStranger(command, context);
  const { organisation } = command;
  switch (command.type) {
    case 'RegisterOrganisation':
      if (state.status !== 'none') throw new Refusal('ORGANISATION_EXISTS', undefined, { path: '/organisation' });
      refuseReservedEnding(organisation, '/organisation');
      refuseMisshapenIdentifiers(command.data.identifiers ?? []);
      return [eventOf(command)];
    case 'RenameOrganisation':
      refuseUnlessOpen(state);
      return [eventOf(command)];
    case 'CloseOrganisation':
      refuseUnlessOpen(state);
      if (command.data.successor === organisation)
        throw new Refusal('SUCCESSOR_IS_ITSELF', undefined, { path: '/data/successor' });
      return [eventOf(command)];
    case 'ErasePayload':
      refuseUnrecorded(state, context);
      return [eventOf(command)];
    case 'CorrectEvent':
    case 'RetractEvent':
      refuseUnrecorded(state, context);
      refuseWord(command, context, {
        initial: initialOrganisation,
        decide: decideOrganisation,
        evolve: evolveOrganisation,
      });
      return [eventOf(command)];
    default:
      throw new Refusal('UNKNOWN_COMMAND', `${command.type} is not about an organisation: name the system.`, {
        path: '/system',
      });
  }
}

function refuseStranger(command: Command, { actor }: Context): void {
  if (actor.organisation !== operator && actor.organisation !== command.organisation)
    throw new Refusal('OTHER_ORGANISATION', undefined, { path: '/organisation' });
}

function refuseUnlessOpen(state: OrganisationState): void {
  if (state.status === 'none') throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/organisation' });
  if (state.status === 'closed') throw new Refusal('ORGANISATION_CLOSED', undefined, { path: '/organisation' });
}

/** Of an organisation whose registration was retracted, what was recorded can still be erased and put right. */
function refuseUnrecorded(state: OrganisationState, { history = [] }: Context): void {
  if (state.status === 'none' && history.length === 0)
    throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/organisation' });
}

function refuseMisshapenIdentifiers(identifiers: { scheme: keyof typeof identifierPatterns; id: string }[]): void {
  for (const [i, { scheme, id }] of identifiers.entries()) {
    if (!identifierPatterns[scheme].test(id))
      throw new Refusal('IDENTIFIER_INVALID', `"${id}" does not have the form of an identifier of ${scheme}.`, {
        path: `/data/identifiers/${i}/id`,
      });
  }
}
