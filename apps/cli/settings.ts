import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  type Database,
  findRunningPostgres,
  hasEmbeddedPostgres,
  isOrderedElsewhere,
  migrate,
  type OpenStorage,
  openKurrent,
  openOrderedLog,
  ownDatabase,
  readOrigin,
  startEmbeddedPostgres,
} from '#event-store';
import { type Licence, licences, noThemes, readThemes, type Themes } from '#exports';
import { Register } from '#server';

/** All settings, from the environment. Each is documented in the README. */
export const settings = {
  home: resolve(process.env['VITRINE_HOME'] ?? 'var'),
  databaseUrl: process.env['VITRINE_DATABASE_URL'],
  ownerUrl: process.env['VITRINE_DATABASE_OWNER_URL'],
  kurrentUrl: process.env['VITRINE_KURRENTDB_URL'],
  origin: process.env['VITRINE_ORIGIN'],
  host: process.env['VITRINE_HOST'] ?? '127.0.0.1',
  port: Number(process.env['VITRINE_PORT'] ?? 3000),
  requestsAMinute: Number(process.env['VITRINE_REQUESTS_A_MINUTE'] ?? 1200),
  publicUrl: process.env['VITRINE_PUBLIC_URL']?.replace(/\/+$/, ''),
  contact: process.env['VITRINE_CONTACT'],
  privateWebhooks: process.env['VITRINE_PRIVATE_WEBHOOKS'] === '1',
  behindProxy: process.env['VITRINE_BEHIND_PROXY'],
  metrics: process.env['VITRINE_METRICS'] === '1',
  theme: process.env['VITRINE_THEME'],
  logLevel: process.env['VITRINE_LOG_LEVEL'] ?? 'warn',
  drainSeconds: Number(process.env['VITRINE_DRAIN_SECONDS'] ?? 0),
  licence: process.env['VITRINE_LICENCE'] ?? licences[0]!.id,
  dumpMinutes: Number(process.env['VITRINE_DUMP_MINUTES'] ?? 10),
  demo: process.env['VITRINE_DEMO'] !== '0',
  clockAheadSeconds: Number(process.env['VITRINE_CLOCK_AHEAD_SECONDS'] ?? 60),
};

/** The file that lists acknowledged events that the database has lost. */
export const lossFile = join(settings.home, 'lost-events.json');

/** The folders of the published log, of its temporary files, and of the claims: what the log is about to sign. */
export const logPlaces = {
  folder: join(settings.home, 'public/log'),
  scratch: join(settings.home, 'public/.scratch'),
  claims: join(settings.home, 'log-claims'),
};

const defaultOrigin = 'vitrine.localhost';

/** The URL of the register for readers: as set, otherwise made from its origin, or on this machine if that is the default one. */
export function publicUrl(origin: string): string {
  return settings.publicUrl ?? (origin === defaultOrigin ? `http://localhost:${settings.port}` : `https://${origin}`);
}

/** For a database server that this process did not start and does not stop. */
const others = { close: async () => undefined, leave: () => undefined };

/**
 * Opens the database: the operator's own, or the embedded one, which is started if it is not running. With `start`, an embedded one that is
 * already running is taken over. `leave` keeps it running when this process ends.
 */
export async function openDatabase(
  start: boolean,
): Promise<{ database: Database; close(): Promise<void>; leave(): void }> {
  if (settings.databaseUrl) return { database: ownDatabase(settings.databaseUrl, settings.ownerUrl), ...others };
  const running = start ? undefined : await findRunningPostgres(settings.home);
  if (running) return { database: running, ...others };
  // An exit handler stops the server that is started here. A signal runs it only if it leads to process.exit.
  if (!start) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const postgres = await startEmbeddedPostgres(settings.home);
  return { database: postgres.database, close: () => postgres.stop(), leave: () => postgres.leave() };
}

