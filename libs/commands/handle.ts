import {
  type Actor,
  type Command,
  type DomainEvent,
  eventOf,
  isWordCommand,
  Refusal,
  refuseByOtherStreams,
  refuseWithoutRight,
  streamOf,
} from '#domain';
import {
  type Append,
  type Appended,
  type Erasure,
  type EventStore,
  isSameEvent,
  type Prepared,
  prepare,
  type RecordedEvent,
} from '#event-store';
import { decideAll } from './decide-all.js';
import { asRepeated, erasedWord, findErasure } from './erasure.js';
import {
  decide,
  evolveAll,
  findAlike,
  type Known,
  KnownStates,
  likenessOf,
  readHistory,
  type StateOf,
  tellStates,
  toEvent,
} from './known-states.js';
import type { Outcome } from './outcome.js';
import type { Submission } from './submission.js';
import { toAppend } from './to-append.js';

/**
 * `erasure`: what an erasure erases, and events that may repeat its words; `history`: the events of the stream, for a correction or retraction.
 */
type Found = { erasure?: Erasure & { repeatedIn: RecordedEvent[] }; history?: DomainEvent[] };

export type CommandHandler = ReturnType<typeof createCommandHandler>;

const maxTries = 20;
/**
 * command -> decide -> event store. States are cached and include appends still under way, so that many commands on one stream go in one
 * batch. Optimistic concurrency (the expected version) makes sure that each decision was based on what the log really holds. A command is
 * refused only on freshly read states. `refuseAll` throws a Refusal while nothing may be recorded at all.
 */
