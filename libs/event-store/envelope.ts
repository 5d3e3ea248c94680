import { createHash, randomFillSync } from 'node:crypto';
import { canonicalize } from 'json-canonicalize';
import type { Actor } from '#domain';

export type PartName = 'content' | 'contact';

/** A payload part with the salt of its commitment. `body` is RFC 8785 canonical JSON. Both go when it is erased. */
export type PayloadPart = { part: PartName; salt: Buffer; body: string };

/**
 * The permanent, public side of an event. No free text, no natural person. Its RFC 8785 form is the leaf of the log;
 * `previous` is the SHA-256 (hex) of the leaf before it on the same stream, null for the first.
 */
export type Envelope = {
  format: 'vitrine/envelope/v1';
  origin: string;
  id: string;
  organisation: string;
  system?: string;
  streamVersion: number;
  type: string;
  schemaVersion: number;
  occurredAt: string;
  recordedAt: string;
  actor: Actor;
  previous: string | null;
  parts: { role: PartName; commitment: string }[];
};

/** Largest leaf, in bytes: an entry of a C2SP tlog-tiles bundle has a 16-bit length. */
export const maxLeafBytes = 65_535;

/** Splits what an event carries into parts, salts and canonicalises each. */
export function toParts(data: Record<string, unknown>): PayloadPart[] {
  const { contact, ...content } = data;
  const parts: PayloadPart[] = [{ part: 'content', salt: newSalt(), body: canonicalize(content) }];
  if (contact !== undefined) parts.push({ part: 'contact', salt: newSalt(), body: canonicalize({ contact }) });
  return parts;
}

/** SHA-256("vitrine/commit/v1\n" || salt || JCS(payload)), in hex. */
export function commitment(part: PayloadPart): string {
  return createHash('sha256').update('vitrine/commit/v1\n').update(part.salt).update(part.body).digest('hex');
}

/** The leaf: RFC 8785 canonical JSON of the envelope. */
export function toLeaf(envelope: Envelope): string {
  return canonicalize(envelope);
}

/** SHA-256 of a leaf's bytes, in hex: what the next envelope of the stream names as `previous`. */
export function leafHash(leaf: string): string {
  return createHash('sha256').update(leaf).digest('hex');
}

const salts = Buffer.alloc(32 * 128);
let usedSalts = salts.length;

/** 32 random bytes, drawn many at a time. */
function newSalt(): Buffer {
  if (usedSalts === salts.length) {
    randomFillSync(salts);
    usedSalts = 0;
  }
  usedSalts += 32;
  return Buffer.from(salts.subarray(usedSalts - 32, usedSalts));
}
