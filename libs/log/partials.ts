import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadFile } from './files.js';
import { hashBytes } from './merkle.js';
import { parseBundle, type Tile, tilePath, tileWidth } from './tiles.js';

/** The partial tiles and bundles in a folder, including those that the newest checkpoint no longer needs. */
export async function* listPartials(folder: string): AsyncGenerator<Tile> {
  for (const level of await namesIn(join(folder, 'tile')))
    for await (const { path, index } of partialFolders(join(folder, 'tile', level), ''))
      for (const width of await namesIn(path))
        if (/^(entries|\d+)$/.test(level) && /^\d+$/.test(width))
          yield { level: level === 'entries' ? level : Number(level), index, width: Number(width) };
}

/**
 * Removes partial tiles whose full tile has been there for so long that no reader still needs them (c2sp.org/tlog-tiles). Returns how many
 * folders were removed.
 */
export async function sweepPartials(folder: string, olderThanMilliseconds: number): Promise<number> {
  let count = 0;
  for (const level of await namesIn(join(folder, 'tile')))
    for await (const { path } of partialFolders(join(folder, 'tile', level), '')) {
      const full = await stat(path.replace(/\.p$/, '')).catch(() => undefined);
      if (!full?.isFile() || Date.now() - full.mtimeMs < olderThanMilliseconds) continue;
      await rm(path, { recursive: true, force: true });
      count++;
    }
  return count;
}

/** Checks that each older partial tile is the beginning of what the log has there now. Skips those that are not narrower than that. */
export async function checkPartials(
  read: ReadFile,
  folder: string,
  size: number,
  fault: (where: string, what: string) => void,
): Promise<void> {
  for await (const tile of listPartials(folder)) {
    const unit = tile.level === 'entries' ? 1 : tileWidth ** tile.level;
    const width = Math.min(tileWidth, Math.floor(size / unit) - tile.index * tileWidth);
    const [partial, now] = await Promise.all([read(tilePath(tile)), read(tilePath({ ...tile, width }))]);
    if (tile.width >= width || !partial || !now) continue;
    if (!isWhole(tile, partial) || partial.length >= now.length || !now.subarray(0, partial.length).equals(partial))
      fault(tilePath(tile), 'This older partial tile is not the beginning of the one that followed it.');
  }
}

function isWhole({ level, width }: Tile, bytes: Buffer): boolean {
  if (level !== 'entries') return bytes.length === width * hashBytes;
  try {
    return parseBundle(bytes).length === width;
  } catch {
    return false;
  }
}

async function* partialFolders(folder: string, digits: string): AsyncGenerator<{ path: string; index: number }> {
  for (const name of await namesIn(folder)) {
    const [, more] = /^x(\d{3})$/.exec(name) ?? [];
    const [, last] = /^(\d{3})\.p$/.exec(name) ?? [];
    if (more) yield* partialFolders(join(folder, name), digits + more);
    if (last) yield { path: join(folder, name), index: Number(digits + last) };
  }
}

/** Symbolic links to folders are not followed: they may lead back to where they are. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isSymbolicLink() || !/^x/.test(entry.name)).map(({ name }) => name);
}
