import { createHash, hash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Checkpoint,
  continues,
  followSuccessions,
  LogError,
  mirrorLog,
  openLogKeys,
  openNote,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  type ReadFile,
  readClaims,
  readIfThere,
  type VerifierKey,
  verifyLog,
} from '#log';
import { type BackupManifest, manifestNote } from './backup.js';
import { openPlace, readOrigin } from './places.js';
import { showProgress } from './progress.js';
import { logPlaces, settings } from './settings.js';

export type RestoreOptions = { restFrom?: string; keys?: string; key?: string; nothingNewer?: boolean };
const maxManifestBytes = 4 * 1024 * 1024;

/** The log from which events are restored; all of it was verified. */
export type Source = { place: string; read: ReadFile; checkpoint: Checkpoint; keys: VerifierKey[] };

/** The folder into which remote logs are copied, so that exactly what was verified is restored. */
export const fetched = (...names: string[]) => join(settings.home, 'restore', ...names);

/** The manifest of a backup, after checking that its files are present and unchanged; undefined for a mere copy of a log. */
export async function readManifest(folder: string): Promise<BackupManifest | undefined> {
  const file = join(folder, 'manifest.json');
  const text = /^https?:/.test(folder) ? undefined : await readIfThere(file, maxManifestBytes);
  if (!text) {
    console.error(`${folder} is a copy of a log, not a backup: API keys and idempotency keys are not in it.`);
    return undefined;
  }
  const manifest = JSON.parse(text.toString()) as BackupManifest;
  if (!/^vitrine\/backup\/v[12]$/.test(manifest.format)) throw new Error(`${file} is not the manifest of a backup.`);
  for (const [name, expected] of Object.entries(manifest.files))
    if (!/^private\/[\w.-]+$/.test(name) || (await hashOf(join(folder, name))) !== expected)
      throw new Error(
        `${join(folder, name)} is missing or was changed since the backup was made. Nothing is restored.`,
      );
  return manifest;
}

/** SHA-256 (hex) of a file; undefined if it does not exist or is not a regular file. */
async function hashOf(path: string): Promise<string | undefined> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  const sum = createHash('sha256');
  for await (const piece of createReadStream(path)) sum.update(piece as Buffer);
  return sum.digest('hex');
}

