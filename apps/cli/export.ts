import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  buildDump,
  csvOf,
  eventCsv,
  eventLines,
  type Licence,
  licences,
  type Manifest,
  manifestName,
  openSnapshot,
  recordLines,
  type Snapshot,
  tables,
} from '#exports';
import { readIfThere } from '#log';
import type { Register } from '#server';
import { download } from './places.js';
import { showProgress } from './progress.js';
import { chosenLicence, withRegister } from './settings.js';

type What = 'systems' | 'events' | undefined;
const maxManifestBytes = 4 * 1024 * 1024;

type Options = { format: 'jsonl' | 'csv'; out?: string; at?: string; check?: string };

/** Writes a dump into a folder, or a single file; or rebuilds an existing dump and compares the two. Uses constant memory. */
export function exportTo(what: What, options: Options): Promise<void> {
  const at = options.at === undefined ? undefined : Number(options.at);
  if (at !== undefined && !(Number.isInteger(at) && at >= 0))
    throw new Error('--at is a position of the log: a whole number from 0.');
  return withRegister(async (register) => {
    await register.projected.waitUntil(await register.store.head(), 60_000);
    if (options.check !== undefined) return check(register, options.check);
    if (what === undefined) return writeFolder(register, at, options.out);
    return writeFile(register, what, options, at);
  });
}

async function writeFile(
  register: Register,
  what: 'systems' | 'events',
  { format, out }: Options,
  at?: number,
): Promise<void> {
  const snapshot = await openSnapshot(register.exporting, at);
  try {
    const sink = out === undefined ? process.stdout : createWriteStream(out);
    await pipeline(Readable.from(textOf(snapshot, what, format)), sink, { end: sink !== process.stdout });
    console.error(`Log position ${snapshot.at}.`);
  } finally {
    await snapshot.release();
  }
}

function textOf(
  snapshot: Snapshot,
  what: 'systems' | 'events',
  format: 'jsonl' | 'csv',
): AsyncIterable<string | Buffer> {
  if (what === 'events') return (format === 'csv' ? eventCsv : eventLines)(snapshot);
  if (format === 'jsonl') return recordLines(snapshot, what, '', '\n');
  return csvOf(tables.systems.columns, tables.systems.rows(snapshot));
}

async function writeFolder(register: Register, at: number | undefined, out: string | undefined): Promise<void> {
  const position = at ?? (await register.projected.position());
  if (position < 0) throw new Error('The register is empty: there is nothing to write.');
  const folder = out ?? `vitrine-${position}`;
  if (existsSync(join(folder, manifestName)))
    throw new Error(`${folder} holds a dump already. Name another folder, or remove it.`);
  await build(register, folder, position, chosenLicence());
  console.log(
    `The dump of position ${position} is in ${folder}; ${join(folder, manifestName)} says what its files are.`,
  );
}

/** Rebuilds the dump at a folder or URL and compares the manifests, which contain the hash of every file. Exit code 1 if they differ. */
async function check(register: Register, place: string): Promise<void> {
  const theirs = await readManifest(place);
  if (theirs.removed) throw new Error(`The dump of position ${theirs.version} was removed on ${theirs.removed.on}.`);
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-check-'));
  try {
    const licence = licences.find(({ id }) => id === theirs.licenses[0]?.name);
    if (!licence)
      throw new Error(
        `The dump's licence (${theirs.licenses[0]?.name}) is not one of ${licences.map(({ id }) => id).join(', ')}.`,
      );
    await build(register, folder, Number(theirs.version), licence);
    const ours = JSON.parse(readFileSync(join(folder, manifestName), 'utf8')) as Manifest;
    const differences = compare(theirs, ours);
    for (const difference of differences) console.log(difference);
    if (differences.length > 0) process.exitCode = 1;
    else
      console.log(
        `The same: ${ours.resources.length} files of position ${ours.version}, byte for byte; root of the log ${ours.log.rootHash}`,
      );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function compare(theirs: Manifest, ours: Manifest): string[] {
  const differences: string[] = [];
  if (theirs.log.rootHash !== ours.log.rootHash)
    differences.push(`Another log: its root is ${theirs.log.rootHash}, that of this register ${ours.log.rootHash}.`);
  const own = new Map(ours.resources.map(({ path, hash }) => [path, hash]));
  for (const { path, hash } of theirs.resources)
    if (own.get(path) !== hash)
      differences.push(`${path} differs: ${hash} there, ${own.get(path) ?? 'no such file'} here.`);
  for (const { path } of ours.resources)
    if (!theirs.resources.some((other) => other.path === path)) differences.push(`${path} is not there.`);
  if (differences.length === 0 && JSON.stringify(theirs) !== JSON.stringify(ours))
    differences.push(`${manifestName} differs.`);
  return differences;
}

async function readManifest(place: string): Promise<Manifest> {
  if (!/^https?:/.test(place)) {
    const file = join(place, manifestName);
    return parseManifest(file, await readIfThere(file, maxManifestBytes));
  }
  const url = `${place.replace(/\/+$/, '').replace(`/${manifestName}`, '')}/${manifestName}`;
  return parseManifest(url, await download(url, maxManifestBytes));
}

function parseManifest(place: string, bytes: Buffer | undefined): Manifest {
  if (!bytes) throw new Error(`There is no ${place}.`);
  const read = JSON.parse(bytes.toString()) as Partial<Manifest> | null;
  if (!read?.log || !Array.isArray(read.resources)) throw new Error(`${place} is not the manifest of a dump.`);
  return read as Manifest;
}

async function build(register: Register, folder: string, at: number, licence: Licence): Promise<void> {
  const progress = showProgress('Files');
  await buildDump(register.exporting, folder, {
    origin: register.origin,
    at,
    licence,
    onFile: (_, done, total) => progress.at(done, total),
  });
  progress.end();
}
