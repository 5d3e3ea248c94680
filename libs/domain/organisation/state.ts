import type { DomainEvent } from '../command.js';

/** `none`: not in the register yet. */
export type OrganisationState = { status: 'none' } | { status: 'open' } | { status: 'closed'; successor?: string };

export const initialOrganisation: OrganisationState = { status: 'none' };

export function evolveOrganisation(state: OrganisationState, event: DomainEvent): OrganisationState {
  switch (event.type) {
    case 'OrganisationRegistered':
      return { status: 'open' };
    case 'OrganisationClosed':
      return { status: 'closed', ...(event.data.successor && { successor: event.data.successor }) };
    default:
      return state;
  }
}
