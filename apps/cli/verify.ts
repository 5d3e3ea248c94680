import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Checkpoint,
  compareWithLog,
  followSuccessions,
  formatCheckpoint,
  formatVerifierKey,
  openLogKeys,
  parseCheckpoint,
  parseVerifierKey,
  type ReadFile,
  type Verification,
  type VerifierKey,
  verifyLog,
} from '#log';
import { folderOf, openPlace, readOrigin } from './places.js';
import { showProgress } from './progress.js';
import { settings, withRegister } from './settings.js';

/** What this reader knows of a log: its key and the checkpoint that it saw last. */
type Known = { key: VerifierKey; seen: Checkpoint };

/**
 * Checks a whole register from its public files, at a URL or in a folder; without either the one of this home, and then
 * its database too. Exit code 0: all of it holds; 1: something does
 * not; 2: nothing is wrong, but a check could not be made.
 */
export async function verify(given: string | undefined, options: { key?: string }): Promise<void> {
  const place = given ?? ownFolder();
  const read = openPlace(place);
  const origin = await readOrigin(read);
  const known = origin === undefined ? undefined : readKnown(origin);
  const key = options.key === undefined ? (known?.key ?? ownKey(origin)) : parseVerifierKey(options.key);
  const keys = key ? await followSuccessions(read, key) : [];
  const progress = showProgress('Verified');
  const folder = folderOf(place);
  const result = await verifyLog(read, {
    keys,
    ...(known && { seen: known.seen }),
    ...(folder && { folder }),
    onProgress: progress.at,
  });
  progress.end();
  if (given === undefined && result.checkpoint) await compareOwn(read, result, result.checkpoint.size);
  tell(place, result, known);
  if (keys.length > 1)
    console.log(`Key             now ${formatVerifierKey(keys.at(-1)!)}, vouched for by the one known here`);
  if (result.faultCount > 0) process.exitCode = 1;
  else if (result.notMade.length > 0) process.exitCode = 2;
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
  console.log(
    `Last seen       ${known ? `${known.seen.size} entries` : `never from here${result.notMade.length > 0 ? '' : ': from now on it is compared with what it is today'}`}`,
  );
  console.log(`Erased          ${erased.length} payloads, each by a later entry`);
  for (const { index, part, by } of erased.slice(0, 20)) console.log(`  entry ${index} (${part}), by entry ${by}`);
  if (erased.length > 20) console.log(`  ... and ${erased.length - 20} more`);
  for (const what of notMade) console.log(`Not checked     ${what}`);
  for (const { where, what } of faults.slice(0, 50)) console.log(`FAILS           ${where}: ${what}`);
  if (faultCount > 50) console.log(`  ... and ${faultCount - 50} more`);
  console.log(faultCount > 0 ? `${faultCount} faults: do not trust this copy.` : 'All that was checked holds.');
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
  const file = knownFile(seen.origin);
  writeFileSync(`${file}.new`, `${formatVerifierKey(key)}\n${formatCheckpoint(seen)}`, { flush: true });
  renameSync(`${file}.new`, file);
}
