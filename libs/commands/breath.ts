import { setImmediate } from 'node:timers/promises';

const longestMilliseconds = 4;

let since = Number.NEGATIVE_INFINITY;
let turn: Promise<void> = Promise.resolve();

/**
 * Lets all others have their turn when long work, of whomever, has had the thread for 4 ms: however many do long work, one of them goes
 * on between two rounds of everything else. It is called between two steps of such work, not before the first: what is done in
 * one step would wait behind everybody's long work.
 */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - since < longestMilliseconds) return undefined;
  turn = turn.then(async () => {
    await setImmediate();
    since = performance.now();
  });
  return turn;
}
