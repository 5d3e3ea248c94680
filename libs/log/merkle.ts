import { hash } from 'node:crypto';
import { LogError } from './log-error.js';

export const hashBytes = 32;

/** The root of a tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer');

// The first byte, 0, is never written to.
const leafInput = Buffer.alloc(65_536);

/** SHA-256(0x00 || leaf) (RFC 6962, 2.1). */
export function hashLeaf(leaf: Uint8Array): Buffer {
  const input = leaf.length < leafInput.length ? leafInput : Buffer.alloc(leaf.length + 1);
  input.set(leaf, 1);
  return hash('sha256', input.subarray(0, leaf.length + 1), 'buffer');
}

const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 1);

/** SHA-256(0x01 || left || right) (RFC 6962, 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  return hash('sha256', nodeInput, 'buffer');
}

/** Checks that a leaf is at `index` of the tree of `size` leaves (RFC 9162, 2.1.3.2). Throws a LogError. */
export function verifyInclusion(index: number, size: number, leafHash: Buffer, proof: Buffer[], root: Buffer): void {
  requireSizes(index, size);
  if (index >= size) throw invalid(`There is no leaf ${index} in a tree of ${size}.`);
  requireHashes([leafHash, ...proof, root]);
  let node = index;
  let last = size - 1;
  let computed = leafHash;
  for (const sibling of proof) {
    if (last === 0) throw invalid('The inclusion proof is too long.');
    if (isOdd(node) || node === last) {
      computed = hashNode(sibling, computed);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else computed = hashNode(computed, sibling);
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw invalid('The inclusion proof is too short.');
  if (!computed.equals(root)) throw invalid('The inclusion proof leads to another root.');
}

/**
 * Checks that the tree of `size1` is the beginning of that of `size2` (RFC 9162, 2.1.4.2). Throws a LogError, also if only `size1` is 0:
 * every tree continues the empty one, and no proof could say so.
 */
export function verifyConsistency(size1: number, size2: number, root1: Buffer, root2: Buffer, proof: Buffer[]): void {
  requireSizes(size1, size2);
  if (size1 > size2) throw invalid(`A tree of ${size2} cannot continue one of ${size1}.`);
  if (size1 < size2 && size1 > 0) return verifySubtreeConsistency(0, size1, size2, root1, root2, proof);
  if (size1 !== size2) throw invalid('That a tree continues the empty one cannot be proved.');
  if (proof.length > 0) throw invalid('There is nothing to prove, so the proof must be empty.');
  if (!root1.equals(root2)) throw invalid('Trees of the same size have different roots.');
  if (size1 === 0 && !root1.equals(emptyRoot)) throw invalid('This is not the root of the empty tree.');
}

/** Checks that a leaf is in the subtree over the leaves from `start` to before `end` (draft-ietf-plants-merkle-tree-certs). */
export function verifySubtreeInclusion(
  index: number,
  start: number,
  end: number,
  leafHash: Buffer,
  proof: Buffer[],
  root: Buffer,
): void {
  requireSubtree(start, end);
  requireSizes(index, end);
  if (index < start) throw invalid(`Leaf ${index} comes before the subtree.`);
  verifyInclusion(index - start, end - start, leafHash, proof, root);
}

/** Checks that the subtree from `start` to before `end` is part of the tree of `size` (draft-ietf-plants-merkle-tree-certs). */
export function verifySubtreeConsistency(
  start: number,
  end: number,
  size: number,
  subtreeRoot: Buffer,
  root: Buffer,
  proof: Buffer[],
): void {
  requireSizes(start, end, size);
  if (end > size) throw invalid(`The subtree ends after the tree of ${size}.`);
  if (start === end) {
    if (proof.length > 0 || !subtreeRoot.equals(emptyRoot)) throw invalid('A subtree without leaves has no proof.');
    return;
  }
  requireSubtree(start, end);
  requireHashes(proof.length > 0 ? [subtreeRoot, ...proof] : []);
  let [first, last, tree] = [start, end - 1, size - 1];
  const up = () => {
    [first, last, tree] = [half(first), half(last), half(tree)];
  };
  const atEdge = last === tree;
  while (first !== last && (atEdge || isOdd(last))) up();
  const rest = [...proof];
  const begin = first === last ? subtreeRoot : rest.shift();
  if (!begin) throw invalid('The consistency proof is too short.');
  let [own, whole] = [begin, begin];
  for (const sibling of rest) {
    if (tree === 0) throw invalid('The consistency proof is too long.');
    if (isOdd(last) || last === tree) {
      if (first < last) own = hashNode(sibling, own);
      whole = hashNode(sibling, whole);
      while (!isOdd(last) && last !== 0) up();
    } else whole = hashNode(whole, sibling);
    up();
  }
  if (tree !== 0) throw invalid('The consistency proof is too short.');
  if (!own.equals(subtreeRoot)) throw invalid('The consistency proof does not begin with the older tree.');
  if (!whole.equals(root)) throw invalid('The consistency proof leads to another root.');
}

// Sizes can exceed 2^32, the limit of bitwise operators.
const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

function requireSizes(...sizes: number[]): void {
  for (const size of sizes)
    if (!Number.isSafeInteger(size) || size < 0) throw invalid(`${size} is not a position or size of a tree.`);
}

function requireHashes(hashes: Buffer[]): void {
  if (hashes.some((value) => value.length !== hashBytes)) throw invalid(`A hash has ${hashBytes} bytes.`);
}

/** A subtree begins at a multiple of the smallest power of two that is not less than its size. */
function requireSubtree(start: number, end: number): void {
  requireSizes(start, end);
  let power = 1;
  while (power < end - start) power *= 2;
  if (start >= end || start % power !== 0) throw invalid(`There is no subtree from ${start} to ${end}.`);
}

function invalid(message: string): LogError {
  return new LogError('PROOF_INVALID', message);
}
