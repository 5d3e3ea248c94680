import { readLeafHashes } from '#event-store';
import { type Edge, grow, rootOf } from '#log';
import type { Snapshot } from '../snapshot.js';

const leavesAtOnce = 16_384;

/** The root of the log's tree over all events of a snapshot (RFC 6962), computed from the events themselves. */
export async function readRoot({ client, at }: Snapshot): Promise<Buffer> {
  const edge: Edge = { size: 0, levels: [] };
  while (edge.size <= at) {
    const hashes = await readLeafHashes(client, edge.size, Math.min(edge.size + leavesAtOnce, at + 1));
    grow(
      edge,
      Array.from({ length: hashes.length / 32 }, (_, i) => hashes.subarray(i * 32, i * 32 + 32)),
    );
  }
  return rootOf(edge);
}
