import {
  type Actor,
  type Command,
  type DomainEvent,
  eventOf,
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
} from '#event-store';
import { decideAll } from './decide-all.js';
import { decide, evolveAll, findAlike, KnownStates, likenessOf, type StateOf, tellStates } from './known-states.js';
import type { Submission } from './submission.js';
import { toAppend } from './to-append.js';

/** Something that the sender should look at, although the command was recorded. */
export type Warning = { code: 'RECORDED_BEFORE'; message: string; eventId: string; position: number };

/** The result of a command: where its event is. `repeated`: the same command was recorded before. */
export type Outcome = {
  eventId: string;
  eventType: string;
  position: number;
  version: number;
  recordedAt: string;
  repeated: boolean;
  warnings?: Warning[];
};

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

    /** A dry run: decides all commands in order, each on what the ones before it would lead to, and returns the refusals by index. */
    rehearse: async (submissions: Submission[], actor: Actor) =>
      (await decideAll(store, states, submissions, { now: now(), actor })).refused,
  };

  async function attempt({ command, key }: Submission, actor: Actor, fresh: boolean): Promise<Outcome> {
    const stream = streamOf(command);
    const sender = { key, actor };
    const generation = store.generation();
    let entry = await states.load(stream, fresh ? 0 : Number.POSITIVE_INFINITY);
    let erasure: Erasure | undefined;
    let events: DomainEvent[];
    try {
      erasure = await lookElsewhere(command, actor, fresh ? states.stateNow : states.stateLately);
      events = decide(entry.state, command, { now: now(), actor });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const repeated = toAppend(stream, 'any', [eventOf(command)], sender);
      const earlier = await store.findEarlier(repeated);
      if (earlier) return toOutcome(earlier, repeated);
      await entry.pending.catch(() => undefined);
      entry = await states.load(stream, 0);
      erasure = await lookElsewhere(command, actor, states.stateNow);
      events = decide(entry.state, command, { now: now(), actor });
    }
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
      if (erasure) {
        states.forget(stream);
      } else if (result.repeated) {
        if (entry.version === before.version + events.length) Object.assign(entry, before);
        else states.forget(stream);
      }
      const outcome = toOutcome(result, append);
      return alike < 0 ? outcome : await withWarning(outcome, append, prepared, alike);
    } catch (error) {
      states.forget(stream);
      throw error;
    }
  }

  /** Applies the rules that depend on other streams, and finds what an erasure erases. Throws a Refusal. */
  async function lookElsewhere(command: Command, actor: Actor, stateOf: StateOf): Promise<Erasure | undefined> {
    await tellStates(refuseByOtherStreams(command, actor), stateOf);
    return command.type === 'ErasePayload' ? findErasure(command, streamOf(command)) : undefined;
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

  async function findErasure(command: Command & { type: 'ErasePayload' }, stream: string): Promise<Erasure> {
    const event = await store.readEvent(command.data.event);
    if (event?.stream !== stream) throw new Refusal('EVENT_UNKNOWN', undefined, { path: '/data/event' });
    if (event.envelope.type === 'PayloadErased')
      throw new Refusal(
        'NOTHING_TO_ERASE',
        'The event that records an erasure holds only codes. It cannot be erased.',
        {
          path: '/data/event',
        },
      );
    const promised = event.envelope.parts.find((part) => part.role === command.data.part);
    if (promised?.commitment !== command.data.commitment || event.erased.includes(command.data.part))
      throw new Refusal('NOTHING_TO_ERASE', undefined, { path: '/data/part' });
    return { position: event.position, part: command.data.part };
  }
}

/** Another writer was faster on the stream: worth a retry. */
const isRace = (error: unknown) => error instanceof Refusal && error.code === 'WRONG_EXPECTED_VERSION';

function toOutcome({ events, repeated }: Appended, append: Append): Outcome {
  const { id, position, version, recordedAt } = events[0]!;
  return { eventId: id, eventType: append.events[0]!.type, position, version, recordedAt, repeated };
}
