import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commitment, leafHash, projectRoot, toLeaf } from '#event-store';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { LogError } from './log-error.js';
import { emptyRoot, hashLeaf, hashNode, verifyConsistency, verifyInclusion } from './merkle.js';
import {
  cosign,
  cosignatureV1,
  formatVerifierKey,
  openNote,
  parseVerifierKey,
  signerFromSeed,
  signNote,
} from './note.js';
import { openByPolicy, parsePolicy } from './policy.js';
import { consistencyProof, inclusionProof, indexPath, type Tile, tilePath, widthAt } from './tiles.js';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.js';
import { type Edge, grow, readEdge, rootOf } from './tree.js';

const leaf = (i: number) => Buffer.from(`leaf ${i}`);

/** The definition of RFC 6962, 2.1, taken literally, to compare the fast code with. */
function treeHash(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return emptyRoot;
  if (leaves.length === 1) return hashLeaf(leaves[0]!);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hashNode(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** A log in memory that grew in steps. */
function growTo(...sizes: number[]) {
  const edge: Edge = { size: 0, levels: [] };
  const files = new Map<string, Buffer>();
  for (const size of sizes)
    for (const { tile, bytes } of grow(
      edge,
      Array.from({ length: size - edge.size }, (_, i) => hashLeaf(leaf(edge.size + i))),
    ))
      files.set(tilePath(tile), bytes);
  const read = async (tile: Tile) => files.get(tilePath(tile)) ?? Buffer.alloc(0);
  return { edge, files, read };
}

describe('the tree', () => {
  const sizes = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 70_000];
  test.each(sizes)('of %i leaves has the root that RFC 6962 defines, however it grew', async (size) => {
    const root = treeHash(Array.from({ length: size }, (_, i) => leaf(i)));
    const { edge, read } = growTo(Math.floor(size / 3), Math.floor(size / 2), size);
    expect(rootOf(edge)).toEqual(root);
    expect(rootOf(await readEdge(size, read))).toEqual(root);
  });

  test('has the tiles that c2sp.org/tlog-tiles gives for 70,000 entries', () => {
    const { files } = growTo(70_000);
    const names = [...files.keys()];
    expect(names.filter((name) => name.startsWith('tile/0/') && !name.includes('.p/'))).toHaveLength(273);
    expect(names).toContain('tile/0/273.p/112');
    expect(names).toContain('tile/1/000');
    expect(names).toContain('tile/1/001.p/17');
    expect(names).toContain('tile/2/000.p/1');
    expect(indexPath(1_234_067)).toBe('x001/x234/067');
    expect([widthAt(0, 0, 256), widthAt(1, 0, 256), widthAt(0, 1, 256)]).toEqual([256, 1, 0]);
  });

  test('proves every leaf and every older size, and nothing else', async () => {
    const size = 70_000;
    const { edge, read } = growTo(size);
    const root = rootOf(edge);
    for (const index of [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999]) {
      const proof = await inclusionProof(index, size, read);
      verifyInclusion(index, size, hashLeaf(leaf(index)), proof, root);
      expect(() => verifyInclusion(index, size, hashLeaf(leaf(index + 1)), proof, root)).toThrow(LogError);
      expect(() => verifyInclusion(index + 1, size, hashLeaf(leaf(index)), proof, root)).toThrow(LogError);
    }
    for (const older of [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 69_999]) {
      const before = rootOf(growTo(older).edge);
      const proof = await consistencyProof(older, size, read);
      verifyConsistency(older, size, before, root, proof);
      expect(() => verifyConsistency(older, size, root, before, proof)).toThrow(LogError);
      expect(() => verifyConsistency(older, size, before, root, proof.slice(1))).toThrow(LogError);
    }
  });

  test('proofs hold for any sizes', async () => {
    const { read } = growTo(...Array.from({ length: 700 }, (_, i) => i + 1));
    const numbers = fc.tuple(fc.integer({ min: 1, max: 700 }), fc.nat(), fc.nat());
    await fc.assert(
      fc.asyncProperty(numbers, async ([size, a, b]) => {
        const [index, older] = [a % size, (b % size) + 1];
        const root = rootOf(await readEdge(size, read));
        verifyInclusion(index, size, hashLeaf(leaf(index)), await inclusionProof(index, size, read), root);
        const before = rootOf(await readEdge(older, read));
        verifyConsistency(older, size, before, root, await consistencyProof(older, size, read));
      }),
    );
  });
});

test('the vectors of schema/log, made without this code, come out the same', () => {
  const vectors = JSON.parse(readFileSync(join(projectRoot, 'schema/log/vectors.json'), 'utf8'));
  const { verifier, ...signer } = signerFromSeed(vectors.key.name, Buffer.from(vectors.key.seed, 'hex'));
  expect(formatVerifierKey(verifier)).toBe(vectors.key.vkey);
  const salt = Buffer.from(vectors.commitment.salt, 'hex');
  expect(commitment({ part: 'content', salt, body: vectors.commitment.part })).toBe(vectors.commitment.commitment);
  expect(toLeaf(JSON.parse(vectors.leaf.leaf))).toBe(vectors.leaf.leaf);
  expect(leafHash(vectors.leaf.leaf)).toBe(vectors.leaf.previous);
  expect(hashLeaf(Buffer.from(vectors.leaf.leaf)).toString('hex')).toBe(vectors.leaf.leafHash);
  const edge: Edge = { size: 0, levels: [] };
  for (const { size, root } of vectors.trees as { size: number; root: string }[]) {
    grow(
      edge,
      Array.from({ length: size - edge.size }, (_, i) => hashLeaf(leaf(edge.size + i))),
    );
    expect([size, rootOf(edge).toString('base64')]).toEqual([size, root]);
    if (size !== 257) continue;
    const text = formatCheckpoint({ origin: vectors.key.name, size, root: rootOf(edge) });
    expect(signNote(text, [{ verifier, ...signer }]).toString()).toBe(vectors.checkpoint);
  }
});

describe('notes', () => {
  const log = signerFromSeed('city.example/log', Buffer.alloc(32, 1));
  const witness = signerFromSeed('witness.example/w', Buffer.alloc(32, 2), cosignatureV1);
  const text = formatCheckpoint({ origin: 'city.example/log', size: 3, root: Buffer.alloc(32, 7) });
  const note = signNote(text, [log]);
  const cosigned = Buffer.concat([note, Buffer.from(cosign(text, witness, 1_790_000_000))]);
  const codeOf = (work: () => unknown) => {
    try {
      work();
      return 'none';
    } catch (error) {
      return (error as LogError).code;
    }
  };

  test('open with a known key; unknown signatures count for nothing', () => {
    expect(openNote(cosigned, [log.verifier]).verified).toEqual([{ key: log.verifier }]);
    expect(openNote(cosigned, [log.verifier, witness.verifier]).verified[1]).toEqual({
      key: witness.verifier,
      time: 1_790_000_000,
    });
    expect(parseCheckpoint(openNote(note, [log.verifier]).note.text)).toEqual(parseCheckpoint(text));
    expect(parseVerifierKey(formatVerifierKey(log.verifier))).toEqual(log.verifier);
  });

  test("a witness's cosignature is what c2sp.org/tlog-cosignature says, byte for byte", () => {
    const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
    const privateKey = createPrivateKey({
      key: Buffer.concat([prefix, Buffer.alloc(32, 5)]),
      format: 'der',
      type: 'pkcs8',
    });
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
    const key = Buffer.concat([Buffer.of(4), publicKey]);
    const id = createHash('sha256')
      .update(Buffer.concat([Buffer.from('w.example/w\n'), key]))
      .digest()
      .subarray(0, 4);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(1_790_000_000n);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime 1790000000\n${text}`), privateKey);
    const line = `\u2014 w.example/w ${Buffer.concat([id, time, signature]).toString('base64')}\n`;

    const verifier = parseVerifierKey(`w.example/w+${id.toString('hex')}+${key.toString('base64')}`);
    expect(openNote(Buffer.concat([note, Buffer.from(line)]), [verifier]).verified).toEqual([
      { key: verifier, time: 1_790_000_000 },
    ]);
    const own = signerFromSeed('w.example/w', Buffer.alloc(32, 5), cosignatureV1);
    expect(formatVerifierKey(own.verifier)).toBe(formatVerifierKey(verifier));
    expect(cosign(text, own, 1_790_000_000)).toBe(line);
  });

  test('a known key whose signature fails rejects the note, whoever else signed', () => {
    const forged = Buffer.from(cosigned.toString().replace('\n3\n', '\n4\n'));
    expect(codeOf(() => openNote(forged, [witness.verifier]))).toBe('SIGNATURE_INVALID');
    expect(codeOf(() => openNote(note, [witness.verifier]))).toBe('SIGNATURE_MISSING');
  });

  test.each([
    ['no empty line', 'text\n— a AAAAAAAA\n'],
    ['no newline at the end', 'text\n\n— a AAAAAAAA'],
    ['a hyphen for the dash', 'text\n\n- a AAAAAAAA\n'],
    ['base64 that is not canonical', 'text\n\n— a AAAAAAB=\n'],
    ['a carriage return', 'text\r\n\n— a AAAAAAAA\n'],
    ['a name with a plus sign', 'text\n\n— a+b AAAAAAAA\n'],
    ['no signature', 'text\n\n'],
    ['too short a signature', 'text\n\n— a AAAA\n'],
  ])('%s is no note', (_, bad) => {
    expect(codeOf(() => openNote(Buffer.from(bad), [log.verifier]))).toBe('NOTE_MALFORMED');
  });

  test.each([
    'a\n03\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n',
    'a\n3\nBwcH\n',
    'a\n3\n',
    '\n3\nx\n',
    'a\n-1\nBw==\n',
  ])('%j is no checkpoint', (bad) => {
    expect(codeOf(() => parseCheckpoint(bad))).toBe('CHECKPOINT_MALFORMED');
  });

  test('a key that was changed is told', () => {
    const key = formatVerifierKey(log.verifier);
    expect(codeOf(() => parseVerifierKey(key.replace('city', 'town')))).toBe('KEY_MALFORMED');
    expect(codeOf(() => parseVerifierKey(`${key}AA`))).toBe('KEY_MALFORMED');
    expect(codeOf(() => parseVerifierKey('nonsense'))).toBe('KEY_MALFORMED');
  });

  test('a policy counts the witnesses that it names', () => {
    const other = signerFromSeed('witness.example/v', Buffer.alloc(32, 3), cosignatureV1);
    const lines = [
      `log ${formatVerifierKey(log.verifier)}`,
      `witness w ${formatVerifierKey(witness.verifier)}`,
      `witness v ${formatVerifierKey(other.verifier)} # the second`,
    ];
    const policy = (...more: string[]) => parsePolicy([...lines, ...more].join('\n'));
    expect(openByPolicy(cosigned, policy('group g any w v', 'quorum g')).verified).toHaveLength(2);
    expect(codeOf(() => openByPolicy(cosigned, policy('group g all w v', 'quorum g')))).toBe('POLICY_NOT_MET');
    expect(codeOf(() => openByPolicy(note, policy('quorum w')))).toBe('POLICY_NOT_MET');
    expect(openByPolicy(note, policy('quorum none')).verified).toHaveLength(1);
    for (const bad of ['quorum x', 'group g 3 w v\nquorum g', 'group g any w w\nquorum g', 'witness w\nquorum w', ''])
      expect(codeOf(() => policy(bad))).toBe('POLICY_MALFORMED');
  });

  test('a receipt holds for its leaf, its place and its log', async () => {
    const { edge, read } = growTo(600);
    const checkpoint = signNote(formatCheckpoint({ origin: 'city.example/log', size: 600, root: rootOf(edge) }), [log]);
    const receipt = formatTlogProof({ index: 417, hashes: await inclusionProof(417, 600, read), checkpoint });
    const open = (bytes: Buffer) => openNote(bytes, [log.verifier]);
    expect(verifyTlogProof(leaf(417), parseTlogProof(receipt), open).checkpoint.size).toBe(600);
    expect(codeOf(() => verifyTlogProof(leaf(418), parseTlogProof(receipt), open))).toBe('PROOF_INVALID');
    const moved = Buffer.from(receipt.toString().replace('index 417', 'index 416'));
    expect(codeOf(() => verifyTlogProof(leaf(417), parseTlogProof(moved), open))).toBe('PROOF_INVALID');
    for (const bad of [
      '',
      'index 1\n\n',
      'c2sp.org/tlog-proof@v1\nindex 01\n\n',
      'c2sp.org/tlog-proof@v1\nindex 1\nAA==\n\n',
    ])
      expect(codeOf(() => parseTlogProof(Buffer.from(bad)))).toBe('PROOF_MALFORMED');
  });
});
