import type { EventEmitter } from 'node:events';
import type { Storage } from './port.js';
import { type RecordedEvent, toRecordedEvent } from './recorded-event.js';

/** `wake` emits 'events' when something new may be there. */
export type SubscribeOptions = { after: number; limit?: number; signal?: AbortSignal; pollMilliseconds?: number };

/**
 * All events after a position, in pages, for ever: history first, then live. Each event comes once and in order. Wake-ups are only hints;
 * polling makes sure that no event is missed.
 */
export async function* subscribe(
  storage: Storage,
  wake: EventEmitter,
  options: SubscribeOptions,
): AsyncGenerator<RecordedEvent[]> {
  const { limit = 1000, signal, pollMilliseconds = 1000 } = options;
  let after = options.after;
  while (!signal?.aborted) {
    const woken = sleep(wake, pollMilliseconds, signal);
    const events = (await storage.page(after, limit)).map(toRecordedEvent);
    if (events.length > 0) {
      woken.cancel();
      after = events.at(-1)!.position;
      yield events;
    } else await woken.done;
  }
}

/** Resolves when the log has grown beyond `position`, at a wake-up, when `signal` aborts, or after a second. */
export async function waitForMore(
  storage: Storage,
  wake: EventEmitter,
  position: number,
  signal: AbortSignal,
): Promise<void> {
  const woken = sleep(wake, 1000, signal);
  if ((await storage.head()) > position) woken.cancel();
  await woken.done;
}

/** Resolves at a wake-up, after `milliseconds`, or on abort. Call it before the read, so that no wake-up is missed. */
function sleep(wake: EventEmitter, milliseconds: number, signal?: AbortSignal) {
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    const timer = setTimeout(() => end(), milliseconds);
    end = () => {
      clearTimeout(timer);
      wake.off('events', end);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    wake.on('events', end);
    signal?.addEventListener('abort', end);
  });
  return { done, cancel: () => end() };
}
