import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '#event-store';
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
import { compareReadModels, ownIntake } from '#projections';
import type { Register } from '#server';
import { folderOf, openPlace, readOrigin } from './places.js';
import { showProgress } from './progress.js';
import { openDatabase, openRegister, settings } from './settings.js';

/** What this reader knows of a log: its key and the checkpoint that it saw last. */
type Known = { key: VerifierKey; seen: Checkpoint };

/**
 * Verifies a whole register from its public files, at a URL or in a folder; without either, the register of this home, including its database.
 * Exit code 0: all is right; 1: something is wrong; 2: nothing is wrong, but a check was not possible.
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
  else if (given !== undefined)
    console.log('Only the log    is looked at here, not the pages, answers and dumps that are made from it.');
  tell(place, result, known);
  if (keys.length > 1)
    console.log(`Key             now ${formatVerifierKey(keys.at(-1)!)}, vouched for by the one known here`);
  if (result.faultCount > 0) process.exitCode = 1;
  else if (result.notMade.length > 0) process.exitCode = 2;
  else if (result.checkpoint)
    remember({ key: keys.findLast((one) => result.signedBy.includes(one))!, seen: result.checkpoint });
}

const ownFolder = () => join(settings.home, 'public/log');

/** Compares the database of this home with the log: its events and the read models. */
async function compareOwn(read: ReadFile, result: Verification, size: number): Promise<void> {
  const { database, close } = await openDatabase(false);
  try {
    const register = await openRegister(database);
    try {
      await compareEvents(register, read, result, size);
      await compareRead(database, register, result);
      await tellOfKeys(register);
    } finally {
      await register.close();
    }
  } finally {
    await close();
  }
}

async function compareEvents({ store }: Register, read: ReadFile, result: Verification, size: number): Promise<void> {
  const progress = showProgress('Compared with the database', size);
  const { faults, faultCount } = await compareWithLog(store, read, size, (done) => progress.at(done));
  progress.end();
  result.faults.push(...faults);
  result.faultCount += faultCount;
  console.log(`Database        ${size - faultCount} of ${size} events are those of the log`);
}

async function compareRead(database: Database, { store }: Register, result: Verification): Promise<void> {
  const progress = showProgress('Read models made anew', (await store.head()) + 1);
  try {
    const { rows, odd, oddCount, position } = await compareReadModels(database, ownIntake(store), (done) =>
      progress.at(done + 1),
    );
    progress.end();
    const words = {
      changed: 'It says something else than the log.',
      missing: 'It is missing.',
      added: 'It is not of the log.',
    };
    result.faults.push(
      ...odd.map(({ table, key, what }) => ({ where: `read models, ${table} ${key}`, what: words[what] })),
    );
    result.faultCount += oddCount;
    console.log(`Read models     ${rows - oddCount} of ${rows} rows are what the log says up to event ${position}`);
  } catch (error) {
    progress.end();
    result.notMade.push(`The read models, from which pages, answers and dumps are made: ${(error as Error).message}`);
  }
}

/** Idempotency keys are chosen by the senders and are in no envelope, so nobody can prove that they are right. */
async function tellOfKeys({ store }: Register): Promise<void> {
  const { count, first } = await store.readKeyless(5);
  const which = count === 0 ? '' : ` (positions ${first.join(', ')}${count > first.length ? ' ...' : ''})`;
  console.log(
    `Keys            ${count} events have no idempotency key${which}${count === 0 ? '' : ': sent again, their commands would be recorded again'}. Keys are not signed: whether they are right cannot be checked.`,
  );
}

function tell(place: string, result: Verification, known: Known | undefined): void {
  const { checkpoint, events, payloads, erased, faults, faultCount, notMade, stepsBack } = result;
  if (checkpoint)
    console.log(`${checkpoint.origin}: ${checkpoint.size} entries, root ${checkpoint.root.toString('base64')}`);
  console.log(`Read            ${events} entries and ${payloads} payloads from ${place}`);
  console.log(
    `Last seen       ${known ? `${known.seen.size} entries` : `never from here${result.notMade.length > 0 ? '' : ': from now on it is compared with what it is today'}`}`,
  );
  console.log(`Erased          ${erased.length} payloads, each by a later entry`);
  for (const { index, part, by } of erased.slice(0, 20)) console.log(`  entry ${index} (${part}), by entry ${by}`);
  if (erased.length > 20) console.log(`  ... and ${erased.length - 20} more`);
  for (const { index, from, to } of stepsBack.slice(0, 20))
    console.log(`Time goes back  entry ${index} says that it was recorded at ${to}, after one of ${from}`);
  if (stepsBack.length > 0)
    console.log(
      `                ${stepsBack.length} times. Up to release 0.1 of Vitrine a clock that was set back could do that; what release 0.2 or later records never steps back.`,
    );
  for (const what of notMade) console.log(`Not checked     ${what}`);
  for (const { where, what } of faults.slice(0, 50)) console.log(`FAILS           ${where}: ${what}`);
  if (faultCount > 50) console.log(`  ... and ${faultCount - 50} more`);
  console.log(faultCount > 0 ? `${faultCount} faults: do not trust this copy.` : 'All that was checked holds.');
}

/** This home's log key, if the log is its own; during a rotation the old one, from which the new one can be verified. */
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
