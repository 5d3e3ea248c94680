import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LogError } from './log-error.js';
import { type ReadTile, tilePath, tileWidth } from './tiles.js';

/** `folder` is public: any web server can serve it. `claims` is private, and kept apart from the database. */
export type LogPlaces = { folder: string; claims: string; scratch: string };

/**
 * Writes a file so that after a crash it is there whole or not at all: writes it to `scratch`, syncs it, then renames it. `scratch` must be
 * on the same file system.
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

/** Moves a file and creates its folder if needed; returns the outermost folder that it created. */
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

/** Makes an empty folder for temporary files; deletes what an earlier process left in it. */
export async function openScratch(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A file's bytes, or undefined if there is none. Throws a LogError (FILE_REFUSED) if it is no regular file, or longer than `maxBytes`. */
export async function readIfThere(path: string, maxBytes = 2 ** 31): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    // O_NONBLOCK, so that a pipe without a writer opens at once and can be refused.
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

/** Reads a public file of a log by its path below the log's prefix; undefined if there is none. */
export type ReadFile = (path: string) => Promise<Buffer | undefined>;

/** The largest size of a log's file, by its path: whoever made the log is not trusted. */
const largest: [RegExp, number][] = [
  [/^tile\/\d/, 256 * 32],
  [/^tile\/entries/, 256 * (2 + 65_535)],
  [/^payload\//, 256 * (262_144 + 2 * 200)],
  [/./, 65_536],
];

/** The most bytes that a log's file at this path can have. */
export const maxLogFileBytes = (path: string): number => largest.find(([form]) => form.test(path))![1];

/** The files of the log in a folder. */
export const logFilesIn =
  (folder: string): ReadFile =>
  (path) =>
    readIfThere(join(folder, path), maxLogFileBytes(path));

/** Reads tiles from a log's folder; a partial tile that is gone is cut from the full one (c2sp.org/tlog-tiles). */
export function tilesIn(folder: string): ReadTile {
  return async (tile) => {
    const found = await readIfThere(join(folder, tilePath(tile)));
    if (found) return found;
    const full = await readIfThere(join(folder, tilePath({ ...tile, width: tileWidth })));
    if (!full || tile.level === 'entries') throw new LogError('TILE_MISSING', `${tilePath(tile)} is not there.`);
    return full.subarray(0, (full.length / tileWidth) * tile.width);
  };
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