export function createCommandHandler(
  store: EventStore,
  clock: () => number = Date.now,
  refuseAll: () => void = () => {},
) {
  const states = new KnownStates(store, clock);
  const now = () => new Date(clock()).toISOString();

  return {
    /** Handles one command. Throws a Refusal. */
    async handle(submission: Submission, actor: Actor): Promise<Outcome> {
      refuseAll();
      refuseWithoutRight(submission.command, actor);
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(submission, actor, tries > 1);
        } catch (error) {
          if (!isRace(error) || tries === maxTries) throw error;
        }
      }
    },

    /**
     * Handles all commands or none, in order and in one transaction, as if they had come one after the other. Returns an outcome for each
     * or, if any is refused, the refusals by index; then nothing is recorded.
     */
    async handleAll(
      submissions: Submission[],
      actor: Actor,
    ): Promise<{ outcomes: Outcome[] } | { refused: Map<number, Refusal> }> {
      refuseAll();
      for (let tries = 1; ; tries++) {
        const generation = store.generation();
        const { decided, refused } = await decideAll(store, states, submissions, { now: now(), actor });
        if (refused.size > 0) return { refused };
        try {
          const appended = await store.appendAll(decided.map(({ append }) => ({ ...append, generation })));
          for (const { append } of decided) states.forget(append.stream);
          const outcomes = decided.map(({ append, prepared, alike }, i) =>
            withWarning(toOutcome(appended[i]!, append), append, prepared, alike),
          );
          return { outcomes: await Promise.all(outcomes) };
        } catch (error) {
          if (!isRace(error) || tries === maxTries) throw error;
        }
      }
    },

    /** What an erasure of this event must keep of it (PayloadErased). */
    erasedWord: async (stream: string, id: string) => erasedWord((await store.readStream(stream)).map(toEvent), id),

    /** The organisation that a system belongs to now; if its registration was retracted, the last that it belonged to. */
    async ownerOf(system: string): Promise<string> {
      const state = await states.stateNow(system);
      if ('organisation' in state) return state.organisation;
      const [last] = await store.readStreamBackwards(system, 1);
      if (!last) throw new Refusal('SYSTEM_UNKNOWN', undefined, { path: '/system' });
      return last.envelope.organisation;
    },

    /** A dry run: decides all commands in order, each on what the ones before it would lead to, and returns the refusals by index. */
    rehearse: async (submissions: Submission[], actor: Actor) =>
      (await decideAll(store, states, submissions, { now: now(), actor })).refused,
  };

  /** An event that changes what earlier ones say keeps the stream to itself, from what it is decided on until it is recorded. */
  async function attempt(submission: Submission, actor: Actor, fresh: boolean): Promise<Outcome> {
    const { command } = submission;
    if (!isWordCommand(command) && command.type !== 'ErasePayload') return attemptOn(submission, actor, fresh);
    const { entry, release } = await states.hold(streamOf(command));
    try {
      return await attemptOn(submission, actor, fresh, entry);
    } finally {
      release();
    }
  }

  /** `held`: the state of the stream, if it is kept from other commands. */
  async function attemptOn({ command, key }: Submission, actor: Actor, fresh: boolean, held?: Known): Promise<Outcome> {
    const stream = streamOf(command);
    const sender = { key, actor };
    const generation = store.generation();
    const decideOn = ({ state, unsettled }: Known, found: Found): DomainEvent[] => {
      // What this state says is about to change; whoever changes it holds the stream.
      if (unsettled && !held) throw new Refusal('WRONG_EXPECTED_VERSION');
      return decide(state, command, { now: now(), actor, ...found });
    };
    let entry = held ?? (await states.load(stream, fresh ? 0 : Number.POSITIVE_INFINITY));
    let found: Found;
    let events: DomainEvent[];
    try {
      found = await lookFurther(command, actor, entry, fresh ? states.stateNow : states.stateLately);
      events = decideOn(entry, found);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const repeated = toAppend(stream, 'any', [eventOf(command)], sender);
      const earlier = await store.findEarlier(repeated);
      if (earlier) return toOutcome(earlier, repeated);
      await entry.pending.catch(() => undefined);
      entry = held ?? (await states.load(stream, 0));
      found = await lookFurther(command, actor, entry, states.stateNow);
      events = decideOn(entry, found);
    }
    const { erasure } = found;
    // Nothing is awaited between the decision and the update of the cached state, so that other commands on the stream see both or neither.
    const append = toAppend(stream, entry.version === -1 ? 'none' : entry.version, events, sender);
    append.generation = generation;
    const prepared = prepare(append);
    const appended = erasure
      ? store.appendAll([append], [erasure]).then((results) => results[0]!)
      : store.append(append, prepared);
    const before = { state: entry.state, version: entry.version };
    const likeness = likenessOf(append.events[0]!, prepared[0]!.parts);
    const alike = findAlike(entry.likenesses, likeness);
    entry.likenesses[entry.version + 1] = likeness;
    entry.state = evolveAll(stream, entry.state, events);
    entry.version += events.length;
    entry.pending = appended;
    try {
      const result = await appended;
      if (result.repeated) {
        if (entry.version === before.version + events.length) Object.assign(entry, before);
        else states.forget(stream);
      }
      const outcome = toOutcome(result, append);
      if (erasure && erasure.repeatedIn.length > 0) return { ...outcome, warnings: erasure.repeatedIn.map(asRepeated) };
      return alike < 0 ? outcome : await withWarning(outcome, append, prepared, alike);
    } catch (error) {
      states.forget(stream);
      throw error;
    }
  }

  /** Applies the rules that depend on other streams, and finds what an erasure erases or a correction changes. Throws a Refusal. */
  async function lookFurther(command: Command, actor: Actor, entry: Known, stateOf: StateOf): Promise<Found> {
    if (command.type !== 'ErasePayload' && !isWordCommand(command)) {
      await tellStates(refuseByOtherStreams(command, actor), stateOf);
      return {};
    }
    const stream = streamOf(command);
    const history = await readHistory(store, stream, entry.version);
    await tellStates(refuseByOtherStreams(command, actor, history), stateOf);
    return {
      history,
      ...(command.type === 'ErasePayload' && { erasure: await findErasure(store, command, stream, history) }),
    };
  }

  /** `alike`: the version of an earlier event of the stream that may say the same; -1 for none. */
  async function withWarning(
    outcome: Outcome,
    { stream }: Append,
    prepared: Prepared[],
    alike: number,
  ): Promise<Outcome> {
    if (alike < 0 || outcome.repeated || alike === outcome.version) return outcome;
    const [earlier] = await store.readStream(stream, alike, 1);
    if (!earlier || !isSameEvent(earlier, prepared[0]!)) return outcome;
    const { position } = earlier;
    const eventId = earlier.envelope.id;
    const message = `The same was recorded before, under another idempotency key: event ${eventId} at position ${position}.`;
    return { ...outcome, warnings: [{ code: 'RECORDED_BEFORE', message, eventId, position }] };
  }
}

/** Another writer was faster on the stream: worth a retry. */
const isRace = (error: unknown) => error instanceof Refusal && error.code === 'WRONG_EXPECTED_VERSION';

function toOutcome({ events, repeated }: Appended, append: Append): Outcome {
  const { id, position, version, recordedAt } = events[0]!;
  return { eventId: id, eventType: append.events[0]!.type, position, version, recordedAt, repeated };
}
