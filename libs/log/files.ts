import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LogError } from './log-error.js';
import { type ReadTile, tilePath, tileWidth } from './tiles.js';

/**
 * Writes a file so that after a crash it is there whole or not at all: to a temporary place beside the folder, to disk,
 * then by rename. `scratch` is on the same file system.
 */
export async function writeDurably(scratch: string, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(scratch, randomUUID());
  const file = await open(temporary, 'wx');
  let made: string | undefined;
  try {
    await file.writeFile(bytes);
    await file.sync();
    made = await moveTo(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
  if (made) for (let at = dirname(path); at.length >= made.length; at = dirname(at)) await syncFolder(dirname(at));
}

/** Moves a file and makes the folder for it if need be; returns the outermost one that it had to make. */
async function moveTo(from: string, to: string): Promise<string | undefined> {
  try {
    await rename(from, to);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const made = await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    return made;
  }
}

/** An empty folder for temporary files; what an earlier process left in it is gone. */
export async function openScratch(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A file's bytes, or undefined if there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return undefined;
    throw error;
  }
}

/** Reads tiles from a log's folder; a partial tile that went away is cut from the full one (c2sp.org/tlog-tiles). */
export function tilesIn(folder: string): ReadTile {
  return async (tile) => {
    const found = await readIfThere(join(folder, tilePath(tile)));
    if (found) return found;
    const full = await readIfThere(join(folder, tilePath({ ...tile, width: tileWidth })));
    if (!full || tile.level === 'entries') throw new LogError('TILE_MISSING', `${tilePath(tile)} is not there.`);
    return full.subarray(0, (full.length / tileWidth) * tile.width);
  };
}

/** Makes names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
