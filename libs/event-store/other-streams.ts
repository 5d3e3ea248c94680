import {
  type Actor,
  type Command,
  type OrganisationState,
  operator,
  Refusal,
  type SystemState,
  streamOf,
} from '#domain';

export type State = SystemState | OrganisationState;

/** The state of a stream, as new as the caller wants it. */
export type StateOf = (stream: string) => Promise<State> | State;

/**
 * Refuses what the state of other streams forbids: a system needs an organisation that is there, a handover one that is open, a
 * successor must be there and may not lead back. Throws ORGANISATION_UNKNOWN, ORGANISATION_CLOSED, SUCCESSOR_UNKNOWN,
 * SUCCESSOR_IN_CIRCLE.
 */
export async function refuseByOtherStreams(command: Command, actor: Actor, stateOf: StateOf): Promise<void> {
  const stream = streamOf(command);
  if (stream !== command.organisation) {
    const { status } = await stateOf(command.organisation);
    if (status === 'none') throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/organisation' });
    const target = command.type === 'DescribeSystem' ? command.data.transferTo : undefined;
    if (target && (await stateOf(target)).status !== 'open')
      throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/data/transferTo' });
    // The operator winds up what a closed organisation leaves behind; nothing new begins there.
    if (status === 'closed' && (actor.organisation !== operator || command.type === 'RegisterSystem'))
      throw new Refusal('ORGANISATION_CLOSED', undefined, { path: '/organisation' });
  }
  if (command.type === 'CloseOrganisation' || command.type === 'RetireSystem')
    await refuseSuccessor(stream, command.data.successor, stateOf);
}

async function refuseSuccessor(stream: string, successor: string | undefined, stateOf: StateOf): Promise<void> {
  if (successor === undefined || successor === stream) return;
  const details = { path: '/data/successor' };
  if ((await stateOf(successor)).status === 'none') throw new Refusal('SUCCESSOR_UNKNOWN', undefined, details);
  // What is in the log already may go round in a circle that does not lead here.
  const seen = new Set<string>();
  for (let next: string | undefined = successor; next !== undefined && !seen.has(next); ) {
    if (next === stream) throw new Refusal('SUCCESSOR_IN_CIRCLE', undefined, details);
    seen.add(next);
    const state: State = await stateOf(next);
    next = 'successor' in state ? state.successor : undefined;
  }
}
