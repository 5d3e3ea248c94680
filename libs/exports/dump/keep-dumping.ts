import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Pool } from 'pg';
import { type Database, locks } from '#event-store';
import { readCheckpoint } from '#log';
import { openExportPool, readErasuresAfter, readReached } from '#projections';
import { sync } from './file.js';
import {
  buildingName,
  type Dump,
  discard,
  install,
  isChanging,
  listThere,
  outlived,
  readDump,
  remove,
  sweep,
} from './folders.js';
import type { Licence } from './licences.js';

/**
 * `folder`: the public folder of the dumps. `log`: the public folder of the log, if it is published; then only signed positions are dumped.
 * `minutes`: the minimum interval between dumps; 0: no dumps are built.
 */
export type Dumping = {
  database: Database;
  origin: string;
  folder: string;
  log?: string | undefined;
  licence: Licence;
  minutes: number;
};

/** The input of the thread that builds a dump. */
export type DumpTask = Pick<Dumping, 'database' | 'origin' | 'licence'> & { folder: string; at: number };

const lookMilliseconds = 1000;
const againMilliseconds = 10_000;
const patienceMilliseconds = 60_000;
/** The minimum pause after a build, as a multiple of the time that it took. */
const restPerWork = 10;
const maxHeapMebibytes = 192;

/**
 * Maintains the dumps of a register until aborted: builds a new one after changes, and removes those that hold erased content or have outlived
 * their retention. `report` is told the reason when dumping fails, and is called without one when it works.
 */
export async function keepDumping(
  dumping: Dumping,
  signal: AbortSignal,
  report: (trouble?: string) => void,
): Promise<void> {
  // A separate pool: slow readers of exports must not delay the removal of erased content.
  const pool = openExportPool(dumping.database, 2);
  let rest = 0;
  let seen = -1;
  let again = 0;
  while (!signal.aborted) {
    try {
      const { position } = await readReached(pool);
      if (position !== seen || Date.now() >= again) {
        const begun = Date.now();
        seen = position;
        again = Date.now() + againMilliseconds;
        if (await keepOnce(pool, dumping, rest, signal)) rest = restPerWork * (Date.now() - begun);
        report();
      }
    } catch (error) {
      if (signal.aborted) break;
      report(error instanceof Error ? error.message : String(error));
      await pause(againMilliseconds, signal);
    }
    await pause(lookMilliseconds, signal);
  }
  await pool.end();
}

/** Does what is due now; true if a dump was built. Of several processes only the one that gets the lock does so. */
export async function keepOnce(pool: Pool, dumping: Dumping, rest: number, signal: AbortSignal): Promise<boolean> {
  const lock = await pool.connect();
  try {
    const { rows } = await lock.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${locks.dumping}) AS mine`);
    if (!rows[0]!.mine) return false;
    const { folder, minutes } = dumping;
    const isMended = await sweep(folder);
    const dumps = await listThere(folder);
    const newest = dumps.at(-1);
    const tainted = await readTainted(pool, dumps);
    // Dumps with erased content are removed first, whatever happens next; the newest only once it can be replaced.
    for (const [dump, { by }] of tainted) if (dump !== newest) await removeErased(folder, dump, by);
    const next = await nextPosition(pool, dumping.log);
    const taint = newest && tainted.get(newest);
    const isDue = !newest || taint || Date.now() - newest.builtAt >= Math.max(minutes * 60_000, rest);
    const build = minutes > 0 && Boolean(isDue) && next.at > (newest?.at ?? -1);
    try {
      if (build) await buildAndInstall(pool, dumping, next, signal);
    } finally {
      // No dump is better than one with erased content. The log may need a moment before the next one can be built.
      const isHopeless = minutes === 0 || Date.now() - (taint?.since ?? 0) > patienceMilliseconds;
      if (newest && taint && (build || isHopeless) && !signal.aborted) await removeErased(folder, newest, taint.by);
    }
    if (build || isMended) await letGo(folder);
    return build;
  } finally {
    // Closing the connection releases the lock.
    lock.release(true);
  }
}

const removeErased = (folder: string, dump: Dump, event: string) =>
  remove(folder, dump, { on: today(), because: 'erasure', event });

/** Removes the dumps that have outlived their retention. */
async function letGo(folder: string): Promise<void> {
  const dumps = await listThere(folder);
  const days = dumps.map(({ manifest }) => manifest.created.slice(0, 10));
  for (const dump of outlived(dumps, new Date())) {
    const place = dumps.indexOf(dump);
    // Dumps of today are not in any catalogue yet.
    if (days[place] === today() && days.lastIndexOf(today()) > place) await discard(folder, dump);
    else await remove(folder, dump, { on: today(), because: 'age' });
  }
}

const today = () => new Date().toISOString().slice(0, 10);

type Next = { at: number; checkpoint?: Buffer | undefined };

/**
 * The position of the next dump: that of the read models or, if the log is published, the last signed one (-1 while the read models are behind
 * it).
 */
async function nextPosition(pool: Pool, log: string | undefined): Promise<Next> {
  const { position: projected } = await readReached(pool);
  if (log === undefined) return { at: projected };
  const { size, note } = await readCheckpoint(log);
  return size - 1 > projected ? { at: -1 } : { at: size - 1, checkpoint: note };
}

/** Builds in a worker thread, which ends afterwards, so that building neither blocks the register nor keeps any memory. */
async function buildAndInstall(
  pool: Pool,
  { database, folder, origin, licence }: Dumping,
  { at, checkpoint }: Next,
  signal: AbortSignal,
): Promise<void> {
  const building = join(folder, buildingName);
  await rm(building, { recursive: true, force: true });
  try {
    // Building only reads, so the thread does not need the owner's role.
    const task: DumpTask = {
      database: { owner: database.application, application: database.application },
      origin,
      licence,
      folder: building,
      at,
    };
    const worker = new Worker(new URL('./dump-thread.js', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMebibytes },
    });
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop);
    // An error of the thread is thrown here.
    const [code] = (await once(worker, 'exit')) as [number];
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`The dump of position ${at} was not built (exit code ${code}).`);
    if (checkpoint) {
      await writeFile(join(building, 'checkpoint'), checkpoint);
      await sync(join(building, 'checkpoint'));
    }
    const built = await readDump(folder, at, buildingName);
    // Content that was erased during the build must not be published again. The next dump is without it.
    if (built && (await readTainted(pool, [built])).size === 0) await install(building, folder, at);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** The event that erased content of a dump, and when it was recorded (milliseconds since 1970). */
type Taint = { by: string; since: number };

/** Those of the dumps that hold content erased after they were built, each with the first event that erased some. */
async function readTainted(pool: Pool, dumps: Dump[]): Promise<Map<Dump, Taint>> {
  const oldest = dumps[0];
  if (!oldest) return new Map();
  const erasures = await readErasuresAfter(pool, oldest.at);
  const tainted = new Map<Dump, Taint>();
  for (const dump of dumps) {
    const found = erasures.find(
      ({ position, erasedBy, eventPosition }) =>
        position > dump.at && eventPosition <= dump.at && !dump.manifest.erasedLater.includes(erasedBy),
    );
    if (found) tainted.set(dump, { by: found.erasedBy, since: found.recordedAt });
  }
  return tainted;
}

/** Whether the files of dumps may hold erased content. */
export async function isInDumps(pool: Pool, folder: string): Promise<boolean> {
  // The order matters: a build that ends before the first check is either installed or gone at the second.
  return (await isChanging(folder)) || (await readTainted(pool, await listThere(folder))).size > 0;
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);
