import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { LogError } from './log-error.js';
import { hashBytes, hashLeaf, verifyInclusion } from './merkle.js';
import { fromBase64, type openNote, type VerifiedSignature } from './note.js';

/** A receipt: where an entry is, its inclusion proof, and the signed checkpoint that it leads to (c2sp.org/tlog-proof@v1). */
export type TlogProof = { index: number; hashes: Buffer[]; checkpoint: Buffer; extra?: Buffer };

const header = 'c2sp.org/tlog-proof@v1';

export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): Buffer {
  const lines = [
    header,
    ...(extra ? [`extra ${extra.toString('base64')}`] : []),
    `index ${index}`,
    ...hashes.map((value) => value.toString('base64')),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), checkpoint]);
}

/** Reads a receipt; checks only its form. Throws PROOF_MALFORMED. */
export function parseTlogProof(bytes: Buffer): TlogProof {
  const end = bytes.indexOf('\n\n');
  const lines = bytes.toString('utf8', 0, Math.max(end, 0)).split('\n');
  if (end < 0 || lines.shift() !== header) throw malformed(`it does not begin with ${header}`);
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()!.slice(6)) : null;
  if (extra === undefined) throw malformed('its extra data are not base64');
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined) throw malformed('it names no index');
  const hashes = lines.map(fromBase64);
  if (hashes.length > 63 || !hashes.every((value) => value?.length === hashBytes)) throw malformed('a line is no hash');
  return {
    index: Number(index),
    hashes: hashes as Buffer[],
    checkpoint: bytes.subarray(end + 2),
    ...(extra ? { extra } : {}),
  };
}

/** Checks that a leaf is where the receipt says. `open` decides whose signatures count. Throws a LogError. */
export function verifyTlogProof(
  leaf: Uint8Array,
  proof: TlogProof,
  open: (note: Buffer) => ReturnType<typeof openNote>,
): { checkpoint: Checkpoint; verified: VerifiedSignature[] } {
  const { note, verified } = open(proof.checkpoint);
  const checkpoint = parseCheckpoint(note.text);
  verifyInclusion(proof.index, checkpoint.size, hashLeaf(leaf), proof.hashes, checkpoint.root);
  return { checkpoint, verified };
}

function malformed(what: string): LogError {
  return new LogError('PROOF_MALFORMED', `This is not a tlog-proof: ${what}.`);
}
