import { LogError } from './log-error.js';
import { emptyRoot, hashBytes, hashNode } from './merkle.js';

/** Entries of a full tile; the height of a tile is 8 (c2sp.org/tlog-tiles). */
export const tileWidth = 256;

/** A tile at a level, or a bundle of entries; `width` below 256: a partial one. */
export type Tile = { level: number | 'entries'; index: number; width: number };

/** Reads a tile's bytes. Throws TILE_MISSING if there is none. */
export type ReadTile = (tile: Tile) => Promise<Buffer>;

/** The tile's path below the log's prefix: `tile/<level>/<index>[.p/<width>]`, 1234067 as x001/x234/067. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${indexPath(index)}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** An index in groups of three digits, all but the last with an x in front. */
export function indexPath(index: number): string {
  const groups = String(index)
    .padStart(Math.ceil(String(index).length / 3) * 3, '0')
    .match(/\d{3}/g)!;
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** How many hashes (level 0: entries) a log of `size` has at a level. */
export function countAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}

/** How wide the tile at a place is in a log of `size`: 0 to 256. */
export function widthAt(level: number, index: number, size: number): number {
  return Math.max(0, Math.min(tileWidth, countAt(level, size) - index * tileWidth));
}

/**
 * The hash of the leaves from `start` to before `end` of a log of `size`, from its tiles. `start` is a multiple of the smallest power of
 * two that is not less than the number of leaves. Reads one tile for each power of two in that number.
 */
export async function subtreeHash(start: number, end: number, size: number, read: ReadTile): Promise<Buffer> {
  if (start === end) return emptyRoot;
  const count = end - start;
  const split = largestPowerBelow(count);
  if (split > 0 && split * 2 !== count)
    return hashNode(
      await subtreeHash(start, start + split, size, read),
      await subtreeHash(start + split, end, size, read),
    );
  const level = Math.floor(Math.log2(count) / 8);
  const unit = tileWidth ** level;
  const first = start / unit;
  const index = Math.floor(first / tileWidth);
  const tile = await read({ level, index, width: widthAt(level, index, size) });
  return foldHashes(tile, first % tileWidth, count / unit);
}

/** The siblings that prove a leaf in a log of `size` (RFC 6962, 2.1.1), the leaf's sibling first. */
export async function inclusionProof(index: number, size: number, read: ReadTile): Promise<Buffer[]> {
  if (index < 0 || index >= size)
    throw new LogError('PROOF_INVALID', `There is no entry ${index} in a log of ${size}.`);
  const path = async (start: number, end: number): Promise<Buffer[]> => {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle
      ? [...(await path(start, middle)), await subtreeHash(middle, end, size, read)]
      : [...(await path(middle, end)), await subtreeHash(start, middle, size, read)];
  };
  return path(0, size);
}

/** The proof that the log of `size1` is the beginning of that of `size2` (RFC 6962, 2.1.2). */
export async function consistencyProof(size1: number, size2: number, read: ReadTile): Promise<Buffer[]> {
  if (size1 > size2) throw new LogError('PROOF_INVALID', `A log of ${size2} entries does not extend one of ${size1}.`);
  if (size1 === 0 || size1 === size2) return [];
  const path = async (start: number, end: number, whole: boolean): Promise<Buffer[]> => {
    if (size1 === end) return whole ? [] : [await subtreeHash(start, end, size2, read)];
    const middle = start + splitOf(end - start);
    return size1 <= middle
      ? [...(await path(start, middle, whole)), await subtreeHash(middle, end, size2, read)]
      : [...(await path(middle, end, false)), await subtreeHash(start, middle, size2, read)];
  };
  return path(0, size2, true);
}

/** The largest power of two below n; 0 for n = 1. */
function largestPowerBelow(n: number): number {
  return n === 1 ? 0 : splitOf(n);
}

function splitOf(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** The root over `count` (a power of two) hashes of a tile, from its hash `from` on. */
function foldHashes(tile: Buffer, from: number, count: number): Buffer {
  if (tile.length < (from + count) * hashBytes) throw new LogError('TILE_MALFORMED', 'A tile is too short.');
  if (count === 1) return Buffer.from(tile.subarray(from * hashBytes, (from + 1) * hashBytes));
  return hashNode(foldHashes(tile, from, count / 2), foldHashes(tile, from + count / 2, count / 2));
}

/** Entries as a bundle: each its length in two bytes, big-endian, then its bytes (c2sp.org/tlog-tiles). */
export function formatBundle(leaves: Buffer[]): Buffer {
  return Buffer.concat(
    leaves.flatMap((leaf) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(leaf.length);
      return [length, leaf];
    }),
  );
}

/** The entries of a bundle. Throws TILE_MALFORMED. */
export function parseBundle(bundle: Buffer): Buffer[] {
  const leaves: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 <= bundle.length ? at + 2 + bundle.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (end > bundle.length) throw new LogError('TILE_MALFORMED', 'A bundle of entries is cut off.');
    leaves.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return leaves;
}