/** Throws if the log's key has not signed this manifest. Returns what could not be checked, as backups of release 0.1 are not signed. */
export async function checkManifest(folder: string, manifest: BackupManifest, keys: VerifierKey[]): Promise<string[]> {
  if (manifest.format === 'vitrine/backup/v1')
    return [
      'the API keys and idempotency keys: the manifest of this backup is not signed (release 0.1 made it), so they are what the backup says.',
    ];
  const signed = manifestNote(manifest, readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const file = join(folder, signed.file);
  const note = await readIfThere(file, maxManifestBytes);
  if (!note)
    throw new LogError(
      'SIGNATURE_MISSING',
      `${join(folder, 'manifest.json')} is not signed by the key of the log: ${signed.file} is missing, or the manifest was changed since the backup was made. Nothing is restored.`,
    );
  if (openNote(note, keys).note.text !== signed.text)
    throw new LogError('SIGNATURE_INVALID', `${file} signs another manifest. Nothing is restored.`);
  return [];
}

/** Verifies the log to restore from: the backup's, and with `restFrom` the newer one that continues it. */
export async function openSource(
  from: string,
  manifest: BackupManifest | undefined,
  options: RestoreOptions,
): Promise<Source> {
  const own = await openVerified(from, manifest, options);
  if (options.restFrom === undefined) return own;
  const rest = await openVerified(options.restFrom, manifest, options, own.checkpoint);
  console.log(`${options.restFrom} continues it up to ${rest.checkpoint.size} events.`);
  return rest;
}

async function openVerified(
  place: string,
  manifest: BackupManifest | undefined,
  options: RestoreOptions,
  seen?: Checkpoint,
): Promise<Source> {
  const read = await openCopy(place, options);
  const note = await read('checkpoint');
  if (!note) throw new Error(`There is no log in ${place}: no file "checkpoint".`);
  const { origin } = parseCheckpoint(parseNote(note).text);
  const first = options.key === undefined ? knownKeys(origin)[0] : parseVerifierKey(options.key);
  if (!first)
    throw new Error(
      `Nothing here says which key signs ${origin}. Add --keys FOLDER (the keys of the log, from where you keep them) or --key VKEY.${manifest ? ` The backup itself names ${manifest.keys.at(-1)}; take that only if you trust the backup.` : ''}`,
    );
  const keys = [...(await followSuccessions(read, first)), ...knownKeys(origin)].filter(
    ({ id }, i, all) => all.findIndex((other) => other.id === id) === i,
  );
  const progress = showProgress(`Verified ${place}:`);
  const result = await verifyLog(read, { keys, ...(seen && { seen }), onProgress: progress.at });
  progress.end();
  if (result.faultCount > 0)
    throw new Error(
      `${place} does not hold, and nothing is restored from it. ${result.faultCount} faults; the first: ${result.faults[0]!.where}: ${result.faults[0]!.what}`,
    );
  return { place, read, checkpoint: result.checkpoint!, keys };
}

/** Opens a folder in place; a remote log is copied first. An interrupted copy resumes where it stopped. */
async function openCopy(place: string, options: RestoreOptions): Promise<ReadFile> {
  if (!/^https?:/.test(place)) return openPlace(place);
  const read = openPlace(place);
  const origin = await readOrigin(read);
  if (origin === undefined) throw new Error(`There is no log in ${place}: no checkpoint that can be read.`);
  const first = options.key === undefined ? knownKeys(origin)[0] : parseVerifierKey(options.key);
  const folder = fetched(hash('sha256', place, 'hex').slice(0, 16));
  const progress = showProgress(`Copied ${place}:`);
  const keys = first ? await followSuccessions(read, first) : [];
  await mirrorLog(read, { folder, scratch: fetched('scratch') }, keys, progress.at);
  progress.end();
  return openPlace(folder);
}

function knownKeys(name: string): VerifierKey[] {
  const folder = join(settings.home, 'keys');
  if (!existsSync(join(folder, 'log.key'))) return [];
  return openLogKeys(folder, name).known;
}

/** Throws if the log to restore is older than what was last signed: continuing it from there would fork it. */
export async function refuseOlder({ place, read, checkpoint }: Source, options: RestoreOptions): Promise<void> {
  const signed = (await signedHere(checkpoint.origin)).filter(({ size }) => size > 0);
  if (signed.length === 0 && !options.nothingNewer && options.restFrom === undefined)
    throw new LogError(
      'LOG_FORKED',
      `This machine does not know what the log signed last. If it ever published more than these ${checkpoint.size} events, going on from here would fork it: everybody who saw more could prove it. Name a mirror or peer that has the newest (--rest-from URL or FOLDER); or, if nothing newer was ever published, say so: --nothing-newer.`,
    );
  for (const { where, ...earlier } of signed) {
    if (earlier.size > checkpoint.size)
      throw new LogError(
        'LOG_FORKED',
        `${place} has ${checkpoint.size} events, but ${earlier.size} were signed (${where}). Say where the rest is: --rest-from URL or FOLDER of a mirror or peer; perhaps ${join(settings.home, 'public/log')}.`,
      );
    if (!(await continues(read, earlier, checkpoint)))
      throw new LogError(
        'LOG_FORKED',
        `${place} is not the log that was signed here (${where}, ${earlier.size} events).`,
      );
  }
}

async function signedHere(origin: string): Promise<(Checkpoint & { where: string })[]> {
  const note = await readIfThere(join(settings.home, 'public/log/checkpoint'));
  const published = note ? [{ ...parseCheckpoint(parseNote(note).text), where: 'public/log/checkpoint' }] : [];
  const claims = await readClaims(logPlaces.claims);
  const all = [...published, ...claims.map((one) => ({ ...one, where: 'log-claims' }))];
  const other = all.find((one) => one.origin !== origin);
  if (other)
    throw new Error(`This home is that of ${other.origin}, not of ${origin}. Choose another with VITRINE_HOME.`);
  return all;
}
