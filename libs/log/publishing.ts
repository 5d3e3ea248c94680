import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Database } from '#event-store';
import type { LogPlaces } from './files.js';
import { type LogState, troubleOf } from './keep-publishing.js';

/** `keyFolder`: where the log's keys are (openLogKeys). */
export type PublishingOptions = { database: Database; origin: string; keyFolder: string; places: LogPlaces };

const restartMilliseconds = 3000;
/** Room for a bundle of the largest events, as text, twice. */
const maxHeapMebibytes = 256;

/** Publishes the log in its own thread, so that hashing and writing files never keep the register from answering. A thread that dies is restarted. */
export function startPublishing(
  options: PublishingOptions,
  report: (state: LogState) => void,
): { stop(): Promise<void> } {
  // Publishing needs no more rights than the application has.
  const { application } = options.database;
  let worker: Worker | undefined;
  let restart: NodeJS.Timeout | undefined;
  let stopped = false;
  const start = () => {
    worker = new Worker(new URL('./publishing-thread.js', import.meta.url), {
      workerData: { ...options, database: { owner: application, application } } satisfies PublishingOptions,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMebibytes },
    });
    worker.on('message', report);
    worker.on('error', (error) => report(troubleOf(error)));
    worker.on('exit', () => {
      worker = undefined;
      if (!stopped) restart = setTimeout(start, restartMilliseconds);
    });
  };
  start();
  return {
    async stop() {
      stopped = true;
      clearTimeout(restart);
      if (!worker) return;
      const ended = once(worker, 'exit');
      worker.postMessage('stop');
      await ended;
    },
  };
}
