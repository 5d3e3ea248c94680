import { type Actor, type Command, type DomainEvent, operator, streamOf } from './command.js';
import { settle } from './facts.js';
import type { OrganisationState } from './organisation/state.js';
import { Refusal } from './refusal.js';
import type { SystemState } from './system/state.js';
import { commandWithin, withinCorrection } from './word-commands.js';

export type State = SystemState | OrganisationState;

/** A rule that depends on other streams. It yields the name of a stream, is resumed with its state, and ends or throws a Refusal. */
export type RuleAcrossStreams = Generator<string, void, State>;

/**
 * Applies the rules that depend on other streams. A system needs a registered organisation and a transfer an open one; a successor must be
 * registered and must not lead back to what it succeeds. Of a correction, what it changes is judged: `history` holds the events of its stream.
 * Throws ORGANISATION_UNKNOWN, ORGANISATION_CLOSED, SUCCESSOR_UNKNOWN, SUCCESSOR_IN_CIRCLE.
 */
export function* refuseByOtherStreams(
  command: Command,
  actor: Actor,
  history: readonly DomainEvent[] = [],
): RuleAcrossStreams {
  yield* refuseOrganisation(command, actor);
  if (command.type !== 'CorrectEvent') return yield* refuseNamed(command);
  const within = commandWithin(command);
  const before = settle(history).find(({ event }) => event.id === command.data.event)?.event.data;
  if (!within) return;
  try {
    yield* refuseNamed(within, before);
  } catch (error) {
    throw error instanceof Refusal ? withinCorrection(error) : error;
  }
}

function* refuseOrganisation(command: Command, actor: Actor): RuleAcrossStreams {
  if (streamOf(command) === command.organisation) return;
  const { status } = yield command.organisation;
  if (status === 'none') throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/organisation' });
  // Only the operator acts for a closed organisation, to wind up its systems; nobody registers new ones.
  if (status === 'closed' && (actor.organisation !== operator || command.type === 'RegisterSystem'))
    throw new Refusal('ORGANISATION_CLOSED', undefined, { path: '/organisation' });
}

/** The organisation and the successor that a command names, unless the data `before` name the same. */
function* refuseNamed(command: Command, before: object = {}): RuleAcrossStreams {
  const known = before as { transferTo?: string; successor?: string };
  const target = command.type === 'DescribeSystem' ? command.data.transferTo : undefined;
  if (target && target !== known.transferTo && (yield target).status !== 'open')
    throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/data/transferTo' });
  const { type } = command;
  if ((type === 'CloseOrganisation' || type === 'RetireSystem') && command.data.successor !== known.successor)
    yield* refuseSuccessor(streamOf(command), command.data.successor);
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
