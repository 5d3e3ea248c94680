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

/** Something that whoever sent a command should look at, though it was recorded. */
export type Warning = { code: 'RECORDED_BEFORE'; message: string; eventId: string; position: number };

/** What came of a command: where its event is. `repeated`: it was done already, by the same command before. */
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
 * command -> decide -> event store. States are kept in memory and run ahead with what is on its way, so that many
 * commands on one stream go in one batch; the expected version makes sure that each decision was taken on what the
 * log really holds. A refusal is given only on states freshly read. `refuseAll` throws a Refusal while nothing at all may
 * be recorded.
 */
export function createCommandHandler(
  store: EventStore,
  clock: () => number = Date.now,
  refuseAll: () => void = () => {},
) {
  const states = new KnownStates(store, clock);
  const now = () => new Date(clock()).toISOString();

  return {
    /** Does one command. Throws a Refusal. */
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
     * Does all commands or none, in order, in one transaction: just as if they had come one after the other. Returns an outcome
     * each, or (and then nothing is done) the refusals by index.
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

    /** Decides all commands in order, each on what the ones before would lead to; records nothing. */
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
    // Between the decision and the state that runs ahead nothing is waited for: other commands on the stream are decided on both or neither.
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

  /** What must be known besides the state of the command's own stream. Throws a Refusal. */
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
      throw new Refusal('NOTHING_TO_ERASE', 'What says that something was erased holds codes only, and stays.', {
        path: '/data/event',
      });
    const promised = event.envelope.parts.find((part) => part.role === command.data.part);
    if (promised?.commitment !== command.data.commitment || event.erased.includes(command.data.part))
      throw new Refusal('NOTHING_TO_ERASE', undefined, { path: '/data/part' });
    return { position: event.position, part: command.data.part };
  }
}

/** Somebody else was faster on the stream: worth another try. */
const isRace = (error: unknown) => error instanceof Refusal && error.code === 'WRONG_EXPECTED_VERSION';

function toOutcome({ events, repeated }: Appended, append: Append): Outcome {
  const { id, position, version, recordedAt } = events[0]!;
  return { eventId: id, eventType: append.events[0]!.type, position, version, recordedAt, repeated };
}
