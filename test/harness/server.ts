import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '#event-store';

const program = join(projectRoot, 'dist/apps/cli/main.js');
const patience = 300_000;

export type RunningServer = { url: string; child: ChildProcess; key(): string; stop(): Promise<void> };

/** Starts `vitrine up` in its own process; it may not answer yet. */
export function launchServer(
  home: string,
  port: number,
  demo = '0',
  settings: Record<string, string> = {},
): RunningServer {
  const env = {
    ...process.env,
    VITRINE_HOME: home,
    VITRINE_PORT: String(port),
    VITRINE_DEMO: demo,
    VITRINE_ORIGIN: 'harness.example',
    VITRINE_REQUESTS_A_MINUTE: '0',
    ...settings,
  };
  const child = spawn(process.execPath, [program, 'up'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    key: () => readFileSync(join(home, 'administrator.key'), 'utf8').trim(),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Like launchServer, but waits until it is ready. */
export async function startServer(home: string, port: number, demo = '0'): Promise<RunningServer> {
  const server = launchServer(home, port, demo);
  for (let waited = 0; !(await isReady(server.url)); waited += 100) {
    if (server.child.exitCode !== null) throw new Error(`The server ended with ${server.child.exitCode}.`);
    if (waited > patience) throw new Error(`The server did not answer within ${patience / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return server;
}

/** Creates an empty register in a home, with a log and its key, to be filled while nothing runs. */
export async function beginRegister(home: string): Promise<void> {
  const server = await startServer(home, await freePort());
  await server.stop();
}

export type Said = { status: number | null; stdout: string; stderr: string };

/** Runs any other command of `vitrine` on a home, without blocking this process. */
export function runVitrine(home: string, args: string[], settings: Record<string, string> = {}): Promise<Said> {
  const env = { ...process.env, VITRINE_HOME: home, VITRINE_ORIGIN: 'harness.example', ...settings };
  return new Promise((resolve) => {
    const options = { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
    const child = execFile(process.execPath, [program, ...args], options, (_, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

export async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** Process id of the embedded PostgreSQL under a home. */
export function postgresPid(home: string): number {
  return Number(readFileSync(join(home, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
