import { type Actor, type Command, operator, streamOf } from './command.js';
import type { OrganisationState } from './organisation/state.js';
import { Refusal } from './refusal.js';
import type { SystemState } from './system/state.js';

export type State = SystemState | OrganisationState;

/** A rule that depends on other streams. It yields the name of a stream, is resumed with its state, and ends or throws a Refusal. */
export type RuleAcrossStreams = Generator<string, void, State>;

/**
 * Applies the rules that depend on other streams. A system needs a registered organisation and a transfer an open one; a successor must be
 * registered and must not lead back to what it succeeds. Throws ORGANISATION_UNKNOWN, ORGANISATION_CLOSED, SUCCESSOR_UNKNOWN,
 * SUCCESSOR_IN_CIRCLE.
 */
export function* refuseByOtherStreams(command: Command, actor: Actor): RuleAcrossStreams {
  const stream = streamOf(command);
  if (stream !== command.organisation) {
    const { status } = yield command.organisation;
    if (status === 'none') throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/organisation' });
    const target = command.type === 'DescribeSystem' ? command.data.transferTo : undefined;
    if (target && (yield target).status !== 'open')
      throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/data/transferTo' });
    // Only the operator acts for a closed organisation, to wind up its systems; nobody registers new ones.
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
  // The log may already hold a circle of successors that does not include this stream.
  const seen = new Set<string>();
  for (let next: string | undefined = successor; next !== undefined && !seen.has(next); ) {
    if (next === stream) throw new Refusal('SUCCESSOR_IN_CIRCLE', undefined, details);
    seen.add(next);
    const state: State = yield next;
    next = 'successor' in state ? state.successor : undefined;
  }
}
