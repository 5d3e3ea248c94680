/** Which deliveries are due. Pure functions of what was tried, and when. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export type Schedule = {
  /** Pauses between attempts of an event, in milliseconds; after the last it is given up. */
  pauses: number[];
  /** The longest pause before a receiver that is down is tried again. */
  longestPause: number;
  /** A receiver that accepts nothing for this long is disabled until somebody resumes it. */
  disableAfter: number;
};

/** Retries over three days, as Standard Webhooks recommends; a receiver may be down for five. */
export const schedule: Schedule = {
  pauses: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour],
  longestPause: hour,
  disableAfter: 5 * 24 * hour,
};

/** When a receiver that is down is tried again, with a random delay of up to a tenth so that not all are tried at once. */
export function nextRound(by: Schedule, attempts: number, now: number, chance = Math.random()): number {
  return now + Math.min(pauseAfter(by, attempts), by.longestPause) * (1 + chance / 10);
}

const pauseAfter = ({ pauses }: Schedule, attempts: number) => pauses[Math.min(attempts, pauses.length) - 1] ?? 0;

/** The attempts to deliver an event. `attempts`: those that failed while the receiver accepted others. */
export type Tried = { attempts: number; isDone: boolean; last: number };
export type Due<E> = { subject: string; events: E[] };

/**
 * What to send now: the events of each subject in order, from the first that is not done. A subject whose first event waits for a retry is left
 * out. While the receiver accepts nothing at all (`isFailing`), no event waits longer than the receiver itself would.
 */
export function planRound<E extends { position: number; subject: string }>(
  events: E[],
  tried: Map<number, Tried>,
  by: Schedule,
  now: number,
  isFailing: boolean,
): Due<E>[] {
  const subjects = new Map<string, E[]>();
  for (const event of events) {
    if (tried.get(event.position)?.isDone) continue;
    const own = subjects.get(event.subject);
    if (own) own.push(event);
    else subjects.set(event.subject, [event]);
  }
  return [...subjects]
    .filter(([, [first]]) => {
      const before = tried.get(first!.position);
      if (!before) return true;
      const pause = pauseAfter(by, before.attempts);
      return before.last + (isFailing ? Math.min(pause, by.longestPause) : pause) <= now;
    })
    .map(([subject, own]) => ({ subject, events: own }));
}

/** Whether an event is given up if it fails once more. */
export function isLastAttempt({ pauses }: Schedule, attemptsBefore: number): boolean {
  return attemptsBefore >= pauses.length;
}
