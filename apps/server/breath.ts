import { setImmediate } from 'node:timers/promises';

const longestMilliseconds = 4;

let since = Number.NEGATIVE_INFINITY;
let turn: Promise<void> = Promise.resolve();

/**
 * What is called between the steps of long work, and lets all others have their turn when such work, of whomever, has had the thread for
 * 4 ms: however many do long work, one of them goes on between two rounds of everything else.
 */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - since < longestMilliseconds) return undefined;
  turn = turn.then(async () => {
    await setImmediate();
    since = performance.now();
  });
  return turn;
}
