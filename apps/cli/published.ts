import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { erasedUpTo } from '#event-store';
import { isInDumps } from '#exports';
import { parseCheckpoint, parseNote, readClaims, readIfThere } from '#log';
import type { Register } from '#server';
import { logPlaces, settings } from './settings.js';

const patience = 60_000;
const patienceWithScrubbing = 600_000;

/** Waits until `size` events are published, by this process or another. Throws if the log refuses, or makes no progress for a minute. */
export async function waitUntilPublished(register: Register, size: number): Promise<void> {
  for (let waited = 0, last = -1; ; waited += 100) {
    const published = await readPublishedSize();
    if (published >= size && published >= 0) return;
    const { refuses, trouble } = register.state.log;
    if (refuses) throw new Error(`The log refuses: ${trouble} See libs/log/README.md, "When the log refuses".`);
    if (published > last) waited = 0;
    last = published;
    if (waited > patience)
      throw new Error(`The log stays at ${Math.max(last, 0)} of ${size} events${trouble ? `: ${trouble}` : '.'}`);
    await sleep(100);
  }
}

/** The number of events that this home has signed, or was about to sign. */
export async function readSignedSize(): Promise<number> {
  const claimed = (await readClaims(logPlaces.claims)).at(-1)?.size ?? 0;
  return Math.max(await readPublishedSize(), claimed);
}

/** The size of this home's published checkpoint; -1 without one. */
async function readPublishedSize(): Promise<number> {
  const note = await readIfThere(join(settings.home, 'public/log/checkpoint'));
  return note ? parseCheckpoint(parseNote(note).text).size : -1;
}

/** Waits until erased content is gone from the published files, including the dumps, and from the files of the database. */
export async function waitUntilGone(register: Register): Promise<void> {
  const { pool, dumps } = register;
  const isThere = async () =>
    (await erasedUpTo(pool)) !== undefined || (dumps !== undefined && (await isInDumps(pool, dumps.folder)));
  for (let waited = 0; await isThere(); waited += 100) {
    const { refuses, trouble } = register.state.log;
    if (refuses)
      throw new Error(`The log refuses: ${trouble} What was erased is not yet gone from the published files.`);
    if (waited > patienceWithScrubbing)
      throw new Error('It is erased, but not yet removed from all files. The running register continues with that.');
    await sleep(100);
  }
}
