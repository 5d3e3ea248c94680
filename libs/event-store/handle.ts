import {
  type Actor,
  type Command,
  type DomainEvent,
  decideOrganisation,
  decideSystem,
  eventKinds,
  eventTypeOf,
  evolveOrganisation,
  evolveSystem,
  initialOrganisation,
  initialSystem,
  type OrganisationState,
  operator,
  Refusal,
  recordedData,
  type SystemState,
  streamOf,
} from '#domain';
import type { Erasure } from './append-all.js';
import type { EventStore } from './event-store.js';
import type { Append, Appended, NewEvent } from './prepare.js';
import type { RecordedEvent } from './recorded-event.js';
import { keyToUuid } from './uuid.js';
import type { Submission } from './validate.js';

/** What came of a command: where its event is. `repeated`: it was done already, by the same command before. */
export type Outcome = {
  eventId: string;
  eventType: string;
  position: number;
  version: number;
  recordedAt: string;
  repeated: boolean;
};

export type CommandHandler = ReturnType<typeof createCommandHandler>;

type State = SystemState | OrganisationState;
type Entry = { state: State; version: number; readAt: number; pending: Promise<unknown> };

const maxStates = 20_000;
const maxTries = 20;
/** How long another process's change to an organisation may go unnoticed by a command about one of its systems. */
const organisationMaxAge = 1000;

/**
 * command -> decide -> event store. States are kept in memory and run ahead with what is on its way, so that many
 * commands on one stream go in one batch; the expected version makes sure that each decision was taken on what the
 * log really holds. A refusal is given only on a state freshly read. `refuseAll` throws a Refusal while nothing at all may
 * be recorded.
 */
export function createCommandHandler(
  store: EventStore,
  clock: () => number = Date.now,
  refuseAll: () => void = () => {},
) {
  const states = new Map<string, Entry>();

  return {
    /** Does one command. Throws a Refusal. */
    async handle(submission: Submission, actor: Actor): Promise<Outcome> {
      refuseAll();
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(submission, actor, tries > 1);
        } catch (error) {
          if (!isRace(error) || tries === maxTries) throw error;
        }
      }
    },

    /**
     * Does all commands or none, in order, in one transaction. Returns an outcome each, or (and then nothing is done)
     * the refusals by index.
     */
    async handleAll(
      submissions: Submission[],
      actor: Actor,
    ): Promise<{ outcomes: Outcome[] } | { refused: Map<number, Refusal> }> {
      refuseAll();
      for (let tries = 1; ; tries++) {
        const { appends, refused } = await decideAll(submissions, actor);
        if (refused.size > 0) return { refused };
        try {
          const appended = await store.appendAll(appends);
          for (const { stream } of appends) states.delete(stream);
          return { outcomes: appended.map((result, i) => toOutcome(result, appends[i]!)) };
        } catch (error) {
          if (!isRace(error) || tries === maxTries) throw error;
        }
      }
    },

    /** Decides all commands in order, each on what the ones before would lead to; records nothing. */
    rehearse: async (submissions: Submission[], actor: Actor) => (await decideAll(submissions, actor)).refused,
  };

  async function attempt({ command, key }: Submission, actor: Actor, fresh: boolean): Promise<Outcome> {
    const stream = streamOf(command);
    let entry = await load(stream, fresh ? 0 : Number.POSITIVE_INFINITY);
    await refuseUnknownOrganisation(command, actor);
    let erasure: Erasure | undefined;
    let events: DomainEvent[];
    try {
      if (command.type === 'ErasePayload') erasure = await findErasure(command, stream);
      events = decide(entry.state, command, { now: now(), actor });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'ROLE_MAY_NOT') throw error;
      const earlier = await store.findEarlier(toAppend(command, key, actor, 'any'));
      if (earlier) return toOutcome(earlier, toAppend(command, key, actor, 'any'));
      await entry.pending.catch(() => undefined);
      if (command.type === 'ErasePayload' && !erasure) throw error;
      entry = await load(stream, 0);
      events = decide(entry.state, command, { now: now(), actor });
    }
    const append = toAppend(command, key, actor, entry.version === -1 ? 'none' : entry.version);
    const appended = erasure
      ? store.appendAll([append], [erasure]).then((results) => results[0]!)
      : store.append(append);
    const before = { state: entry.state, version: entry.version };
    entry.state = evolveAll(stream, entry.state, events);
    entry.version += events.length;
    entry.pending = appended;
    try {
      const result = await appended;
      if (erasure) {
        states.delete(stream);
      } else if (result.repeated) {
        if (entry.version === before.version + events.length) Object.assign(entry, before);
        else states.delete(stream);
      }
      return toOutcome(result, append);
    } catch (error) {
      states.delete(stream);
      throw error;
    }
  }

  /** Each command on what the ones before would lead to. What was done before, or stands twice in the list, is not decided again. */
  async function decideAll(submissions: Submission[], actor: Actor) {
    const overlay = new Map<string, { state: State; version: number }>();
    const keys = new Set<string>();
    const refused = new Map<number, Refusal>();
    const appends: Append[] = [];
    for (const [i, { command, key }] of submissions.entries()) {
      const stream = streamOf(command);
      try {
        const repeated = toAppend(command, key, actor, 'any');
        if (keys.has(key) || (await store.findEarlier(repeated))) {
          appends.push(repeated);
          continue;
        }
        keys.add(key);
        if (command.type === 'ErasePayload') throw new Refusal('ROLE_MAY_NOT', 'Erasures are done one at a time.');
        const entry = overlay.get(stream) ?? (await load(stream, 0));
        const { state, version } = entry;
        if (!overlay.has(command.organisation)) await refuseUnknownOrganisation(command, actor);
        const events = decide(state, command, { now: now(), actor });
        appends.push(toAppend(command, key, actor, version === -1 ? 'none' : version));
        overlay.set(stream, { state: evolveAll(stream, state, events), version: version + events.length });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.set(i, error);
      }
    }
    return { appends, refused };
  }

  /** The state of a stream, at most `maxAge` milliseconds behind other processes; always up to date with this one. */
  async function load(stream: string, maxAge: number): Promise<Entry> {
    const known = states.get(stream);
    if (known && clock() - known.readAt <= maxAge) return known;
    const base = known ?? { state: initialOf(stream), version: -1, readAt: 0, pending: Promise.resolve() };
    const recorded = await store.readStream(stream, base.version + 1);
    if (base.version >= 0 && recorded.some(({ envelope }) => envelope.type === 'PayloadErased')) {
      // What another process erased must be forgotten here too.
      states.delete(stream);
      return load(stream, maxAge);
    }
    const entry = states.get(stream) ?? base;
    for (const event of recorded) {
      if (event.envelope.streamVersion !== entry.version + 1) continue;
      entry.state = evolveAll(stream, entry.state, [toDomainEvent(event)]);
      entry.version++;
    }
    entry.readAt = clock();
    states.delete(stream);
    states.set(stream, entry);
    if (states.size > maxStates) states.delete(states.keys().next().value as string);
    return entry;
  }

  async function refuseUnknownOrganisation(command: Command, actor: Actor): Promise<void> {
    if (streamOf(command) === command.organisation) return;
    const { state } = await load(command.organisation, organisationMaxAge);
    if (state.status === 'none') throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/organisation' });
    const target = command.type === 'DescribeSystem' ? command.data.transferTo : undefined;
    if (target && (await load(target, organisationMaxAge)).state.status !== 'open')
      throw new Refusal('ORGANISATION_UNKNOWN', undefined, { path: '/data/transferTo' });
    if (state.status === 'closed' && actor.organisation !== operator)
      throw new Refusal('ORGANISATION_CLOSED', undefined, { path: '/organisation' });
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

  function now(): string {
    return new Date(clock()).toISOString();
  }
}

