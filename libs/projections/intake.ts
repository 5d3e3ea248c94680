import type { EventStore, RecordedEvent } from '#event-store';

/**
 * An event with its `sequence`: a number from 0 without gaps, in the order in which this register applied events to its read models.
 * `envelope.origin` and `position` identify it in the log that it comes from; every log has its own positions from 0.
 */
export type TakenEvent = RecordedEvent & { sequence: number };

/** The source of events for the read models: every event once, always under the same sequence. */
export type Intake = {
  /** The origin of the register's own log. */
  origin: string;
  /** Up to `limit` events after a sequence (-1: from the first), in order. An empty list means that there is nothing newer yet. */
  readAfter(sequence: number, limit: number): Promise<TakenEvent[]>;
  /** All events of a stream in order, without content that has been erased. */
  readStream(stream: string): Promise<TakenEvent[]>;
  /** How many events a stream has. */
  countStream(stream: string): Promise<number>;
  /** The newest sequence; -1 if there is none. */
  head(): Promise<number>;
  /** Resolves when there are events after a sequence, when the signal aborts, or after a poll interval. */
  waitForMore(sequence: number, signal: AbortSignal): Promise<void>;
};

/** Reads only the register's own log, in its order, so the sequence of an event is its position. */
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
