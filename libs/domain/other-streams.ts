import { type Actor, type Command, operator, streamOf } from './command.js';
import type { OrganisationState } from './organisation/state.js';
import { Refusal } from './refusal.js';
import type { SystemState } from './system/state.js';

export type State = SystemState | OrganisationState;

/** A rule that asks for the states of streams, by name, and goes on when it is told. It ends, or throws a Refusal. */
export type RuleAcrossStreams = Generator<string, void, State>;

/**
 * What other streams forbid: a system needs an organisation that is registered, a transfer one that is open, a successor must be
 * registered and may not lead back. Throws ORGANISATION_UNKNOWN, ORGANISATION_CLOSED, SUCCESSOR_UNKNOWN, SUCCESSOR_IN_CIRCLE.
 */
export function* refuseByOtherStreams(command: Command, actor: Actor): RuleAcrossStreams {
  const stream = streamOf(command);
  if (stream !== command.organisation) {
    const { status } = yield command.organisation;
    if (status === 'none') throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/organisation' });
    const target = command.type === 'DescribeSystem' ? command.data.transferTo : undefined;
    if (target && (yield target).status !== 'open')
      throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/data/transferTo' });
    // The operator winds up what a closed organisation leaves behind; nothing new begins there.
    if (status === 'closed' && (actor.organisation !== operator || command.type === 'RegisterSystem'))
      throw new Refusal('ORGANISATION_CLOSED', undefined, { path: '/organisation' });
  }
  if (command.type === 'CloseOrganisation' || command.type === 'RetireSystem')
    yield* refuseSuccessor(stream, command.data.successor);
}

function* refuseSuccessor(stream: string, successor: string | undefined): RuleAcrossStreams {
  if (successor === undefined || successor === stream) return;
  const details = { path: '/data/successor' };
  if ((yield successor).status === 'none') throw new Refusal('SUCCESSOR_UNKNOWN', undefined, details);
  // What is in the log already may go round in a circle that does not lead here.
  const seen = new Set<string>();
  for (let next: string | undefined = successor; next !== undefined && !seen.has(next); ) {
    if (next === stream) throw new Refusal('SUCCESSOR_IN_CIRCLE', undefined, details);
    seen.add(next);
    const state: State = yield next;
    next = 'successor' in state ? state.successor : undefined;
  }
}
