import { type Actor, type Command, type Context, type DomainEvent, operator } from './command.js';
import { commandOf, eventOf } from './events.js';
import { type Fact, isWord, readWords, settle, type Word } from './facts.js';
import { Refusal } from './refusal.js';
import { refuseWithoutRight } from './rights.js';
import { commandWithin, type WordCommand, withinCorrection } from './word-commands.js';

/** How the events of a kind of stream are decided and folded. */
type Rules<S> = {
  initial: S;
  decide(state: S, command: Command, context: Context): unknown;
  evolve(state: S, event: DomainEvent): S;
};

const anyone: Actor = { organisation: operator, role: 'administrator' };

/**
 * Refuses a correction or retraction unless the log could have been recorded with the right thing at once: the corrected event must be
 * acceptable in its place, and no other event may be refused that was acceptable before. Throws EVENT_UNKNOWN, EVENT_OF_OTHER_TYPE,
 * EVENT_NOT_CORRECTABLE, ALREADY_RETRACTED, ROLE_MAY_NOT, OTHER_EVENT_DEPENDS, or what the corrected event is refused for.
 */
export function refuseWord<S>(command: WordCommand, { now, actor, history = [] }: Context, rules: Rules<S>): void {
  const target = history.find(({ id }) => id === command.data.event);
  if (!target) throw new Refusal('EVENT_UNKNOWN', undefined, { path: '/data/event' });
  refuseUnfit(command, target);
  refuseWithoutRightOnRoot(command, target, history, actor);
  const before = settle(history);
  if (command.type === 'RetractEvent' && !before.some(({ event }) => event.id === target.id))
    throw new Refusal('ALREADY_RETRACTED', undefined, { path: '/data/event' });
  const word = { ...eventOf(command), id: 'the word itself' } as DomainEvent;
  const after = settle([...history, word]).filter(({ event }) => event.id !== word.id);
  const context = { now, actor: anyone };
  const place = after.find(({ event }) => event.id === target.id);
  const corrected = command.type === 'CorrectEvent' ? commandWithin(command, place?.event.occurredAt) : undefined;
  compare(before, after, history, rules, (event, asItWas, asItIs) => {
    // What is stated is judged as it was sent: counts that are suppressed when they are recorded cannot be compared.
    if (corrected && event.id === target.id) return throwWithin(() => rules.decide(asItIs, corrected, context));
    const decideOn = (state: S) => rules.decide(state, commandOf(event, command.system), context);
    const refusal = refusalOf(() => decideOn(asItIs));
    if (refusal && !refusalOf(() => decideOn(asItWas))) throw dependsOn(event, refusal);
  });
}

function refuseUnfit(command: WordCommand, target: DomainEvent): void {
  const path = '/data/event';
  if (target.type !== command.data.eventType)
    throw new Refusal('EVENT_OF_OTHER_TYPE', `The event is a ${target.type}.`, { path: '/data/eventType' });
  if (target.type === 'PayloadErased')
    throw new Refusal('EVENT_NOT_CORRECTABLE', 'An erasure cannot be undone.', { path });
  if (isWord(target) && command.type === 'CorrectEvent')
    throw new Refusal(
      'EVENT_NOT_CORRECTABLE',
      'Correct the event itself again: the last word counts. A correction can only be retracted.',
      { path },
    );
}

/** Who may record an event may undo what was said of it. A transfer was agreed by both organisations: only the operator takes it back. */
function refuseWithoutRightOnRoot(
  command: WordCommand,
  target: DomainEvent,
  history: readonly DomainEvent[],
  actor: Actor,
): void {
  const { rootOf } = readWords(history);
  const rootId = isWord(target) ? rootOf(target as Word) : target.id;
  const root = history.find(({ id }) => id === rootId);
  if (!root || isWord(root)) return;
  const { organisation, system, occurredAt } = command;
  const asRecorded = { ...root, organisation, occurredAt, data: {} } as DomainEvent;
  refuseWithoutRight(commandOf(asRecorded, system), actor);
  const about = history.filter((event) => event === root || (isWord(event) && rootOf(event as Word) === rootId));
  if (actor.organisation !== operator && about.some(({ data }) => namesTransfer(data)))
    throw new Refusal('ROLE_MAY_NOT', 'Only the operator of the register takes back the transfer of a system.', {
      path: '/data/event',
    });
}

function namesTransfer(data: object): boolean {
  const { transferTo, data: right } = data as { transferTo?: unknown; data?: { transferTo?: unknown } };
  return transferTo !== undefined || right?.transferTo !== undefined;
}

/**
 * Folds two readings of one history side by side, in the order of recording, and has each event judged that is new in the second reading or
 * comes upon another state. Where the states are the same again, nothing else can differ. Erased events and words are not judged.
 */
function compare<S>(
  before: Fact[],
  after: Fact[],
  history: readonly DomainEvent[],
  { initial, evolve }: Rules<S>,
  judge: (event: DomainEvent, asItWas: S, asItIs: S) => void,
): void {
  const [old, right] = [byId(before), byId(after)];
  let [asItWas, asItIs] = [initial, initial];
  for (const { id, type } of history) {
    if (id === undefined || isWord({ type })) continue;
    const [was, is] = [old.get(id), right.get(id)];
    if (asItWas === asItIs && is && isSame(was, is)) {
      asItWas = step(evolve, asItWas, is);
      asItIs = asItWas;
      continue;
    }
    if (is && !is.erased && type !== 'PayloadErased') judge(is, asItWas, asItIs);
    if (was) asItWas = step(evolve, asItWas, was);
    if (is) asItIs = step(evolve, asItIs, is);
    if (isSame(asItWas, asItIs)) asItIs = asItWas;
  }
}

/** Whether two values are the same; members in another order count as a difference. */
const isSame = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other);

const byId = (facts: Fact[]) => new Map(facts.map(({ event }) => [event.id, event]));

/** A log from elsewhere may hold events that cannot be folded. They are passed over. */
function step<S>(evolve: (state: S, event: DomainEvent) => S, state: S, event: DomainEvent): S {
  try {
    return evolve(state, event);
  } catch {
    return state;
  }
}

/** What a decision is refused for. An event that cannot be judged at all, because it was forced into the log, is refused for nothing. */
function refusalOf(decide: () => unknown): Refusal | undefined {
  try {
    decide();
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  return undefined;
}

function throwWithin(decide: () => unknown): void {
  try {
    decide();
  } catch (error) {
    throw error instanceof Refusal ? withinCorrection(error) : error;
  }
}

function dependsOn({ type, occurredAt, id }: DomainEvent, { code }: Refusal): Refusal {
  return new Refusal(
    'OTHER_EVENT_DEPENDS',
    `Then ${type} of ${occurredAt} (event ${id}) could not have been recorded: ${code}. Correct or retract that event first.`,
    { path: '/data/event' },
  );
}
