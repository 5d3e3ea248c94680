import { setImmediate } from 'node:timers/promises';

const longestMilliseconds = 10;

/** What is called between the steps of long work, which lets others have their turn when it has had the thread for 10 ms. */
export function createBreath(): () => Promise<void> | undefined {
  let since = performance.now();
  const pause = async () => {
    await setImmediate();
    since = performance.now();
  };
  return () => (performance.now() - since < longestMilliseconds ? undefined : pause());
}
