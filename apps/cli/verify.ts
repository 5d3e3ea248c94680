import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Checkpoint,
  compareWithLog,
  followSuccessions,
  formatCheckpoint,
  formatVerifierKey,
  openLogKeys,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  type ReadFile,
  readIfThere,
  type Verification,
  type VerifierKey,
  verifyLog,
} from '#log';
import { showProgress } from './progress.js';
import { settings, withRegister } from './settings.js';

/** What this reader knows of a log: its key and the checkpoint that it saw last. */
type Known = { key: VerifierKey; seen: Checkpoint };

const maxTries = 3;
const maxFileBytes = 64 * 1024 * 1024;

/**
 * Checks a whole register from its public files, at a URL or in a folder; without either the one of this home, and then
 * its database too. Exit code 0: all of it holds; 1: something does
 * not; 2: nothing is wrong, but a check could not be made.
 */
export async function verify(given: string | undefined, options: { key?: string }): Promise<void> {
  const place = given ?? ownFolder();
  const read = /^https?:/.test(place) ? fromUrl(place) : fromFolder(place);
  const origin = await readOrigin(read);
  const known = origin === undefined ? undefined : readKnown(origin);
  const key = options.key === undefined ? (known?.key ?? ownKey(origin)) : parseVerifierKey(options.key);
  const keys = key ? await followSuccessions(read, key) : [];
  let progress: ReturnType<typeof showProgress> | undefined;
  const result = await verifyLog(read, {
    keys,
    ...(known ? { seen: known.seen } : {}),
    onProgress(done, total) {
      progress ??= showProgress('Verified', total);
      progress.at(done);
    },
  });
  progress?.end();
  if (given === undefined && result.checkpoint) await compareOwn(read, result, result.checkpoint.size);
  if (!known) result.notMade.push('This log was not seen from here before, so nothing says what it held earlier.');
  tell(place, result, known);
  if (keys.length > 1)
    console.log(
      `Key             ${keys.length - 1} times changed, each time vouched for by the one before; keep ${formatVerifierKey(keys.at(-1)!)}`,
    );
  if (result.faultCount > 0) process.exitCode = 1;
  else if (!key) process.exitCode = 2;
  else if (result.checkpoint)
    remember({ key: keys.findLast((one) => result.signedBy.includes(one))!, seen: result.checkpoint });
}

const ownFolder = () => join(settings.home, 'public/log');

async function compareOwn(read: ReadFile, result: Verification, size: number): Promise<void> {
  const progress = showProgress('Compared with the database', size);
  const { faults, faultCount } = await withRegister(({ store }) =>
    compareWithLog(store, read, size, (done) => progress.at(done)),
  );
  progress.end();
  result.faults.push(...faults);
  result.faultCount += faultCount;
  console.log(`Database        ${size - faultCount} of ${size} events are those of the log`);
}

function tell(place: string, result: Verification, known: Known | undefined): void {
  const { checkpoint, events, payloads, erased, faults, faultCount, notMade } = result;
  if (checkpoint)
    console.log(`${checkpoint.origin}: ${checkpoint.size} entries, root ${checkpoint.root.toString('base64')}`);
  console.log(`Read            ${events} entries and ${payloads} payloads from ${place}`);
  if (known) console.log(`Last seen       ${known.seen.size} entries`);
  console.log(`Erased          ${erased.length} payloads, each by a later entry`);
  for (const { index, part, by } of erased.slice(0, 20)) console.log(`  entry ${index} (${part}), by entry ${by}`);
  if (erased.length > 20) console.log(`  ... and ${erased.length - 20} more`);
  for (const what of notMade) console.log(`Not checked     ${what}`);
  for (const { where, what } of faults.slice(0, 50)) console.log(`FAILS           ${where}: ${what}`);
  if (faultCount > 50) console.log(`  ... and ${faultCount - 50} more`);
  console.log(faultCount > 0 ? `${faultCount} faults: do not trust this copy.` : 'All that was checked holds.');
}

function fromFolder(folder: string): ReadFile {
  const inside = existsSync(join(folder, 'checkpoint')) ? folder : join(folder, 'log');
  return (path) => readIfThere(join(inside, path));
}

function fromUrl(url: string): ReadFile {
  const prefix = url.replace(/\/+$/, '').replace(/(\/log)?$/, '/log');
  return async (path) => {
    const response = await patiently(`${prefix}/${path}`);
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw new Error(`${prefix}/${path} answers ${response.status}.`);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (bytes.length > maxFileBytes) throw new Error(`${prefix}/${path} is too large to be a file of a log.`);
    return bytes;
  };
}

/** A line that breaks, or a server that is busy, gets three tries. */
async function patiently(url: string): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
      if (tries < maxTries) return undefined;
      throw new Error(`${url} cannot be read: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    });
    if (response && (response.ok || response.status < 500 || tries === maxTries)) return response;
    await response?.body?.cancel();
    await sleep(tries * 500);
  }
}

async function readOrigin(read: ReadFile): Promise<string | undefined> {
  try {
    return parseCheckpoint(parseNote((await read('checkpoint')) ?? Buffer.alloc(0)).text).origin;
  } catch (error) {
    if (error instanceof Error && error.name === 'LogError') return undefined;
    throw error;
  }
}

/** The first key of the register of this home, if the log is its own. */
function ownKey(origin: string | undefined): VerifierKey | undefined {
  const file = join(settings.home, 'keys/log.key');
  if (!existsSync(file) || origin === undefined || !readFileSync(file, 'utf8').startsWith(`PRIVATE+KEY+${origin}+`))
    return undefined;
  return openLogKeys(join(settings.home, 'keys'), origin).signers.at(-1)!.verifier;
}

const knownFile = (origin: string) => join(settings.home, 'seen', hash('sha256', origin, 'hex'));

function readKnown(origin: string): Known | undefined {
  const file = knownFile(origin);
  if (!existsSync(file)) return undefined;
  const [key, ...checkpoint] = readFileSync(file, 'utf8').split('\n');
  return { key: parseVerifierKey(key!), seen: parseCheckpoint(checkpoint.join('\n')) };
}

function remember({ key, seen }: Known): void {
  mkdirSync(join(settings.home, 'seen'), { recursive: true });
  writeFileSync(knownFile(seen.origin), `${formatVerifierKey(key)}\n${formatCheckpoint(seen)}`);
}
