import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { LogError } from './log-error.js';

/** Signature types: 1 is Ed25519 over a note's text, 4 a witness's cosignature (c2sp.org/tlog-cosignature). Others are not supported. */
export const ed25519 = 1;
export const cosignatureV1 = 4;

/** `id`: 8 hex digits, the first 4 bytes of SHA-256(name || 0x0A || type || public key). */
export type VerifierKey = { name: string; id: string; type: number; publicKey: Buffer };
export type SignerKey = { verifier: VerifierKey; privateKey: KeyObject };

export type NoteSignature = { name: string; id: string; signature: Buffer };
/** `text` ends in a newline and is what is signed. */
export type Note = { text: string; signatures: NoteSignature[] };
/** A valid signature. `time`: when a witness says that it saw the checkpoint, in seconds since 1970. */
export type VerifiedSignature = { key: VerifierKey; time?: number };

const maxSignatures = 100;
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Reads a verifier key, `<name>+<8 hex digits>+<base64(type || public key)>` (c2sp.org/signed-note). Throws KEY_MALFORMED. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(text.trim()) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (!name || !isKeyName(name) || !bytes || bytes.length < 2)
    throw new LogError('KEY_MALFORMED', 'This is not a verifier key: it has the form name+hash+key.');
  const [type, publicKey] = [bytes[0]!, bytes.subarray(1)];
  const known = type === ed25519 || type === cosignatureV1;
  if (known && publicKey.length !== 32) throw new LogError('KEY_MALFORMED', 'An Ed25519 key has 32 bytes.');
  if (keyId(name, type, publicKey) !== id)
    throw new LogError('KEY_MALFORMED', `The hash of the key ${name} does not fit the key: it was changed or cut.`);
  return { name, id: id!, type, publicKey };
}

export function formatVerifierKey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${id}+${Buffer.concat([Buffer.of(type), publicKey]).toString('base64')}`;
}

/**
 * The short form of a key, for comparing it by eye: the first 16 bytes of SHA-256(type || public key) in hex, in groups of four digits. That of the key's id
 * would not do: another key with the same 4 bytes is soon found.
 */
export function shortForm({ type, publicKey }: VerifierKey): string {
  const digits = hash('sha256', Buffer.concat([Buffer.of(type), publicKey]), 'hex').slice(0, 32);
  return digits.match(/.{4}/g)!.join(' ');
}

/** A key from its 32-byte seed (RFC 8032). Throws KEY_MALFORMED. */
export function signerFromSeed(name: string, seed: Buffer, type: number = ed25519): SignerKey {
  if (!isKeyName(name)) throw new LogError('KEY_MALFORMED', `"${name}" cannot be the name of a key.`);
  if (seed.length !== 32) throw new LogError('KEY_MALFORMED', 'The seed of an Ed25519 key has 32 bytes.');
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length);
  return { verifier: { name, id: keyId(name, type, publicKey), type, publicKey }, privateKey };
}

/**
 * Reads a signed note (c2sp.org/signed-note): UTF-8 without control characters, a text, an empty line, signature lines.
 * Signatures are not checked. Throws NOTE_MALFORMED.
 */
export function parseNote(bytes: Uint8Array): Note {
  const note = decodeUtf8(bytes);
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw malformed('it has no empty line before its signatures');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > maxSignatures) throw malformed(`it has more than ${maxSignatures} signatures`);
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * Reads a note and verifies it. Signatures by keys that are not in `keys` are ignored; an invalid one by a key in `keys` rejects the note;
 * at least one must be valid. Throws NOTE_MALFORMED, SIGNATURE_INVALID, SIGNATURE_MISSING.
 */
export function openNote(bytes: Uint8Array, keys: VerifierKey[]): { note: Note; verified: VerifiedSignature[] } {
  const note = parseNote(bytes);
  const verified: VerifiedSignature[] = [];
  for (const { name, id, signature } of note.signatures)
    for (const key of keys)
      if (key.name === name && key.id === id) verified.push(verifySignature(note.text, key, signature));
  if (verified.length === 0) throw new LogError('SIGNATURE_MISSING', 'The note is not signed by a known key.');
  return { note, verified };
}

/** Adds signature lines to a text that ends in a newline. Ed25519 is deterministic: same text and keys, same bytes. */
export function signNote(text: string, signers: SignerKey[]): Buffer {
  const lines = signers.map(({ verifier, privateKey }) =>
    signatureLine(verifier, sign(null, Buffer.from(text), privateKey)),
  );
  return Buffer.from(`${text}\n${lines.join('')}`);
}

/** A witness's signature line over a checkpoint, with the time in seconds (c2sp.org/tlog-cosignature). */
export function cosign(text: string, { verifier, privateKey }: SignerKey, time: number): string {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  return signatureLine(verifier, Buffer.concat([stamp, sign(null, cosignedMessage(text, String(time)), privateKey)]));
}

function verifySignature(text: string, key: VerifierKey, signature: Buffer): VerifiedSignature {
  const publicKey = createPublicKey({
    key: Buffer.concat([spkiPrefix, key.publicKey]),
    format: 'der',
    type: 'spki',
  });
  if (key.type === ed25519 && verify(null, Buffer.from(text), publicKey, signature)) return { key };
  if (key.type === cosignatureV1 && signature.length === 72) {
    const time = signature.readBigUInt64BE();
    if (verify(null, cosignedMessage(text, String(time)), publicKey, signature.subarray(8)))
      return { key, time: Number(time) };
  }
  throw new LogError(
    'SIGNATURE_INVALID',
    `The signature of ${key.name}+${key.id} does not hold: the note was changed.`,
  );
}

const cosignedMessage = (text: string, time: string) => Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);

function signatureLine({ name, id }: VerifierKey, signature: Buffer): string {
  return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), signature]).toString('base64')}\n`;
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (!name || !isKeyName(name) || !bytes || bytes.length < 5) throw malformed('a signature line is not well formed');
  return { name, id: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) };
}

function keyId(name: string, type: number, publicKey: Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]), 'hex').slice(0, 8);
}

function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s\p{White_Space}\p{Cc}+]/u.test(name);
}

function decodeUtf8(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('it is not UTF-8');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(text)) throw malformed('it holds control characters');
  return text;
}

/** Decodes standard base64; undefined if it is not in its one canonical form. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function malformed(what: string): LogError {
  return new LogError('NOTE_MALFORMED', `This is not a signed note: ${what}.`);
}
