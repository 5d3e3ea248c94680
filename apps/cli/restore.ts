import { createHash, hash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Database, migrate, openEventStore } from '#event-store';
import {
  type Checkpoint,
  claim,
  compareWithLog,
  continues,
  finishClaim,
  followSuccessions,
  formatVerifierKey,
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
  rememberKey,
  restoreEvents,
  type VerifierKey,
  verifyLog,
} from '#log';
import { type ApiKey, ApiKeys } from '#server';
import { type BackupManifest, keyFiles, manifestNote, privateFile } from './backup.js';
import { claimHome } from './home.js';
import { openPlace, readOrigin } from './places.js';
import { showProgress } from './progress.js';
import { waitUntilGone, waitUntilPublished } from './published.js';
import { logPlaces, openDatabase, openPublishingRegister, settings } from './settings.js';

type Options = { restFrom?: string; keys?: string; key?: string; nothingNewer?: boolean };
const maxManifestBytes = 4 * 1024 * 1024;

/** Where the events come from: a log whose every part was verified. */
type Source = { place: string; read: ReadFile; checkpoint: Checkpoint; keys: VerifierKey[] };

/**
 * Restores the register of this home from a backup, or from any copy of its log: into an empty database, or one that is
 * behind. Ends with a full verification. Stopped in between, it goes on where it was.
 */
export async function restore(from: string, options: Options): Promise<void> {
  mkdirSync(settings.home, { recursive: true });
  if (options.keys !== undefined) await takeKeys(options.keys);
  const manifest = await readManifest(from);
  await finishOwn();
  const source = await openSource(from, manifest, options);
  const notChecked = manifest ? await checkManifest(from, manifest, source.keys) : [];
  await refuseOlder(source, options);
  // From here on nothing is signed in this home before all of it is there.
  await claim(logPlaces.claims, source.checkpoint);
  for (const key of source.keys) rememberKey(join(settings.home, 'keys'), key);
  const { database, close } = await openDatabase(false);
  try {
    const only = settings.databaseUrl ? undefined : await claimHome(database);
    try {
      await migrate(database);
      await restoreLog(database, source, manifest && privateFile(from, manifest, 'idempotency-keys'));
      if (manifest) await restoreApiKeys(database, privateFile(from, manifest, 'api-keys'));
      await finish(database, source, notChecked);
      rmSync(fetched(), { recursive: true, force: true });
    } finally {
      await only?.end();
    }
  } finally {
    await close();
  }
}

/** What this home was about to publish when it was stopped: its files may be what is to be restored. */
async function finishOwn(): Promise<void> {
  const keyFolder = join(settings.home, 'keys');
  const claimed = (await readClaims(logPlaces.claims)).at(-1);
  if (!claimed || !existsSync(join(keyFolder, 'log.key'))) return;
  const finished = await finishClaim(openLogKeys(keyFolder, claimed.origin), logPlaces);
  if (finished) console.log(`What was about to be published here is published: ${finished.size} events.`);
}

/** Where logs from elsewhere are copied to, so that what is restored is what was verified. */
const fetched = (...names: string[]) => join(settings.home, 'restore', ...names);

/** The manifest of a backup whose files are all there and whole; undefined for a mere copy of a log. */
async function readManifest(folder: string): Promise<BackupManifest | undefined> {
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

/** SHA-256 (hex) of a file; undefined if it is no regular file, or none. */
async function hashOf(path: string): Promise<string | undefined> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  const sum = createHash('sha256');
  for await (const piece of createReadStream(path)) sum.update(piece as Buffer);
  return sum.digest('hex');
}

