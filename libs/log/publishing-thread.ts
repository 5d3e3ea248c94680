import { parentPort, workerData } from 'node:worker_threads';
import { openEventStore, openPool } from '#event-store';
import { keepPublishing, type LogState, troubleOf } from './keep-publishing.js';
import { openLogKeys } from './key-files.js';
import { createPublisher } from './publish.js';
import type { PublishingOptions } from './publishing.js';

// The thread that publishing.ts starts: publishes until it is told to stop, and reports the state of the log.
const { database, origin, keyFolder, places } = workerData as PublishingOptions;
const stop = new AbortController();
parentPort!.once('message', () => stop.abort());
const tell = (state: LogState) => parentPort!.postMessage(state);
const store = await openEventStore(database, origin);
const pool = openPool(database, { max: 1, application_name: 'vitrine publish' });
try {
  const keys = openLogKeys(keyFolder, `${origin}/log`);
  const open = (stillMine: () => Promise<unknown>) => createPublisher(store, keys, places, stillMine);
  await keepPublishing(store, pool, open, stop.signal, tell);
} catch (error) {
  tell(troubleOf(error));
} finally {
  await pool.end();
  await store.close();
}
