import { join } from 'node:path';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { openScratch, type ReadFile, readIfThere, writeDurably } from './files.js';
import { LogError } from './log-error.js';
import { parseNote, type VerifierKey } from './note.js';
import { payloadPath } from './payloads.js';
import { successionPath } from './succession.js';
import { countAt, formatBundle, parseBundle, type Tile, tilePath, tileWidth, widthAt } from './tiles.js';

const filesAtOnce = 16;

/**
 * Copies a log, up to its newest checkpoint, into a folder, where it can be verified, served or copied again. Files that never change are
 * not read again, so an interrupted copy can be continued. Payloads that were erased disappear from the copy too. The checkpoint is written
 * last. Throws TILE_MISSING, NOTE_MALFORMED, CHECKPOINT_MALFORMED.
 */
export async function mirrorLog(
  read: ReadFile,
  places: { folder: string; scratch: string },
  keys: VerifierKey[] = [],
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Checkpoint> {
  const note = await read('checkpoint');
  if (!note) throw new LogError('TILE_MISSING', 'There is no checkpoint: this is not a log, or not all of it.');
  const checkpoint = parseCheckpoint(parseNote(note).text);
  const here = (path: string) => join(places.folder, path);
  const write = (path: string, bytes: Uint8Array) => writeDurably(places.scratch, here(path), bytes);
  await openScratch(places.scratch);
  await inGroups(tilesOf(checkpoint.size), async (tile) => {
    const path = tilePath(tile);
    if (tile.width === tileWidth && (await readIfThere(here(path)))) return;
    await write(path, await readTile(read, tile));
  });
  let done = 0;
  await inGroups(bundlesOf(checkpoint.size), async (index) => {
    const path = payloadPath(index);
    const bytes = await read(path);
    if (!bytes) throw new LogError('TILE_MISSING', `${path} is not there.`);
    if (!(await readIfThere(here(path)))?.equals(bytes)) await write(path, bytes);
    done += widthAt(0, index, checkpoint.size);
    onProgress(done, checkpoint.size);
  });
  for (const { id } of keys) {
    const succession = await read(successionPath(id));
    if (succession) await write(successionPath(id), succession);
  }
  await write('checkpoint', note);
  return checkpoint;
}

/** Every tile and bundle of a log of this size. */
function* tilesOf(size: number): Generator<Tile> {
  for (const index of bundlesOf(size)) yield { level: 'entries', index, width: widthAt(0, index, size) };
  for (let level = 0; countAt(level, size) > 0; level++)
    for (let index = 0; widthAt(level, index, size) > 0; index++)
      yield { level, index, width: widthAt(level, index, size) };
}

function* bundlesOf(size: number): Generator<number> {
  for (let index = 0; index * tileWidth < size; index++) yield index;
}

/** A tile's bytes; if a partial tile is gone, the beginning of the full one. */
async function readTile(read: ReadFile, tile: Tile): Promise<Buffer> {
  const found = await read(tilePath(tile));
  if (found) return found;
  const full = await read(tilePath({ ...tile, width: tileWidth }));
  if (!full) throw new LogError('TILE_MISSING', `${tilePath(tile)} is not there.`);
  if (tile.level === 'entries') return formatBundle(parseBundle(full).slice(0, tile.width));
  return full.subarray(0, (full.length / tileWidth) * tile.width);
}

async function inGroups<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const left = all[Symbol.iterator]();
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: filesAtOnce }, worker));
}
