import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LogError } from './log-error.js';
import { type ReadTile, tilePath, tileWidth } from './tiles.js';

/** `folder` is public, any web server can serve it; `claims` is not, and is kept apart from the database. */
export type LogPlaces = { folder: string; claims: string; scratch: string };

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

/** A file's bytes, or undefined if there is none. Throws a LogError (FILE_REFUSED) if it is no regular file, or longer than `maxBytes`. */
export async function readIfThere(path: string, maxBytes = 2 ** 31): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    // A pipe that nobody writes to is opened at once, and refused.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ENXIO') throw new LogError('FILE_REFUSED', `${path} is not a regular file.`);
    throw error;
  }
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new LogError('FILE_REFUSED', `${path} is not a regular file.`);
    if (about.size > maxBytes)
      throw new LogError('FILE_REFUSED', `${path} has ${about.size} bytes: too many to be this file.`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Gives a public file of a log by its path below the log's prefix; undefined if there is none. */
export type ReadFile = (path: string) => Promise<Buffer | undefined>;

/** How large a file of a log can be, by its path: whoever made it is not trusted. */
const largest: [RegExp, number][] = [
  [/^tile\/\d/, 256 * 32],
  [/^tile\/entries/, 256 * (2 + 65_535)],
  [/^payload\//, 256 * (262_144 + 2 * 200)],
  [/./, 65_536],
];

/** How many bytes the file at a path of a log has at most. */
export const maxLogFileBytes = (path: string): number => largest.find(([form]) => form.test(path))![1];

/** The files of the log in a folder. */
export const logFilesIn =
  (folder: string): ReadFile =>
  (path) =>
    readIfThere(join(folder, path), maxLogFileBytes(path));

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
