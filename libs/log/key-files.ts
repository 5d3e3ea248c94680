import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { claimBeginning } from './claims.js';
import { LogError } from './log-error.js';
import {
  formatVerifierKey,
  fromBase64,
  parseVerifierKey,
  type SignerKey,
  signerFromSeed,
  type VerifierKey,
} from './note.js';
import { formatSuccession, type Succession } from './succession.js';

/**
 * The keys of a log. `signers` sign every checkpoint, newest first (two during a change of key). `known`: all keys that ever signed.
 * `successions`: which key followed which.
 */
export type LogKeys = { signers: SignerKey[]; known: VerifierKey[]; successions: Succession[] };

/** The keys of a log with a single key, which followed no other. */
export const singleKey = (signer: SignerKey): LogKeys => ({
  signers: [signer],
  known: [signer.verifier],
  successions: [],
});

const current = (folder: string) => join(folder, 'log.key');
const retiring = (folder: string) => join(folder, 'log-retiring.key');
const known = (folder: string) => join(folder, 'log-known.vkeys');
const successions = (folder: string) => join(folder, 'log-successions');

/** Makes the first key of a log, if there never was one. Before the key it writes the claim that the log begins. */
export async function beginLog(folder: string, name: string, claims: string): Promise<void> {
  if (existsSync(current(folder)) || existsSync(known(folder))) return;
  await claimBeginning(claims, name);
  createLogKey(folder, name);
}

/** Reads the log's keys. Throws KEY_MALFORMED, KEY_MISSING. */
export function openLogKeys(folder: string, name: string): LogKeys {
  if (!existsSync(current(folder)))
    throw new LogError(
      'KEY_MISSING',
      `The key of the log is missing: ${current(folder)}. Put it back from where you keep it, or go on with a new one (vitrine keys log create).`,
    );
  const files = [current(folder), retiring(folder)].filter((file) => existsSync(file));
  const signers = files.map((file) => readKeyFile(file, name));
  const listed = existsSync(known(folder)) ? readFileSync(known(folder), 'utf8').trim().split('\n') : [];
  return {
    signers: signers.filter(({ verifier }, i) => i === 0 || verifier.id !== signers[0]!.verifier.id),
    known: [...new Set([...listed, ...signers.map(({ verifier }) => formatVerifierKey(verifier))])].map(
      parseVerifierKey,
    ),
    successions: readSuccessions(folder),
  };
}

/** The public keys of the log: those that sign today, then the earlier ones, the newest first. Throws what openLogKeys does. */
export function keysOf(folder: string, name: string): VerifierKey[] {
  const { signers, known } = openLogKeys(folder, name);
  const today = signers.map(({ verifier }) => verifier);
  return [...today, ...known.filter(({ id }) => !today.some((key) => key.id === id)).reverse()];
}

/** Makes a key where there is none. Throws KEY_EXISTS. */
export function createLogKey(folder: string, name: string): VerifierKey {
  if (existsSync(current(folder)))
    throw new LogError('KEY_EXISTS', `The log has a key: ${current(folder)}. To change it: vitrine keys log rotate.`);
  const { verifier, text } = makeKey(name);
  rememberKey(folder, verifier);
  writeOnce(current(folder), text);
  return verifier;
}

/**
 * Makes the key that follows the current one, and a statement of this that both sign. From then on both sign, until `endRotation`. Throws
 * KEY_EXISTS while a change of key is under way.
 */
export function rotateLogKey(folder: string, name: string): { from: VerifierKey; to: VerifierKey } {
  const { signers } = openLogKeys(folder, name);
  if (signers.length > 1)
    throw new LogError('KEY_EXISTS', 'One key follows another already. End that first: vitrine keys log rotate --end.');
  const from = signers[0]!;
  // The new key is on disk before anything names it. One that an interrupted rotation left is used again: it may be named already.
  const next = `${current(folder)}.next`;
  const statement = join(successions(folder), from.verifier.id);
  if (!existsSync(next)) {
    rmSync(statement, { force: true });
    writeOnce(next, makeKey(name).text);
  }
  const signer = readKeyFile(next, name);
  mkdirSync(successions(folder), { recursive: true, mode: 0o700 });
  if (!existsSync(statement)) writeOnce(statement, formatSuccession(from, signer).toString());
  rememberKey(folder, signer.verifier);
  rmSync(retiring(folder), { force: true });
  linkSync(current(folder), retiring(folder));
  renameSync(next, current(folder));
  return { from: from.verifier, to: signer.verifier };
}

/** Removes the old key: from now on it signs nothing. Returns false if there was none. */
export function endRotation(folder: string): boolean {
  if (!existsSync(retiring(folder))) return false;
  rmSync(retiring(folder));
  return true;
}

function readKeyFile(path: string, name: string): SignerKey {
  if ((statSync(path).mode & 0o077) !== 0)
    throw new LogError('KEY_MALFORMED', `${path} can be read by others than its owner. Run: chmod 600 ${path}`);
  const signer = parseSigner(readFileSync(path, 'utf8').trim());
  if (signer?.verifier.name !== name)
    throw new LogError('KEY_MALFORMED', `${path} does not hold the key of the log ${name}.`);
  return signer;
}

/** `text`: `PRIVATE+KEY+<name>+<hash>+<base64(type || seed)>`, the format of the Go tools. */
function makeKey(name: string) {
  const seed = randomBytes(32);
  const signer = signerFromSeed(name, seed);
  const { verifier } = signer;
  const encoded = Buffer.concat([Buffer.of(verifier.type), seed]).toString('base64');
  return { verifier, text: `PRIVATE+KEY+${name}+${verifier.id}+${encoded}\n` };
}

/** Writes a file that only its owner can read: whole or not at all, and never over another. */
function writeOnce(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(temporary, path);
  } finally {
    rmSync(temporary);
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Keeps the public half of a key of this log, by which the log's own checkpoints are recognised. */
export function rememberKey(folder: string, verifier: VerifierKey): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(known(folder)) && readFileSync(known(folder), 'utf8').includes(`${formatVerifierKey(verifier)}\n`))
    return;
  appendFileSync(known(folder), `${formatVerifierKey(verifier)}\n`, { mode: 0o600 });
}

function readSuccessions(folder: string): Succession[] {
  if (!existsSync(successions(folder))) return [];
  return readdirSync(successions(folder))
    .filter((id) => /^[0-9a-f]{8}$/.test(id))
    .map((from) => ({ from, note: readFileSync(join(successions(folder), from)) }));
}

function parseSigner(text: string): SignerKey | undefined {
  const [, name, id, encoded] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (!name || bytes?.length !== 33) return undefined;
  const signer = signerFromSeed(name, Buffer.from(bytes.subarray(1)), bytes[0]);
  return signer.verifier.id === id ? signer : undefined;
}
