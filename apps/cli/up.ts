import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { findRunningPostgres } from '#event-store';
import { checkHealth, createServer, logger, type Register, readProxies } from '#server';
import { loadDemo } from './demo.js';
import { claimHome } from './home.js';
import { chosenThemes, openDatabase, openPublishingRegister, publicUrl, settings } from './settings.js';

// Long streams (exports, rebuilds) produce much short-lived garbage: collect it before the heap has grown by half, not when it has tripled.
setFlagsFromString('--heap-growing-percent=40');

/** After draining: how long requests in progress may take, and how long the whole shutdown may take. */
const longestAnswerMilliseconds = 5000;
const longestStopMilliseconds = 9000;

/** Runs the register until Ctrl-C or SIGTERM: database, demonstration data if it is empty, web server. */
export async function up(): Promise<void> {
  const begun = Date.now();
  if (!(settings.logLevel in logger.levels.values) && settings.logLevel !== 'silent')
    throw new Error(`VITRINE_LOG_LEVEL is one of ${Object.keys(logger.levels.values).join(', ')}, silent.`);
  logger.level = settings.logLevel;
  mkdirSync(settings.home, { recursive: true });
  const stop = listenForStop();
  await refuseTakenPort();
  // Checked before the database is taken over: a running register keeps it.
  const running = settings.databaseUrl ? undefined : await findRunningPostgres(settings.home);
  const before = running && (await claimHome(running));
  const { database, close, leave } = await openDatabase(true);
  const claim = async () => before ?? (await claimHome(database));
  const only = settings.databaseUrl
    ? undefined
    : await claim().catch((error) => {
        // Another process was faster, and uses the database that was started here.
        leave();
        throw error;
      });
  try {
    // Left over from an interrupted restore.
    rmSync(join(settings.home, 'restore'), { recursive: true, force: true });
    const register = await openPublishingRegister(database);
    try {
      const keyFile = await makeFirstKey(register);
      const empty = (await register.store.head()) === -1 && !register.state.log.refuses;
      if (settings.demo && empty) await loadDemo(register);
      await register.projected.waitUntil(await register.store.head(), 60_000);
      const app = await createServer(register, {
        requestsAMinute: settings.requestsAMinute,
        proxies: readProxies(settings.behindProxy),
        publicUrl: publicUrl(register.origin),
        contact: settings.contact,
        themes: chosenThemes(),
        metrics: settings.metrics,
      });
      await app.listen(settings.port, settings.host);
      console.log(
        `Vitrine runs on http://${settings.host === '127.0.0.1' ? 'localhost' : settings.host}:${settings.port} (ready in ${((Date.now() - begun) / 1000).toFixed(1)} s).`,
      );
      console.log(keyFile ? `The administrator's key is in ${keyFile}` : 'Keys: vitrine keys --help');
      console.log('Stop with Ctrl-C.');
      for (const { message } of (await checkHealth(register)).troubles) console.error(`Please check: ${message}`);
      stop.hasStarted();
      await stop.requested;
      console.log('Stopping: finishing open requests ...');
      // Load balancers are told (by /readyz) to send no more requests here, and given time to react.
      register.isDraining = true;
      await sleep(settings.drainSeconds * 1000);
      // Do not wait longer for slow readers.
      const patience = setTimeout(() => app.getHttpServer().closeAllConnections(), longestAnswerMilliseconds);
      await app.close();
      clearTimeout(patience);
    } finally {
      await register.close();
    }
  } finally {
    await only?.end();
    await close();
  }
}

/**
 * Makes sure that a signal ends the process, whatever hangs: at once during the start, when nothing needs an orderly end; later after the
 * time limit for the shutdown. A second signal always ends it at once.
 */
function listenForStop(): { requested: Promise<void>; hasStarted(): void } {
  let patience = 0;
  let count = 0;
  const requested = new Promise<void>((resolve) => {
    const stop = (code: number) => {
      resolve();
      const end = () => {
        if (patience > 0) console.error('Not everything could be closed in time. Nothing that was recorded is lost.');
        process.exit(code);
      };
      if (++count > 1) process.exit(code);
      setTimeout(end, patience).unref();
    };
    process.on('SIGINT', () => stop(130));
    process.on('SIGTERM', () => stop(143));
  });
  return {
    requested,
    hasStarted: () => {
      patience = settings.drainSeconds * 1000 + longestStopMilliseconds;
    },
  };
}

/** Runs before anything is started, so that a second register, started by mistake, does not disturb the first. */
async function refuseTakenPort(): Promise<void> {
  const probe = createNetServer();
  try {
    probe.listen(settings.port, settings.host);
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${settings.port} is taken by another program. Stop it, or choose another with VITRINE_PORT.`);
  }
}

/** Creates a key for the operator of a register that has none, in a file that only its owner can read. */
async function makeFirstKey(register: Register): Promise<string | undefined> {
  const file = join(settings.home, 'administrator.key');
  if ((await register.keys.list()).length > 0) return existsSync(file) ? file : undefined;
  const { secret } = await register.keys.create({
    name: 'first administrator',
    organisation: null,
    role: 'administrator',
    expiresAt: null,
  });
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return file;
}
