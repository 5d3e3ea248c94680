import type { EventStore, RecordedEvent } from '#event-store';

/**
 * An event with its number here, its `sequence`: from 0 without gaps, in the order in which this register took events into its read
 * models. `envelope.origin` and `position` say where it stands in the log that it comes from; two logs have the same positions.
 */
export type TakenEvent = RecordedEvent & { sequence: number };

/** Where the read models get their events from: every event once, always under the same sequence. */
export type Intake = {
  /** The origin of the register's own log. */
  origin: string;
  /** Up to `limit` events after a sequence (-1: from the first), in order. An empty list: nothing newer yet. */
  readAfter(sequence: number, limit: number): Promise<TakenEvent[]>;
  /** All events of a stream in order, without what was erased since. */
  readStream(stream: string): Promise<TakenEvent[]>;
  /** How many events a stream has. */
  countStream(stream: string): Promise<number>;
  /** The newest sequence; -1 for none. */
  head(): Promise<number>;
  /** Ends when something after a sequence is there, when the signal aborts, or after a poll interval. */
  waitForMore(sequence: number, signal: AbortSignal): Promise<void>;
};

/** Takes one log, that of the register itself, in its order: the sequence of an event is its position. */
export function ownIntake(store: EventStore): Intake {
  const numbered = (events: RecordedEvent[]): TakenEvent[] =>
    events.map((event) => Object.assign(event, { sequence: event.position }));
  return {
    origin: store.origin,
    readAfter: async (sequence, limit) => numbered(await store.readAll(sequence, limit)),
    readStream: async (stream) => numbered(await store.readStream(stream)),
    async countStream(stream) {
      const [last] = await store.readStreamBackwards(stream, 1);
      return last ? last.envelope.streamVersion + 1 : 0;
    },
    head: store.head,
    waitForMore: store.waitForMore,
  };
}
