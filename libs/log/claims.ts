import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { readIfThere, syncFolder } from './files.js';
import { LogError } from './log-error.js';
import { emptyRoot } from './merkle.js';

/**
 * What this log has signed or was about to sign, by size. Claims lie outside the database, one file per size, each made before the
 * signature. A file appears whole, once, and never changes: so of one size there is one root, whoever tries, and whatever the database says
 * later.
 */
export async function readClaims(folder: string): Promise<Checkpoint[]> {
  const names = (await namesIn(folder)).filter((name) => /^\d{16}$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readIfThere(join(folder, name))));
  return texts.flatMap((text) => (text ? parseCheckpoint(text.toString()) : []));
}

/** Claims a size for a root; repeating the same claim is fine. Throws LOG_FORKED if the size is claimed for another root. */
export async function claim(folder: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, nameOf(checkpoint));
  const temporary = join(folder, randomUUID());
  const text = formatCheckpoint(checkpoint);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    // Unlike a rename, a link never replaces what is there.
    await link(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if ((await readIfThere(path))?.toString() !== text)
      throw new LogError(
        'LOG_FORKED',
        `A checkpoint of size ${checkpoint.size} with another root was signed before. Nothing is signed.`,
      );
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

/**
 * Claims the beginning of a log: its key has signed nothing before. Without this claim, a later one or a checkpoint, a publisher signs
 * nothing: the key may have been put back where nobody knows what it signed.
 */
export function claimBeginning(folder: string, origin: string): Promise<void> {
  return claim(folder, { origin, size: 0, root: emptyRoot });
}

/** Deletes the claims below a size, and unfinished ones that a crash left. Only for the process that publishes. */
export async function forgetClaimsBefore(folder: string, size: number): Promise<void> {
  for (const name of await namesIn(folder))
    if (!/^\d{16}$/.test(name) || Number(name) < size) await rm(join(folder, name), { force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const nameOf = ({ size }: Checkpoint) => String(size).padStart(16, '0');
