import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LogError } from './log-error.js';
import { fromBase64, type SignerKey, signerFromSeed } from './note.js';

/** Reads the log's signing key; makes one, readable by its owner only, when there is no file. Throws KEY_MALFORMED. */
export function openKeyFile(path: string, name: string): SignerKey {
  if (!existsSync(path)) makeKeyFile(path, name);
  if ((statSync(path).mode & 0o077) !== 0)
    throw new LogError('KEY_MALFORMED', `${path} can be read by others than its owner. Run: chmod 600 ${path}`);
  const signer = parseSigner(readFileSync(path, 'utf8').trim());
  if (signer?.verifier.name !== name)
    throw new LogError('KEY_MALFORMED', `${path} does not hold the key of the log ${name}.`);
  return signer;
}

/** `PRIVATE+KEY+<name>+<hash>+<base64(type || seed)>`, the form of the Go tools. */
function makeKeyFile(path: string, name: string): void {
  const seed = randomBytes(32);
  const { verifier } = signerFromSeed(name, seed);
  const encoded = Buffer.concat([Buffer.of(verifier.type), seed]).toString('base64');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `PRIVATE+KEY+${name}+${verifier.id}+${encoded}\n`, { mode: 0o600, flag: 'wx' });
}

function parseSigner(text: string): SignerKey | undefined {
  const [, name, id, encoded] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (!name || bytes?.length !== 33) return undefined;
  const signer = signerFromSeed(name, Buffer.from(bytes.subarray(1)), bytes[0]);
  return signer.verifier.id === id ? signer : undefined;
}