/** Throws if there is no register in this home. */
export function requireRegister(): void {
  if (settings.databaseUrl || hasEmbeddedPostgres(settings.home)) return;
  throw new Error(
    `There is no register in ${resolve(settings.home)}. Name its folder with VITRINE_HOME, or start one: vitrine up.`,
  );
}

/** Opens the register, runs `work`, and closes it again. */
export const withRegister = <T>(work: (register: Register) => Promise<T>): Promise<T> => within(openRegister, work);

/** Like withRegister, but also publishes the log meanwhile, unless another process does. */
export const withPublishingRegister = <T>(work: (register: Register) => Promise<T>): Promise<T> =>
  within(openPublishingRegister, work);

async function within<T>(
  open: (database: Database) => Promise<Register>,
  work: (register: Register) => Promise<T>,
): Promise<T> {
  const { database, close } = await openDatabase(false);
  try {
    const register = await open(database);
    try {
      return await work(register);
    } finally {
      await register.close();
    }
  } finally {
    await close();
  }
}

const safety = { lossFile, aheadMilliseconds: settings.clockAheadSeconds * 1000 };

/** The storage for events, if it is not the database alone. Throws if KurrentDB keeps their order but its URL is not set. */
async function storageOf(database: Database, origin: string): Promise<{ openStorage?: OpenStorage }> {
  if (settings.kurrentUrl)
    return { openStorage: openOrderedLog(database, await openKurrent(settings.kurrentUrl, origin)) };
  if (!(await isOrderedElsewhere(database))) return {};
  throw new Error(
    'KurrentDB keeps the order of events of this register. Set VITRINE_KURRENTDB_URL: without it, events could be written that the log in KurrentDB does not have.',
  );
}

export async function openRegister(database: Database): Promise<Register> {
  await migrate(database);
  const origin = await settledOrigin(database);
  return Register.open({ database, origin, projecting: true, ...safety, ...(await storageOf(database, origin)) });
}

/** Like openRegister, but also publishes the log and the dumps, and delivers to webhooks. */
export async function openPublishingRegister(database: Database): Promise<Register> {
  await migrate(database);
  const origin = await settledOrigin(database);
  return Register.open({
    database,
    origin,
    projecting: true,
    ...safety,
    ...(await storageOf(database, origin)),
    log: { keyFolder: join(settings.home, 'keys'), places: logPlaces },
    dumps: { folder: join(settings.home, 'public/exports'), licence: chosenLicence(), minutes: settings.dumpMinutes },
    post: {
      base: publicUrl(origin),
      reach: { isPrivateAllowed: settings.privateWebhooks, timeoutMilliseconds: 15_000 },
    },
  });
}

/** The licence of the data. */
export function chosenLicence(): Licence {
  const licence = licences.find(({ id }) => id === settings.licence);
  if (licence) return licence;
  throw new Error(`VITRINE_LICENCE is one of ${licences.map(({ id }) => id).join(', ')}.`);
}

/** How the pages look: VITRINE_THEME, or theme.json in the home. Throws an Error that says what is wrong with it. */
export function chosenThemes(): Themes {
  const file = resolve(settings.theme ?? join(settings.home, 'theme.json'));
  if (settings.theme === undefined && !existsSync(file)) return noThemes;
  try {
    return readThemes(readFileSync(file, 'utf8'), (name) => readFileSync(join(dirname(file), name), 'utf8'));
  } catch (error) {
    throw new Error(`The theme in ${file} cannot be used. ${(error as Error).message}`);
  }
}

/** The origin is part of every envelope and never changes: once there is an event, the first one determines it. */
export async function settledOrigin(database: Database): Promise<string> {
  const recorded = await readOrigin(database);
  if (recorded && settings.origin && recorded !== settings.origin)
    throw new Error(
      `This register's origin is "${recorded}", in every event that it has published. VITRINE_ORIGIN says "${settings.origin}": unset it.`,
    );
  return recorded ?? settings.origin ?? defaultOrigin;
}
