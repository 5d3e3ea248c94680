import { LogError } from './log-error.js';
import { emptyRoot, hashBytes, hashNode } from './merkle.js';
import { countAt, type ReadTile, type Tile, tileWidth, widthAt } from './tiles.js';

/** The right edge of a log's tree: at each level, the hashes of the last tile if it is not full. Growing the tree needs nothing else. */
export type Edge = { size: number; levels: Buffer[][] };
export type TileBytes = { tile: Tile; bytes: Buffer };

/** The edge of a log of `size`, from its tiles. Throws TILE_MISSING, TILE_MALFORMED. */
export async function readEdge(size: number, read: ReadTile): Promise<Edge> {
  const levels: Buffer[][] = [];
  for (let level = 0; countAt(level, size) > 0; level++) {
    const index = Math.floor(countAt(level, size) / tileWidth);
    const width = widthAt(level, index, size);
    levels.push(width === 0 ? [] : splitHashes(await read({ level, index, width }), width));
  }
  return { size, levels };
}

/** Adds the hashes of entries to the edge and returns the tiles that changed: full ones, and the partial ones at the new edge. */
export function grow(edge: Edge, leafHashes: Buffer[]): TileBytes[] {
  const tiles: TileBytes[] = [];
  let pending = leafHashes;
  for (let level = 0; pending.length > 0; level++) {
    const above: Buffer[] = [];
    let open = edge.levels[level] ?? [];
    let index = Math.floor(countAt(level, edge.size) / tileWidth);
    for (let from = 0; from < pending.length; ) {
      const taken = pending.slice(from, from + tileWidth - open.length);
      from += taken.length;
      open = [...open, ...taken];
      tiles.push({ tile: { level, index, width: open.length }, bytes: Buffer.concat(open) });
      if (open.length < tileWidth) continue;
      above.push(foldPerfect(open));
      open = [];
      index++;
    }
    edge.levels[level] = open;
    pending = above;
  }
  edge.size += leafHashes.length;
  return tiles;
}

/** The root of the tree that ends at this edge (RFC 6962, 2.1). */
export function rootOf(edge: Edge): Buffer {
  let root: Buffer | undefined;
  for (const hashes of edge.levels) {
    let end = hashes.length;
    for (let width = 1; end > 0; width *= 2) {
      if (end % (width * 2) === 0) continue;
      const peak = foldPerfect(hashes.slice(end - width, end));
      root = root ? hashNode(peak, root) : peak;
      end -= width;
    }
  }
  return root ?? emptyRoot;
}

/** The root over hashes whose number is a power of two. */
function foldPerfect(hashes: Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => hashNode(row[2 * i]!, row[2 * i + 1]!));
  return row[0]!;
}

/** The hashes in a tile of this width. Throws TILE_MALFORMED. */
export function splitHashes(tile: Buffer, width: number): Buffer[] {
  if (tile.length !== width * hashBytes)
    throw new LogError(
      'TILE_MALFORMED',
      `A tile of ${width} hashes has ${width * hashBytes} bytes, not ${tile.length}.`,
    );
  return Array.from({ length: width }, (_, i) => Buffer.from(tile.subarray(i * hashBytes, (i + 1) * hashBytes)));
}
