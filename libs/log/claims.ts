import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { readIfThere } from './files.js';
import { LogError } from './log-error.js';

/**
 * What this log has signed or was about to sign, outside the database: a file a size, made before the signature. A file
 * is made once and never changed, so of one size there is one root, whoever tries, and whatever the database says later.
 */
export async function readClaims(folder: string): Promise<Checkpoint[]> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => /^\d{16}$/.test(name)).sort();
  const claims: Checkpoint[] = [];
  for (const name of names) {
    const text = (await readIfThere(join(folder, name)))?.toString() ?? '';
    // A crash while the file was made: nothing was signed yet.
    if (!text.endsWith('\n\n')) await rm(join(folder, name), { force: true });
    else claims.push(parseCheckpoint(text.slice(0, -1)));
  }
  return claims;
}

/** Claims a size for a root. The same again is fine. Throws LOG_FORKED if the size is claimed for another root. */
export async function claim(folder: string, checkpoint: Checkpoint): Promise<void> {
  const path = join(folder, nameOf(checkpoint));
  const text = `${formatCheckpoint(checkpoint)}\n`;
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if ((await readIfThere(path))?.toString() !== text)
      throw new LogError(
        'LOG_FORKED',
        `A checkpoint of size ${checkpoint.size} with another root was signed before. Nothing is signed.`,
      );
  }
}

/** Forgets the claims before a size. */
export async function forgetClaimsBefore(folder: string, claims: Checkpoint[], size: number): Promise<void> {
  for (const old of claims) if (old.size < size) await rm(join(folder, nameOf(old)), { force: true });
}

const nameOf = ({ size }: Checkpoint) => String(size).padStart(16, '0');