/** Throws if the log's key has not signed this manifest. Returns what could not be checked: backups of release 0.1 are not signed. */
async function checkManifest(folder: string, manifest: BackupManifest, keys: VerifierKey[]): Promise<string[]> {
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

/** Verifies the log to restore from: the backup's, or the newer one that continues it. */
async function openSource(from: string, manifest: BackupManifest | undefined, options: Options): Promise<Source> {
  const own = await openVerified(from, manifest, options);
  if (options.restFrom === undefined) return own;
  const rest = await openVerified(options.restFrom, manifest, options, own.checkpoint);
  console.log(`${options.restFrom} continues it up to ${rest.checkpoint.size} events.`);
  return rest;
}

async function openVerified(
  place: string,
  manifest: BackupManifest | undefined,
  options: Options,
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

/** A folder as it is; what is elsewhere is copied here first. Stopped in between, the copy goes on where it was. */
async function openCopy(place: string, options: Options): Promise<ReadFile> {
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

/** The log must never be continued from before what was signed last. */
async function refuseOlder({ place, read, checkpoint }: Source, options: Options): Promise<void> {
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
  const claims = await readClaims(join(settings.home, 'log-claims'));
  const all = [...published, ...claims.map((one) => ({ ...one, where: 'log-claims' }))];
  const other = all.find((one) => one.origin !== origin);
  if (other)
    throw new Error(`This home is that of ${other.origin}, not of ${origin}. Choose another with VITRINE_HOME.`);
  return all;
}

async function restoreLog(database: Database, source: Source, keyFile: string | undefined): Promise<void> {
  const { read, checkpoint } = source;
  const keys = keyFile === undefined ? undefined : idempotencyKeys(keyFile);
  const store = await openEventStore(database, checkpoint.origin.replace(/\/log$/, ''));
  const progress = showProgress('Restored');
  try {
    const count = await restoreEvents(database, store, read, checkpoint.size, {
      ...(keys && { keys: keys.between }),
      onProgress: progress.at,
    });
    progress.end();
    console.log(`${count} events restored; ${checkpoint.size - count} were there.`);
  } finally {
    keys?.close();
    await store.close();
  }
}

/** Reads `position,key` lines in order, as far as they are asked for. */
function idempotencyKeys(file: string) {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  const left = lines[Symbol.asyncIterator]();
  let ahead: [number, string] | undefined;
  const next = async () => {
    const { value, done } = await left.next();
    const [position, key] = done ? [] : (value as string).split(',');
    return key === undefined ? undefined : ([Number(position), key] as [number, string]);
  };
  return {
    async between(from: number, to: number): Promise<Map<number, string>> {
      const found = new Map<number, string>();
      for (ahead ??= await next(); ahead && ahead[0] < to; ahead = await next())
        if (ahead[0] >= from) found.set(...ahead);
      return found;
    },
    close: () => lines.close(),
  };
}

async function restoreApiKeys(database: Database, file: string): Promise<void> {
  const text = readFileSync(file, 'utf8').trim();
  const keys = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as ApiKey & { hash: string });
  const table = await ApiKeys.open(database);
  try {
    const put = await table.restore(keys.map((key) => ({ ...key, hash: Buffer.from(key.hash, 'hex') })));
    console.log(`${put.length} API keys restored; ${keys.length - put.length} were there.`);
    const off = put.filter(({ revokedAt }) => !revokedAt);
    if (off.length === 0) return;
    console.log('They are off: any of them may have been revoked since the backup. Switch on those that you know:');
    for (const { name, role, organisation, createdAt } of off)
      console.log(
        `  vitrine keys confirm ${JSON.stringify(name)} ${String(createdAt).slice(0, 10)}    ${role} of ${organisation ?? 'the operator'}`,
      );
  } finally {
    await table.close();
  }
}

async function takeKeys(from: string): Promise<void> {
  const to = join(settings.home, 'keys');
  mkdirSync(to, { recursive: true, mode: 0o700 });
  if (!existsSync(join(from, 'log.key'))) throw new Error(`There is no log.key in ${from}.`);
  for (const name of keyFiles)
    if (existsSync(join(from, name)))
      await cp(join(from, name), join(to, name), { recursive: true, force: false, errorOnExist: false });
}

/** Builds the read models, publishes the log anew where it is missing, and verifies all of it. */
async function finish(database: Database, { read, checkpoint, keys }: Source, notChecked: string[]): Promise<void> {
  if (!existsSync(join(settings.home, 'keys/log.key'))) {
    const store = await openEventStore(database, checkpoint.origin.replace(/\/log$/, ''));
    const { faults, faultCount } = await compareWithLog(store, read, checkpoint.size).finally(() => store.close());
    conclude(faultCount, faults[0], notChecked);
    console.log(
      `Not checked     the published log: the key of ${keys.map(formatVerifierKey).at(-1)} is not here, so nothing can be published. Put it into ${join(settings.home, 'keys/log.key')}.`,
    );
    process.exitCode = faultCount > 0 ? 1 : 2;
    return;
  }
  const register = await openPublishingRegister(database);
  try {
    const own = openPlace(join(settings.home, 'public/log'));
    await waitUntilPublished(register, checkpoint.size);
    await register.waitUntilProjected(await register.store.head(), 600_000);
    await waitUntilGone(register);
    const progress = showProgress('Verified what is restored:');
    const verified = await verifyLog(own, { keys, seen: checkpoint, onProgress: progress.at });
    const compared = await compareWithLog(register.store, own, verified.checkpoint?.size ?? 0);
    progress.end();
    conclude(verified.faultCount + compared.faultCount, verified.faults[0] ?? compared.faults[0], notChecked);
  } finally {
    await register.close();
  }
}

function conclude(faultCount: number, first: { where: string; what: string } | undefined, notChecked: string[]): void {
  for (const what of notChecked) console.log(`Not checked     ${what}`);
  if (first) {
    console.log(`FAILS           ${faultCount} faults; the first: ${first.where}: ${first.what}`);
    process.exitCode = 1;
  } else if (notChecked.length > 0) {
    console.log('The register is restored. Its events and what they carry were verified; what was not is said above.');
    process.exitCode = 2;
  } else console.log('The register is restored, and all of it was verified.');
}
