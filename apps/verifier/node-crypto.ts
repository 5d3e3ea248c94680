import { hashes, verify as verifyEd25519 } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';

// What libs/log needs of node:crypto, for a browser. WebCrypto would make each of a million hashes a promise of its own.
hashes.sha512 = sha512;

export function hash(_algorithm: 'sha256', data: string | Uint8Array, encoding: 'hex' | 'buffer'): string | Buffer {
  const digest = Buffer.from(sha256(typeof data === 'string' ? Buffer.from(data) : data));
  return encoding === 'hex' ? digest.toString('hex') : digest;
}

/** The 32 bytes of an Ed25519 key, which end its SubjectPublicKeyInfo. */
export const createPublicKey = ({ key }: { key: Uint8Array }): Uint8Array => key.subarray(-32);

/** Ed25519 (RFC 8032), as strict as Node. */
export function verify(_algorithm: null, data: Uint8Array, key: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifyEd25519(signature, data, key, { zip215: false });
  } catch {
    return false;
  }
}

function notHere(): never {
  throw new Error('Nothing is signed in a browser.');
}
export const createPrivateKey = notHere;
export const sign = notHere;
export const randomUUID = notHere;
export const randomFillSync = notHere;
