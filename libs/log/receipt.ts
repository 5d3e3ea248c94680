import { join } from 'node:path';
import { commitment, type Envelope } from '#event-store';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { readIfThere, tilesIn } from './files.js';
import { LogError } from './log-error.js';
import { openNote, parseNote, type VerifiedSignature, type VerifierKey } from './note.js';
import { parsePayloadLines } from './payloads.js';
import { inclusionProof, parseBundle, tileWidth, widthAt } from './tiles.js';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.js';

/** A key of a log, or several, any of which may have signed. */
export type Keys = VerifierKey | readonly VerifierKey[];

/** What a receipt proves. `payloads`: the given parts, which fit; `absent`: committed parts that were not given. */
export type Receipt = {
  index: number;
  envelope: Envelope;
  checkpoint: Checkpoint;
  signatures: VerifiedSignature[];
  payloads: { part: string; body: string }[];
  absent: string[];
};

/**
 * The receipt for the entry at `index` of the log in a folder, for its published checkpoint: a c2sp.org/tlog-proof@v1 with the entry itself
 * as extra data. Undefined if the log does not reach that far yet.
 */
export async function makeReceipt(folder: string, index: number): Promise<Buffer | undefined> {
  const checkpoint = await readSignedCheckpoint(folder);
  return checkpoint && receiptBy(folder, checkpoint, index);
}

/** The published checkpoint of the log in a folder, if there is one. */
export const readSignedCheckpoint = (folder: string) => readIfThere(join(folder, 'checkpoint'));

/** The receipt for an entry by a checkpoint of the log in a folder; undefined if the checkpoint does not reach that far. */
export async function receiptBy(folder: string, checkpoint: Buffer, index: number): Promise<Buffer | undefined> {
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  if (index >= size) return undefined;
  const read = tilesIn(folder);
  const bundle = Math.floor(index / tileWidth);
  const width = widthAt(0, bundle, size);
  const entries = await read({ level: 'entries', index: bundle, width }).catch((error: LogError) => {
    if (error.code !== 'TILE_MISSING') throw error;
    return read({ level: 'entries', index: bundle, width: tileWidth });
  });
  const extra = parseBundle(entries)[index % tileWidth]!;
  return formatTlogProof({ index, hashes: await inclusionProof(index, size, read), checkpoint, extra });
}

/**
 * Verifies a receipt with the log's public key, or with any of several, and payloads (lines of a payload file) against the entry's commitments. Needs nothing
 * else. Throws a LogError.
 */
export function verifyReceipt(receipt: Buffer, keys: Keys, payloads: Buffer = Buffer.alloc(0)): Receipt {
  const proof = parseTlogProof(receipt);
  if (!proof.extra) throw new LogError('PROOF_MALFORMED', 'The receipt does not carry its entry.');
  const { checkpoint, verified } = verifyTlogProof(proof.extra, proof, (note) => openNote(note, [keys].flat()));
  const envelope = JSON.parse(proof.extra.toString()) as Envelope;
  const lines = [...parsePayloadLines(payloads)];
  if (lines.includes(undefined)) throw new LogError('PROOF_INVALID', 'A line of the payload cannot be read.');
  const given = lines.filter((line) => line?.index === proof.index);
  const fitting: Receipt['payloads'] = [];
  for (const { part, ...rest } of given as { part: string; salt: Buffer; body: string }[]) {
    const promised = envelope.parts.find(({ role }) => role === part);
    if (!promised || commitment({ part: promised.role, ...rest }) !== promised.commitment)
      throw new LogError('PROOF_INVALID', `The payload (${part}) is not the one to which the entry commits.`);
    fitting.push({ part, body: rest.body });
  }
  const absent = envelope.parts.map(({ role }) => role).filter((role) => !fitting.some(({ part }) => part === role));
  return { index: proof.index, envelope, checkpoint, signatures: verified, payloads: fitting, absent };
}
