import {
  type Command,
  type Context,
  type DomainEvent,
  decideOrganisation,
  decideSystem,
  evolveOrganisation,
  evolveSystem,
  initialOrganisation,
  initialSystem,
  isWord,
  type OrganisationState,
  Refusal,
  type RuleAcrossStreams,
  type State,
  type SystemState,
  settle,
  streamOf,
  toDomainEvent,
} from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';

/** The cached state of a stream. It includes appends still under way; `pending` is the last of them. */
export type Known = {
  state: State;
  version: number;
  readAt: number;
  pending: Promise<unknown>;
  /** Set while an event that changes what earlier ones say is under way: nothing else is decided on this state. Never fails. */
  unsettled?: Promise<void>;
  /** The likeness (likenessOf) of each event, by its version. */
  likenesses: number[];
};

const maxStates = 20_000;
const latelyMilliseconds = 1000;

/** A cache of stream states in memory, cleared when the store forgets what it remembers. */
export class KnownStates {
  #known = new Map<string, Known>();

  constructor(
    private readonly store: EventStore,
    private readonly clock: () => number,
  ) {
    store.onForget(() => this.#known.clear());
  }

  /** The current state of a stream, including what other processes wrote. Never waits for who holds the stream: holders would wait for each other. */
  readonly stateNow = async (stream: string): Promise<State> => (await this.load(stream, 0, false)).state;

  /** The same, but without what another process may have written in the last second. */
  readonly stateLately = (stream: string): Promise<State> | State => {
    const known = this.#known.get(stream);
    if (known && !known.unsettled && this.clock() - known.readAt <= latelyMilliseconds) return known.state;
    return this.stateNow(stream);
  };

  forget(stream: string): void {
    this.#known.delete(stream);
  }

  /**
   * A stream as it is in the log now, for an event that changes what earlier ones say. Until `release`, other commands of this process wait;
   * then they read the stream again.
   */
  async hold(stream: string): Promise<{ entry: Known; release(): void }> {
    for (;;) {
      const entry = await this.loadSettled(stream);
      if (entry.unsettled || this.#known.get(stream) !== entry) continue;
      let open = () => {};
      entry.unsettled = new Promise((resolve) => {
        open = resolve;
      });
      const release = () => {
        if (this.#known.get(stream) === entry) this.forget(stream);
        open();
      };
      return { entry, release };
    }
  }

  /** A stream as it is in the log now: waits for appends under way. */
  async loadSettled(stream: string): Promise<Known> {
    const { pending } = await this.load(stream, 0);
    await pending.catch(() => undefined);
    return this.load(stream, Number.POSITIVE_INFINITY);
  }

  /**
   * A stream with everything that this process wrote, and that other processes wrote until `maxAge` milliseconds ago. Waits while somebody holds
   * it or, without `waits`, reads what is in the log.
   */
  async load(stream: string, maxAge: number, waits = true): Promise<Known> {
    const known = this.#known.get(stream);
    if (known?.unsettled) {
      if (!waits) return this.#read(stream);
      await known.unsettled;
      return this.load(stream, maxAge);
    }
    if (known && this.clock() - known.readAt <= maxAge) return known;
    const base = known ?? { ...initialOf(stream), readAt: 0, pending: Promise.resolve(), likenesses: [] };
    const generation = this.store.generation();
    const recorded = await this.store.readStream(stream, base.version + 1);
    const isOld = generation !== this.store.generation();
    if (isOld || (base.version >= 0 && recorded.some(({ envelope }) => changesEarlier(envelope)))) {
      // Read it all again: an earlier event was erased, corrected or retracted, or the database may have been replaced during the read.
      this.#known.delete(stream);
      return this.load(stream, maxAge, waits);
    }
    // Another command may have changed the entry meanwhile, or dropped it.
    if (known && this.#known.get(stream) !== known) return this.load(stream, maxAge, waits);
    const entry = this.#known.get(stream) ?? base;
    if (entry.unsettled) return this.load(stream, maxAge, waits);
    // Two reads may overlap, so an event may be here already. A stream of an old release may have a gap; it goes on from its last event.
    const further = recorded.filter(({ envelope }) => envelope.streamVersion > entry.version);
    entry.state = foldAll(stream, further.map(toEvent), entry.state);
    for (const event of further) {
      const { streamVersion } = event.envelope;
      entry.version = streamVersion;
      entry.likenesses[streamVersion] = likenessOf(event.envelope, event.payload);
    }
    entry.readAt = this.clock();
    this.#known.delete(stream);
    this.#known.set(stream, entry);
    if (this.#known.size > maxStates) this.#known.delete(this.#known.keys().next().value as string);
    return entry;
  }

  /** A stream as the log has it, not remembered. */
  async #read(stream: string): Promise<Known> {
    const recorded = await this.store.readStream(stream);
    const version = recorded.at(-1)?.envelope.streamVersion ?? -1;
    const state = foldAll(stream, recorded.map(toEvent));
    return { state, version, readAt: this.clock(), pending: Promise.resolve(), likenesses: [] };
  }
}

/** The likeness of an event that matches no other: two identical acts of override can both be true, and erased content is unknown. */
export const unlike = -1;

/** A hash that two events share if they have the same type, `occurredAt` and content. */
export function likenessOf(
  { type, occurredAt }: { type: string; occurredAt: string },
  parts: { body: string }[],
): number {
  if (type === 'HumanOverrideRecorded' || parts.length === 0) return unlike;
  let likeness = mix(mix(0, type), occurredAt);
  for (const { body } of parts) likeness = mix(likeness, body);
  return likeness;
}

/** Continues a hash with a text, as FNV-1a does: over UTF-16 code units, kept to 31 bits. */
function mix(hash: number, text: string): number {
  let mixed = hash;
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 16_777_619);
  return mixed & 0x7fff_ffff;
}

/** The version of the first event with this likeness; -1 if there is none. */
export function findAlike(likenesses: number[], likeness: number): number {
  return likeness === unlike ? -1 : likenesses.indexOf(likeness);
}

/** Gives the state of a stream, as fresh as the caller wants it. */
export type StateOf = (stream: string) => Promise<State> | State;

/** Runs a rule and gives it the states that it asks for. Throws its Refusal. */
export async function tellStates(rule: RuleAcrossStreams, stateOf: StateOf): Promise<void> {
  for (let asked = rule.next(); !asked.done; ) asked = rule.next(await stateOf(asked.value));
}

const isSystem = (stream: string) => stream.startsWith('urn:vitrine:sys:');

export function decide(state: State, command: Command, context: Context): DomainEvent[] {
  return isSystem(streamOf(command))
    ? decideSystem(state as SystemState, command, context)
    : decideOrganisation(state as OrganisationState, command, context);
}

export function evolveAll(stream: string, state: State, events: DomainEvent[]): State {
  return isSystem(stream)
    ? events.reduce(evolveSystem, state as SystemState)
    : events.reduce(evolveOrganisation, state as OrganisationState);
}

function initialOf(stream: string): { state: State; version: number } {
  return { state: isSystem(stream) ? initialSystem : initialOrganisation, version: -1 };
}

/** Events by which an earlier event of the stream says something else. */
function changesEarlier({ type }: { type: string }): boolean {
  return type === 'PayloadErased' || isWord({ type });
}

/** The events of a stream up to a version, in the order of recording. Throws WRONG_EXPECTED_VERSION if they are not all in the log yet. */
export async function readHistory(store: EventStore, stream: string, upTo: number): Promise<DomainEvent[]> {
  const recorded = (await store.readStream(stream)).filter(({ envelope }) => envelope.streamVersion <= upTo);
  if ((recorded.at(-1)?.envelope.streamVersion ?? -1) !== upTo) throw new Refusal('WRONG_EXPECTED_VERSION');
  return recorded.map(toEvent);
}

export const toEvent = ({ envelope, data, erased }: RecordedEvent) => toDomainEvent(envelope, data, erased);

/** The state that events lead to, with the last word on each. `from`: the state before them. */
export function foldAll(stream: string, events: DomainEvent[], from: State = initialOf(stream).state): State {
  return settle(events).reduce((state, { event }) => evolveOdd(stream, state, event), from);
}

/** A log from elsewhere may hold odd events. Content that cannot be folded counts as unknown, as if erased, so that commands go on. */
function evolveOdd(stream: string, state: State, event: DomainEvent): State {
  for (const one of [event, { ...event, data: {}, erased: true } as DomainEvent])
    try {
      return evolveAll(stream, state, [one]);
    } catch {}
  return state;
}
