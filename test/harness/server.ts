import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '#event-store';

export type RunningServer = { url: string; child: ChildProcess; key(): string };

/** Starts `vitrine up` in a process of its own and waits for its first answer. */
export async function startServer(home: string, port: number, demo = '0', patience = 300_000): Promise<RunningServer> {
  const env = {
    ...process.env,
    VITRINE_HOME: home,
    VITRINE_PORT: String(port),
    VITRINE_DEMO: demo,
    VITRINE_ORIGIN: 'harness.example',
  };
  const child = spawn(process.execPath, [join(projectRoot, 'dist/apps/cli/main.js'), 'up'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (let waited = 0; ; waited += 100) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    if (await isReady(url)) break;
    if (waited > patience) throw new Error(`The server did not answer within ${patience / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, child, key: () => readFileSync(join(home, 'administrator.key'), 'utf8').trim() };
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
