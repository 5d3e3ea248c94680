import { hash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, readdir, rename, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '#domain';
import {
  type Checkpoint,
  formatVerifierKey,
  mirrorLog,
  openLogKeys,
  signNote,
  syncFolder,
  type VerifierKey,
  verifyLog,
} from '#log';
import type { Register } from '#server';
import { openPlace } from './places.js';
import { showProgress } from './progress.js';
import { waitUntilPublished } from './published.js';
import { settings, withPublishingRegister } from './settings.js';

/**
 * The content of a backup's `manifest.json`. `files`: the SHA-256 (hex) of each file that is not part of the log. The names of these files
 * contain it too, so that an interrupted backup leaves the files of the previous one in place. From v2 on the log's key signs the manifest
 * (manifestNote).
 */
export type BackupManifest = {
  format: 'vitrine/backup/v1' | 'vitrine/backup/v2';
  origin: string;
  size: number;
  madeAt: string;
  keys: string[];
  files: Record<string, string>;
};

export const keyFiles = ['log.key', 'log-retiring.key', 'log-known.vkeys', 'log-successions'];

const about = `A backup of a Vitrine register.

  log/            the published log: every event with what it carries, the tree, the signed checkpoint. Public.
  private/        API keys (hashed), idempotency keys, readers' reports. Not public.
  manifest.json   what this is a backup of; written last
  manifest-*.note the signature of the log's key on that

Check it:    vitrine verify THIS_FOLDER
Restore it:  vitrine restore THIS_FOLDER --keys FOLDER_WITH_THE_KEYS

The log's signing key is not in here. Made again into this folder, a backup takes only what is new, and lets go of what was
erased since.
`;

/** Backs up the register into a folder, even while it runs. A later backup into the same folder copies only what is new. */
export function backup(folder: string, options: { keys?: string }): Promise<void> {
  const to = resolve(folder);
  if (options.keys !== undefined && !relative(to, resolve(options.keys)).startsWith('..'))
    throw new Refusal('INVALID_PARAMETER', 'The keys must lie apart from the backup: name another folder for --keys.');
  return withPublishingRegister(async (register) => {
    // A backup contains what the log has published, and no acknowledged event may be missing from it.
    await waitUntilPublished(register, (await register.store.head()) + 1);
    mkdirSync(join(to, 'private'), { recursive: true, mode: 0o700 });
    writeFileSync(join(to, 'README.txt'), about);
    const { known, signers } = openLogKeys(join(settings.home, 'keys'), `${register.origin}/log`);
    const checkpoint = await copyLog(to, known);
    const files = Object.fromEntries([
      await writePrivate(to, 'api-keys', 'jsonl', apiKeys(register)),
      await writePrivate(to, 'idempotency-keys', 'csv', idempotencyKeys(register, checkpoint.size)),
      await writePrivate(to, 'reports', 'jsonl', reports(register)),
    ]);
    const manifest: BackupManifest = {
      format: 'vitrine/backup/v2',
      origin: register.origin,
      size: checkpoint.size,
      madeAt: new Date().toISOString(),
      keys: known.map(formatVerifierKey),
      files,
    };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    const note = manifestNote(manifest, text);
    writeFileSync(join(to, note.file), signNote(note.text, signers), { flush: true });
    writeFileSync(join(to, 'manifest.json.new'), text, { flush: true });
    await rename(join(to, 'manifest.json.new'), join(to, 'manifest.json'));
    await syncFolder(to);
    for (const name of await readdir(to))
      if (/^manifest-.*[.]note$/.test(name) && name !== note.file) await rm(join(to, name));
    for (const name of await readdir(join(to, 'private')))
      if (!(`private/${name}` in files)) await rm(join(to, 'private', name));
    if (options.keys !== undefined) await copyKeys(resolve(options.keys));
    console.log(`${checkpoint.size} events are backed up in ${to}. All of it was verified there.`);
    console.log(
      options.keys === undefined
        ? `The log's key is not among them: keep ${join(settings.home, 'keys')} elsewhere (vitrine backup --keys FOLDER).`
        : `The log's keys are in ${resolve(options.keys)}. Whoever has them can sign in the register's name.`,
    );
  });
}

/**
 * The text with which the log's key signs a manifest, and the file for it. The file is named by the manifest's hash, so that a new note does
 * not replace the old one before the new manifest is in place. No checkpoint begins like this text: a checkpoint begins with the log's name
 * (c2sp.org/tlog-checkpoint).
 */
export function manifestNote({ format, origin }: BackupManifest, manifest: string): { file: string; text: string } {
  const digest = hash('sha256', manifest, 'hex');
  return { file: `manifest-${digest.slice(0, 16)}.note`, text: `${format}\n${origin}\n${digest}\n` };
}

/** Copies and verifies the log. If a payload was erased during the copy, the copy is updated: at most three attempts. */
async function copyLog(to: string, keys: VerifierKey[]): Promise<Checkpoint> {
  const source = openPlace(join(settings.home, 'public/log'));
  const places = { folder: join(to, 'log'), scratch: join(to, '.scratch') };
  for (let tries = 1; ; tries++) {
    const copied = showProgress('Copied');
    const checkpoint = await mirrorLog(source, places, keys, copied.at);
    copied.end();
    const verified = showProgress('Verified');
    const result = await verifyLog(openPlace(places.folder), { keys, onProgress: verified.at });
    verified.end();
    if (result.faultCount === 0) return checkpoint;
    const { where, what } = result.faults[0]!;
    if (tries === 3)
      throw new Error(
        `The copy does not hold (${where}: ${what}). Run vitrine verify; if that holds, use a new folder.`,
      );
  }
}

/** Writes lines to a file whose name contains the start of their hash; returns its path and the hash. */
async function writePrivate(
  to: string,
  name: string,
  ending: string,
  lines: AsyncIterable<string>,
): Promise<[string, string]> {
  const temporary = join(to, 'private', `${name}.new`);
  await pipeline(Readable.from(lines), createWriteStream(temporary, { mode: 0o600, flush: true }));
  const digest = hash('sha256', readFileSync(temporary), 'hex');
  const path = `private/${name}-${digest.slice(0, 16)}.${ending}`;
  await rename(temporary, join(to, path));
  await syncFolder(join(to, 'private'));
  return [path, digest];
}

/** The path of a private file in a backup. */
export function privateFile(folder: string, { files }: BackupManifest, name: string): string {
  const path = Object.keys(files).find((one) => one.startsWith(`private/${name}-`));
  if (path === undefined) throw new Error(`The manifest of ${folder} names no ${name}.`);
  return join(folder, path);
}

async function* apiKeys(register: Register): AsyncGenerator<string> {
  for (const { hash: secretHash, restoredAt: _, confirmedAt: __, ...key } of await register.keys.list())
    yield `${JSON.stringify({ ...key, hash: secretHash.toString('hex') })}\n`;
}

/** Readers' reports, which are nowhere else. What has ended is not in the next backup. */
async function* reports(register: Register): AsyncGenerator<string> {
  for await (const { receipt, ...report } of register.reports.all())
    yield `${JSON.stringify({ ...report, receipt: receipt.toString('hex') })}\n`;
}

async function* idempotencyKeys({ store }: Register, size: number): AsyncGenerator<string> {
  for (let last = -1; ; ) {
    const keys = await store.readKeys(last, size, 10_000);
    if (keys.length === 0) return;
    last = keys.at(-1)!.position;
    yield keys.map(({ position, key }) => `${position},${key}\n`).join('');
  }
}

async function copyKeys(to: string): Promise<void> {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of keyFiles) {
    const from = join(settings.home, 'keys', name);
    if (existsSync(from)) await cp(from, join(to, name), { recursive: true });
  }
}
