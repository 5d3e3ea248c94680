import {
  type Actor,
  type DomainEvent,
  eventOf,
  isWordCommand,
  Refusal,
  refuseByOtherStreams,
  refuseWithoutRight,
  streamOf,
} from '#domain';
import { type Append, type EventStore, isSameAppend, type Prepared, prepare } from '#event-store';
import {
  decide,
  evolveAll,
  findAlike,
  foldAll,
  type Known,
  type KnownStates,
  likenessOf,
  readHistory,
  tellStates,
} from './known-states.js';
import type { Submission } from './submission.js';
import { toAppend } from './to-append.js';

/** `alike`: the version of an earlier event of the stream that may say the same; -1 for none. */
export type Decided = { append: Append; prepared: Prepared[]; alike: number };
/** A stream with what the commands before lead to. `history`: its events, once they have been read; `added`: those of the commands. */
type Overlay = Pick<Known, 'state' | 'version' | 'likenesses'> & { history?: DomainEvent[]; added: DomainEvent[] };

/**
 * Decides commands in order, each on what the ones before it lead to: for its own stream, for the organisations and systems that it names,
 * and for idempotency keys. A command that was recorded before, or comes earlier in the list, is not decided again. Refusals by index.
 */
export async function decideAll(
  store: EventStore,
  states: KnownStates,
  submissions: Submission[],
  context: { now: string; actor: Actor },
): Promise<{ decided: Decided[]; refused: Map<number, Refusal> }> {
  const { actor } = context;
  const overlay = new Map<string, Overlay>();
  const keys = new Map<string, { append: Append; prepared: Prepared[] }>();
  const refused = new Map<number, Refusal>();
  const decided: Decided[] = [];
  const loaded = new Map<string, Promise<Overlay>>();
  /** A copy: other commands go on with the stream meanwhile; then this list is decided again. */
  const copy = async (stream: string): Promise<Overlay> => {
    const { state, version, likenesses } = await states.loadSettled(stream);
    return { state, version, likenesses: [...likenesses], added: [] };
  };
  const load = (stream: string): Promise<Overlay> => {
    if (!loaded.has(stream)) loaded.set(stream, copy(stream));
    return loaded.get(stream)!;
  };
  const stateOf = async (stream: string) => overlay.get(stream)?.state ?? (await load(stream)).state;
  const decideOne = async ({ command, key }: Submission): Promise<Decided> => {
    const stream = streamOf(command);
    refuseWithoutRight(command, actor);
    const sender = { key, actor };
    const asked = toAppend(stream, 'any', [eventOf(command)], sender);
    const askedParts = prepare(asked);
    const twin = keys.get(key);
    if (twin && !isSameAppend(twin, { append: asked, prepared: askedParts }))
      throw new Refusal('IDEMPOTENCY_KEY_REUSED');
    if (twin || (await store.findEarlier(asked, askedParts))) return { append: asked, prepared: askedParts, alike: -1 };
    if (command.type === 'ErasePayload') throw new Refusal('ROLE_MAY_NOT', 'Erasures are done one at a time.');
    const before = overlay.get(stream) ?? (await load(stream));
    if (isWordCommand(command) && !before.history) {
      const recorded = await readHistory(store, stream, before.version - before.added.length);
      before.history = [...recorded, ...before.added];
    }
    const { history } = before;
    await tellStates(refuseByOtherStreams(command, actor, history), stateOf);
    const events = decide(before.state, command, { ...context, ...(history && { history }) });
    const append = toAppend(stream, before.version === -1 ? 'none' : before.version, events, sender);
    const prepared = prepare(append);
    keys.set(key, { append, prepared });
    const likeness = likenessOf(append.events[0]!, prepared[0]!.parts);
    const alike = findAlike(before.likenesses, likeness);
    before.likenesses[before.version + 1] = likeness;
    // A later correction in the list may name these events by their ids.
    const added = events.map((event, i) => ({ ...event, id: prepared[i]!.event.id }));
    const further = history && [...history, ...added];
    overlay.set(stream, {
      state: isWordCommand(command) ? foldAll(stream, further!) : evolveAll(stream, before.state, events),
      version: before.version + events.length,
      likenesses: before.likenesses,
      added: [...before.added, ...added],
      ...(further && { history: further }),
    });
    return { append, prepared, alike };
  };

  for (const [i, submission] of submissions.entries()) {
    try {
      decided.push(await decideOne(submission));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.set(i, error);
    }
  }
  return { decided, refused };
}
