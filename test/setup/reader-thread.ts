import { parentPort, workerData } from 'node:worker_threads';

// A reader in its own thread, which sends one request after the other and reports how long each took (milliseconds).
const { url, pauseMilliseconds } = workerData as { url: string; pauseMilliseconds: number };
let isStopped = false;
let times: number[] = [];
let failures = 0;
parentPort!.on('message', (message: 'stop' | 'tell') => {
  if (message === 'stop') isStopped = true;
  parentPort!.postMessage({ times, failures });
  times = [];
});
for (let n = 0; !isStopped; n++) {
  const begun = performance.now();
  const path =
    n % 3 === 0 ? '/v1/systems?limit=5' : n % 3 === 1 ? `/systems/urn:vitrine:sys:bench:s${n % 2000}` : '/healthz';
  const answer = await fetch(url + path).catch(() => undefined);
  await answer?.arrayBuffer();
  if (!answer?.ok) failures++;
  times.push(performance.now() - begun);
  await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
}
