import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { locks } from '#event-store';
import { launchServer, type RunningServer } from '../harness/server.js';
import { type ClusterNode, query, urlOf } from './cluster.js';

/** A register in its own process, with its own PostgreSQL, in which faults are provoked. */
export type Stage = { place: string; home: string; node: ClusterNode; server: RunningServer };
/** `says`: the code on /readyz. `status`: that of the answer. `provoke` returns a function that undoes the fault. */
export type Fault = {
  name: string;
  says: string;
  status: 200 | 503;
  provoke(stage: Stage): Promise<() => Promise<void> | void>;
};

export type Answer = { status: number; health: Health; milliseconds: number };
export type Health = { status: string; reason?: string; troubles: { code: string; message: string }[] };

const organisation = 'urn:vitrine:org:local:faults';

export function startRegister(home: string, node: ClusterNode, port: number, settings = {}): RunningServer {
  return launchServer(home, port, '0', {
    VITRINE_DATABASE_URL: urlOf(node.port),
    VITRINE_DUMP_MINUTES: '0',
    ...settings,
  });
}

export async function askReadiness({ url }: { url: string }): Promise<Answer | undefined> {
  const begun = performance.now();
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (!answer) return undefined;
  const health = (await answer.json()) as Health;
  return { status: answer.status, health, milliseconds: performance.now() - begun };
}

export const isTold = ({ troubles }: Health, code: string) => troubles.some((trouble) => trouble.code === code);

/** Polls until `isSo` accepts an answer, for a minute or so; also returns how long the slowest answer took, in milliseconds. */
export async function untilReady(
  server: { url: string },
  isSo: (answer: Answer) => boolean,
): Promise<{ answer: Answer; longest: number }> {
  let last: Answer | undefined;
  let longest = 0;
  for (let tries = 0; tries < 600; tries++) {
    const answer = await askReadiness(server);
    longest = Math.max(longest, answer?.milliseconds ?? 0);
    if (answer && isSo(answer)) return { answer, longest };
    last = answer ?? last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`It never was so. The last answer: ${JSON.stringify(last)}`);
}

let count = 0;
/** Sends one command; returns the status of its answer, 0 without one. */
export async function recordSomething({ server }: Stage, data = {}): Promise<number> {
  const command = {
    type: 'RegisterOrganisation',
    organisation: `${organisation}-${++count}`,
    occurredAt: '2025-01-01',
    idempotencyKey: `fault ${count}`,
    data: { names: { en: `Organisation ${count}` }, kind: 'municipality', country: 'NL', ...data },
  };
  const answer = await fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key()}`, 'content-type': 'application/json' },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(5000),
  }).catch(() => undefined);
  return answer?.status ?? 0;
}

/** Opens a session that runs a statement and stays open. Returns a function that ends it. */
async function stayWith({ node }: Stage, sql: string): Promise<() => Promise<void>> {
  const client = new pg.Client(urlOf(node.port));
  client.on('error', () => undefined);
  await client.connect();
  await client.query(sql);
  return () => client.end();
}

/** Like stayWith, but also records something meanwhile. */
async function recordBeside(stage: Stage, sql: string): Promise<() => Promise<void>> {
  const end = await stayWith(stage, sql);
  await recordSomething(stage);
  return end;
}

async function endSessions({ node }: Stage, which: string): Promise<void> {
  await query(node, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${which}`, 'postgres');
}

const setting = (name: string, value: string) => async (stage: Stage) => {
  await query(stage.node, `ALTER SYSTEM SET ${name} = ${value}`);
  await query(stage.node, 'SELECT pg_reload_conf()');
  return async () => {
    await query(stage.node, `ALTER SYSTEM RESET ${name}`);
    await query(stage.node, 'SELECT pg_reload_conf()');
  };
};

