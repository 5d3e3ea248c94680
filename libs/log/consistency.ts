import type { Checkpoint } from './checkpoint.js';
import type { ReadFile } from './files.js';
import { LogError } from './log-error.js';
import { emptyRoot, verifyConsistency } from './merkle.js';
import { consistencyProof, type ReadTile, type Tile, tilePath, tileWidth } from './tiles.js';

type Tree = Pick<Checkpoint, 'size' | 'root'>;

/** Whether a log, whose files were verified up to `now`, continues an earlier, smaller checkpoint. Throws LogErrors. */
export async function continues(read: ReadFile, earlier: Checkpoint, now: Checkpoint): Promise<boolean> {
  const tiles = async (tile: Tile) =>
    (await read(tilePath(tile))) ?? (await read(tilePath({ ...tile, width: tileWidth }))) ?? Buffer.alloc(0);
  return isBeginning(earlier, now, tiles);
}

/** Whether the tree of `now` begins with that of `earlier`. The tiles are not trusted: the proof made from them must lead to both roots. */
export async function isBeginning(earlier: Tree, now: Tree, tiles: ReadTile): Promise<boolean> {
  if (earlier.size === 0) return earlier.root.equals(emptyRoot);
  if (earlier.size === now.size) return earlier.root.equals(now.root);
  const proof = await consistencyProof(earlier.size, now.size, tiles);
  try {
    verifyConsistency(earlier.size, now.size, earlier.root, now.root, proof);
    return true;
  } catch (error) {
    if (error instanceof LogError && error.code === 'PROOF_INVALID') return false;
    throw error;
  }
}