/** Somebody else was faster on the stream: worth another try. */
const isRace = (error: unknown) => error instanceof Refusal && error.code === 'WRONG_EXPECTED_VERSION';
const isSystem = (stream: string) => stream.startsWith('urn:vitrine:sys:');
const initialOf = (stream: string): State => (isSystem(stream) ? initialSystem : initialOrganisation);

function decide(state: State, command: Command, context: { now: string; actor: Actor }): DomainEvent[] {
  return isSystem(streamOf(command))
    ? decideSystem(state as SystemState, command, context)
    : decideOrganisation(state as OrganisationState, command, context);
}

function evolveAll(stream: string, state: State, events: DomainEvent[]): State {
  return isSystem(stream)
    ? events.reduce(evolveSystem, state as SystemState)
    : events.reduce(evolveOrganisation, state as OrganisationState);
}

/** An erased event keeps its type and time; what it carried counts as unknown. */
function toDomainEvent({ envelope, data, erased }: RecordedEvent): DomainEvent {
  const { type, occurredAt, organisation, id } = envelope;
  return { type, occurredAt, organisation, id, data: data ?? {}, erased: erased.includes('content') } as DomainEvent;
}

function toAppend(command: Command, key: string, actor: Actor, expectedVersion: Append['expectedVersion']): Append {
  const stream = streamOf(command);
  const type = eventTypeOf(command.type)!;
  const event: NewEvent = {
    organisation: command.organisation,
    ...(isSystem(stream) ? { system: stream } : {}),
    type,
    schemaVersion: eventKinds[type].version,
    occurredAt: command.occurredAt,
    actor,
    data: recordedData(command) as Record<string, unknown>,
  };
  return { stream, expectedVersion, events: [event], key: keyToUuid(actor.organisation, key) };
}

function toOutcome(appended: Appended, append: Append): Outcome {
  const { id, position, version, recordedAt } = appended.events[0]!;
  return { eventId: id, eventType: append.events[0]!.type, position, version, recordedAt, repeated: appended.repeated };
}