/** Signals the server first, so that it starts no more processes, and then all its processes, each in a group of its own. */
function signalAll({ child }: ClusterNode, signal: NodeJS.Signals): void {
  process.kill(child.pid!, signal);
  const pids = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')')).split(' ')[2] === String(child.pid);
    } catch {
      return false;
    }
  });
  for (const pid of pids.map(Number)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // A process that ended meanwhile needs no signal.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

export const databaseFrozen: Fault = {
  name: 'the database is frozen',
  says: 'unavailable',
  status: 503,
  async provoke({ node }) {
    signalAll(node, 'SIGSTOP');
    return () => signalAll(node, 'SIGCONT');
  },
};

/** Faults that take only a few seconds each. */
export const quickFaults: Fault[] = [
  databaseFrozen,
  {
    name: 'the database is read-only',
    says: 'read-only',
    status: 503,
    provoke: setting('default_transaction_read_only', 'on'),
  },
  {
    name: 'the database does not flush (fsync off)',
    says: 'not-durable',
    status: 200,
    provoke: setting('fsync', 'off'),
  },
  {
    name: 'somebody holds the lock under which events are written',
    says: 'cannot-write',
    status: 503,
    async provoke(stage) {
      const end = await stayWith(stage, `SELECT pg_advisory_lock(${locks.appending})`);
      // A write that waits too long is given up; ending its session here saves the wait.
      const answered = recordSomething(stage);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await endSessions(stage, "application_name = 'vitrine append' AND wait_event_type = 'Lock'");
      await answered;
      return end;
    },
  },
  {
    name: 'the database lets nobody else in',
    says: 'cannot-write',
    status: 503,
    async provoke(stage) {
      await query(stage.node, 'ALTER DATABASE vitrine ALLOW_CONNECTIONS false', 'postgres');
      await endSessions(stage, "application_name = 'vitrine append'");
      await recordSomething(stage);
      return async () => {
        await query(stage.node, 'ALTER DATABASE vitrine ALLOW_CONNECTIONS true', 'postgres');
      };
    },
  },
  {
    name: 'the folder of the log is gone',
    says: 'log-waits',
    status: 503,
    async provoke(stage) {
      const folder = join(stage.home, 'public');
      renameSync(folder, `${folder}.away`);
      writeFileSync(folder, '');
      await recordSomething(stage);
      return () => {
        rmSync(folder);
        renameSync(`${folder}.away`, folder);
      };
    },
  },
  {
    name: 'the read models wait (somebody holds a lock on them)',
    says: 'behind',
    status: 503,
    provoke: (stage) => recordBeside(stage, 'BEGIN; LOCK TABLE read.organisation IN SHARE MODE'),
  },
  {
    name: 'a row of the read models was changed by hand',
    says: 'read-models-differ',
    status: 503,
    async provoke(stage) {
      await query(stage.node, "UPDATE read.organisation SET record = replace(record, 'municipality', 'province')");
      return async () => {
        await query(stage.node, "UPDATE read.organisation SET record = replace(record, 'province', 'municipality')");
      };
    },
  },
  {
    name: 'the connection that listens is cut again and again',
    says: 'listener-lost',
    status: 200,
    async provoke(stage) {
      const cut = setInterval(
        () => endSessions(stage, "application_name = 'vitrine listen'").catch(() => undefined),
        100,
      );
      return () => clearInterval(cut);
    },
  },
];

/** Faults that take longer, or need root (for a small disk). */
export const slowFaults: Fault[] = [
  {
    name: 'the disk of the database is full',
    says: 'cannot-write',
    status: 503,
    async provoke(stage) {
      const free = () => statfsSync(stage.node.data).bavail * statfsSync(stage.node.data).bsize;
      const filler = join(stage.node.data, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M'], { stdio: 'ignore' });
      if (free() > 1_000_000) throw new Error('The disk is not full.');
      // Use up the free space within the tables.
      for (let i = 0; i < 20; i++)
        await recordSomething(stage, { description: { en: `${Math.random()} `.repeat(2000) } });
      return () => rmSync(filler);
    },
  },
  {
    name: 'the log stands still (another process has its lock and does nothing)',
    says: 'log-waits',
    status: 503,
    provoke: (stage) => recordBeside(stage, `SELECT pg_advisory_lock(${locks.publishing})`),
  },
  {
    name: 'an event that the read models cannot take',
    says: 'event-set-aside',
    status: 200,
    async provoke(stage) {
      await query(
        stage.node,
        "ALTER TABLE read.organisation ADD CONSTRAINT refuses CHECK (id NOT LIKE '%faults-%9%') NOT VALID",
      );
      while (!String(count + 1).includes('9')) await recordSomething(stage);
      await recordSomething(stage);
      return async () => {
        await query(stage.node, 'ALTER TABLE read.organisation DROP CONSTRAINT refuses');
      };
    },
  },
  {
    name: 'the database goes down',
    says: 'unavailable',
    status: 503,
    async provoke({ node }) {
      process.kill(node.child.pid!, 'SIGINT');
      return () => undefined;
    },
  },
];

/** Faults at the start of a register: `start` launches a second one on the same database. */
export const faultsAtStart: {
  name: string;
  says: string;
  status: number;
  start(stage: Stage, port: number): RunningServer;
}[] = [
  {
    name: 'the clock of the machine is an hour ahead',
    says: 'clock-wrong',
    status: 503,
    start: ({ home, node }, port) =>
      startRegister(home, node, port, {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent('const now = Date.now; Date.now = () => now() + 3_600_000;')}`,
      }),
  },
  {
    name: 'the key of the log is not that of the register',
    says: 'log-refused',
    status: 503,
    start({ place, node }, port) {
      const home = join(place, 'other-home');
      mkdirSync(home, { recursive: true });
      return startRegister(home, node, port);
    },
  },
];
