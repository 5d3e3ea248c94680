import { setImmediate } from 'node:timers/promises';

const longestMilliseconds = 4;

let since = Number.NEGATIVE_INFINITY;
let turn: Promise<void> = Promise.resolve();

/**
 * Lets other work have its turn once long work, whoever's, has held the thread for 4 ms. However many callers do long work, only one of
 * them resumes per turn of the event loop. Call it between two steps of long work, not before the first: work of a single step would wait
 * behind everybody's long work.
 */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - since < longestMilliseconds) return undefined;
  turn = turn.then(async () => {
    await setImmediate();
    since = performance.now();
  });
  return turn;
}
