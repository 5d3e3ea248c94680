import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Database, findRunningPostgres, migrate, openEventStore, openPool } from '#event-store';
import {
  claim,
  compareWithLog,
  finishClaim,
  formatVerifierKey,
  openLogKeys,
  readClaims,
  rememberKey,
  restoreEvents,
  verifyLog,
} from '#log';
import { type ApiKey, ApiKeys, type Report, Reports } from '#server';
import { type BackupManifest, keyFiles, privateFile } from './backup.js';
import { claimHome } from './home.js';
import { openPlace } from './places.js';
import { showProgress } from './progress.js';
import { waitUntilGone, waitUntilPublished } from './published.js';
import {
  checkManifest,
  fetched,
  openSource,
  type RestoreOptions,
  readManifest,
  refuseOlder,
  type Source,
} from './restore-source.js';
import { logPlaces, openDatabase, openPublishingRegister, settings } from './settings.js';

/**
 * Restores the register of this home from a backup, or from any copy of its log, into a database that is empty or behind. Ends with a full
 * verification. After an interruption, it resumes where it stopped.
 */
export async function restore(from: string, options: RestoreOptions): Promise<void> {
  mkdirSync(settings.home, { recursive: true });
  const running = settings.databaseUrl ? undefined : await findRunningPostgres(settings.home);
  if (running) await (await claimHome(running)).end();
  if (options.keys !== undefined) await takeKeys(options.keys);
  const manifest = await readManifest(from);
  await finishOwn();
  const source = await openSource(from, manifest, options);
  const notChecked = manifest ? await checkManifest(from, manifest, source.keys) : [];
  await refuseOlder(source, options);
  // From here on, this home signs nothing until the whole log is restored.
  await claim(logPlaces.claims, source.checkpoint);
  for (const key of source.keys) rememberKey(join(settings.home, 'keys'), key);
  const { database, close } = await openDatabase(false);
  try {
    const only = settings.databaseUrl ? undefined : await claimHome(database);
    try {
      await migrate(database);
      await restoreLog(database, source, manifest && privateFile(from, manifest, 'idempotency-keys'));
      if (manifest) await restoreApiKeys(database, privateFile(from, manifest, 'api-keys'));
      if (manifest && hasReports(manifest)) await restoreReports(database, privateFile(from, manifest, 'reports'));
      await finish(database, source, notChecked);
      rmSync(fetched(), { recursive: true, force: true });
    } finally {
      await only?.end();
    }
  } finally {
    await close();
  }
}

/** Finishes what this home was publishing when it was stopped, because the restore may be from those files. */
async function finishOwn(): Promise<void> {
  const keyFolder = join(settings.home, 'keys');
  const claimed = (await readClaims(logPlaces.claims)).at(-1);
  if (!claimed || !existsSync(join(keyFolder, 'log.key'))) return;
  const finished = await finishClaim(openLogKeys(keyFolder, claimed.origin), logPlaces);
  if (finished) console.log(`Finished publishing what was under way: ${finished.size} events.`);
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

/** Reads `position,key` lines in order, only as far as needed. */
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

/** Readers' reports: those that have ended since stay away. */
async function restoreReports(database: Database, file: string): Promise<void> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const reports = lines.map((line) => {
    const { receipt, receivedAt, endsAt, decidedAt, ...rest } = JSON.parse(line) as { [name: string]: string };
    const times = {
      receivedAt: new Date(receivedAt!),
      endsAt: new Date(endsAt!),
      decidedAt: decidedAt && new Date(decidedAt),
    };
    return { ...rest, ...times, receipt: Buffer.from(receipt!, 'hex') } as Report;
  });
  const pool = openPool(database, { max: 1, application_name: 'vitrine restore' });
  try {
    await new Reports(pool, Date.now).restore(reports);
    console.log(`${reports.length} readers' reports restored.`);
  } finally {
    await pool.end();
  }
}

/** Backups up to release 0.1 have none. */
const hasReports = ({ files }: BackupManifest) =>
  Object.keys(files).some((name) => name.startsWith('private/reports-'));

async function restoreApiKeys(database: Database, file: string): Promise<void> {
  const text = readFileSync(file, 'utf8').trim();
  const keys = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as ApiKey & { hash: string });
  const table = await ApiKeys.open(database);
  try {
    const put = await table.restore(keys.map((key) => ({ ...key, hash: Buffer.from(key.hash, 'hex') })));
    console.log(`${put.length} API keys restored; ${keys.length - put.length} were there.`);
    const off = put.filter(({ revokedAt }) => !revokedAt);
    if (off.length === 0) return;
    console.log(
      'They are off, because any of them may have been revoked since the backup. Activate the ones that you know:',
    );
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

/** Builds the read models, publishes what is missing of the log, and verifies everything. Without the log's key only the database is compared. */
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
    await register.projected.waitUntil(await register.store.head(), 600_000);
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
