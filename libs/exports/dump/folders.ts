import { mkdir, readdir, readlink, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, syncFolder } from '#log';
import { sync } from './file.js';
import { type Manifest, manifestName, type Removal } from './manifest-file.js';

/** A dump, in a folder of the public folder that is named by its position. `builtAt`: milliseconds since 1970. */
export type Dump = { at: number; manifest: Manifest; builtAt: number };

/** The dumps of a public folder by position, including removed ones. */
export async function listDumps(folder: string): Promise<Dump[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = await Promise.all(
    names.filter((name) => /^(0|[1-9]\d{0,15})$/.test(name)).map((name) => readDump(folder, Number(name))),
  );
  return found.filter((dump) => dump !== undefined).sort((a, b) => a.at - b.at);
}

/** Where a dump is built, before it is installed. */
export const buildingName = '.building';

/** The dump of a position; undefined if there is none, or if its manifest cannot be read. */
export async function readDump(folder: string, at: number, name = String(at)): Promise<Dump | undefined> {
  const path = join(folder, name, manifestName);
  const text = await readIfThere(path);
  const file = await stat(path).catch(() => undefined);
  if (!text || !file) return undefined;
  try {
    return { at, manifest: JSON.parse(text.toString()) as Manifest, builtAt: file.mtimeMs };
  } catch {
    return undefined;
  }
}

/**
 * Cleans up after a crash: deletes half-built dumps, folders without a manifest and files of removed dumps, and points `latest` to the newest
 * dump. Returns whether `latest` had to be changed.
 */
export async function sweep(folder: string): Promise<boolean> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const place = join(folder, name);
    const isDump = /^(0|[1-9]\d{0,15})$/.test(name);
    const dump = isDump ? await readDump(folder, Number(name)) : undefined;
    if (name === buildingName || (isDump && !dump)) await rm(place, { recursive: true, force: true });
    if (dump?.manifest.removed) await empty(place);
  }
  const newest = (await listThere(folder)).at(-1);
  if (!newest || (await readlink(join(folder, 'latest')).catch(() => undefined)) === String(newest.at)) return false;
  await pointLatestTo(folder, newest.at);
  return true;
}

/** The dumps of a folder that were not removed. */
export async function listThere(folder: string): Promise<Dump[]> {
  return (await listDumps(folder)).filter(({ manifest }) => !manifest.removed);
}

/** Whether dumps are being built or removed: then there are files of which `listThere` does not know. */
export async function isChanging(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [] as string[]);
  if (names.includes(buildingName)) return true;
  for (const { at, manifest } of await listDumps(folder))
    if (manifest.removed && (await readdir(join(folder, String(at))).catch(() => [])).length > 1) return true;
  return false;
}

/** Deletes all files but the manifest. */
async function empty(place: string): Promise<void> {
  for (const name of await readdir(place)) if (name !== manifestName) await rm(join(place, name), { force: true });
}

/** Moves a dump that was built elsewhere on the same disk to its place, and makes it the latest. Replaces any earlier dump of that position. */
export async function install(built: string, folder: string, at: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const place = join(folder, String(at));
  await rm(place, { recursive: true, force: true });
  await syncFolder(built);
  await rename(built, place);
  await pointLatestTo(folder, at);
}

async function pointLatestTo(folder: string, at: number): Promise<void> {
  const link = join(folder, '.latest');
  await unlink(link).catch(() => undefined);
  await symlink(String(at), link);
  await rename(link, join(folder, 'latest'));
  await syncFolder(folder);
}

/** Removes a dump. Only its manifest stays, which records the removal. */
export async function remove(folder: string, { at, manifest }: Dump, removed: Removal): Promise<void> {
  const place = join(folder, String(at));
  const left: Manifest = { ...manifest, resources: [], removed };
  await writeFile(join(place, '.next'), `${JSON.stringify(left, null, 2)}\n`);
  await sync(join(place, '.next'));
  await rename(join(place, '.next'), join(place, manifestName));
  await empty(place);
  await syncFolder(place);
}

/** Removes a dump without a trace: one that is not in any catalogue, or that belongs to a history that was lost. */
export async function discard(folder: string, { at }: Dump): Promise<void> {
  await rm(join(folder, String(at)), { recursive: true, force: true });
  await syncFolder(folder);
}

/** The newest dump; undefined while there is none. */
export async function readLatest(folder: string): Promise<Dump | undefined> {
  const linked = await readlink(join(folder, 'latest')).catch(() => undefined);
  const dump = linked === undefined ? undefined : await readDump(folder, Number(linked));
  if (dump && !dump.manifest.removed) return dump;
  return (await listThere(folder)).at(-1);
}

/**
 * Which of the dumps (oldest first) have outlived their retention. Kept are the newest, and the last of each of the last 7 days, of the last 12
 * months, and of each year.
 */
export function outlived<T extends { manifest: Pick<Manifest, 'created'> }>(dumps: T[], now: Date): T[] {
  const kept = new Set<T>(dumps.slice(-1));
  const lastOf = (length: number, since: number) => {
    const periods = new Map(dumps.map((dump) => [dump.manifest.created.slice(0, length), dump]));
    for (const [period, dump] of periods) if (Date.parse(period.padEnd(4, '0')) >= since) kept.add(dump);
  };
  const day = 86_400_000;
  lastOf(10, now.getTime() - 7 * day);
  lastOf(7, now.getTime() - 366 * day);
  lastOf(4, Number.NEGATIVE_INFINITY);
  return dumps.filter((dump) => !kept.has(dump));
}
