import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectRoot } from '#event-store';
import {
  freePort,
  isReady,
  launchServer,
  postgresPid,
  type RunningServer,
  runVitrine,
  startServer,
} from './harness/server.js';

const home = mkdtempSync(join(tmpdir(), 'vitrine-cli-'));
const env = { ...process.env, VITRINE_HOME: home, VITRINE_DEMO: '1', VITRINE_ORIGIN: 'harness.example' };
const main = join(projectRoot, 'dist/apps/cli/main.js');
let server: RunningServer;
let port: number;

const vitrine = (...args: string[]) => runVitrine(home, args);
const head = async () => ((await (await fetch(`${server.url}/readyz`)).json()) as { head: number }).head;

beforeAll(async () => {
  port = await freePort();
  server = await startServer(home, port, '1');
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

test('up: demonstration data, a first key that only its owner can read, a first page', async () => {
  expect(await head()).toBeGreaterThan(200);
  const file = join(home, 'administrator.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await (await fetch(server.url)).text()).toContain('<h1>');
});

test('a second register on the same port says so', async () => {
  const other = spawn(process.execPath, [main, 'up'], { env: { ...env, VITRINE_PORT: String(port) } });
  let text = '';
  other.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(other, 'exit');
  expect([code, text]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
  while (!(await isReady(server.url))) await sleep(100);
});

test('a second register on the same data says so, and the first goes on', async () => {
  const postmasterPid = join(home, 'postgres/data/postmaster.pid');
  const before = readFileSync(postmasterPid);
  const other = spawn(process.execPath, [main, 'up'], { env: { ...env, VITRINE_PORT: String(await freePort()) } });
  let text = '';
  other.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(other, 'exit');
  expect([code, text]).toEqual([1, expect.stringContaining('runs on')]);
  // Its database was never interrupted.
  expect(await isReady(server.url)).toBe(true);
  expect(readFileSync(postmasterPid)).toEqual(before);
});

test.each(['after a crash', 'from cold', 'in an empty folder'])(
  'two at once, %s: one runs, the other says why not and ends',
  async (when) => {
    const place = when === 'in an empty folder' ? join(home, 'empty') : home;
    server.child.kill(when === 'after a crash' ? 'SIGKILL' : 'SIGTERM');
    await once(server.child, 'exit');
    const ports = [await freePort(), await freePort()];
    const said = ['', ''];
    const started = ports.map((each, i) => {
      const child = spawn(process.execPath, [main, 'up'], {
        env: { ...env, VITRINE_HOME: place, VITRINE_PORT: String(each) },
      });
      child.stderr.on('data', (chunk) => {
        said[i] += chunk;
      });
      return child;
    });
    const [ended] = await Promise.race(
      started.map(async (child, i) => [i, ...(await once(child, 'exit'))] as number[]),
    );
    const reasons = /runs on|has just started|does not exist/;
    expect([started[ended!]!.exitCode, said[ended!]]).toEqual([1, expect.stringMatching(reasons)]);
    const other = 1 - ended!;
    while (!(await isReady(`http://localhost:${ports[other]}`))) await sleep(100);
    expect(said[other]).not.toContain('unexpectedly');
    started[other]!.kill('SIGTERM');
    await once(started[other]!, 'exit');
    server = await startServer(home, port);
  },
);

test('what reads a register makes none', async () => {
  const empty = join(home, 'none');
  for (const args of [['status'], ['backup', join(home, 'copy')], ['verify'], ['export', 'systems']]) {
    expect(await runVitrine(empty, args)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no register in'),
    });
    expect(existsSync(empty)).toBe(false);
  }
});

test('keys, record, export, status and rebuild work beside the running server', async () => {
  const made = await vitrine(
    'keys',
    'create',
    '--name',
    'test',
    '--role',
    'integrator',
    '--organisation',
    'urn:vitrine:org:nl-tooi:gm0363',
  );
  expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^vitrine_[0-9a-f]{12}\./) });
  const id = made.stdout.slice(8, 20);
  expect((await vitrine('keys', 'list')).stdout).toContain(id);
  expect((await vitrine('keys', 'revoke', id)).status).toBe(0);
  expect(await vitrine('keys', 'revoke', id)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('NOT_FOUND'),
  });
  const file = join(home, 'command.json');
  writeFileSync(
    file,
    JSON.stringify({
      type: 'ConfirmRecord',
      organisation: 'urn:vitrine:org:nl-tooi:gm0363',
      system: 'urn:vitrine:sys:nl-tooi:gm0363:chatbot-2',
      occurredAt: '2026-11-16',
      idempotencyKey: 'cli',
      data: {},
    }),
  );
  expect(await vitrine('record', file)).toMatchObject({ status: 0, stderr: expect.stringContaining('1 recorded') });
  expect(await vitrine('record', file)).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('1 there already'),
  });
  // All commands of a list or none are recorded; the item at fault is named.
  const confirm = (key: string, system: string) => ({
    type: 'ConfirmRecord',
    organisation: 'urn:vitrine:org:nl-tooi:gm0363',
    system: `urn:vitrine:sys:nl-tooi:gm0363:${system}`,
    occurredAt: '2026-11-16',
    idempotencyKey: key,
    data: {},
  });
  const list = join(home, 'commands.json');
  writeFileSync(
    list,
    JSON.stringify([confirm('l1', 'chatbot-2'), confirm('l2', 'no-such'), confirm('l3', 'chatbot-2')]),
  );
  const before = await head();
  expect(await vitrine('record', list)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /Item 2 of 3 \(ConfirmRecord, urn:vitrine:sys:nl-tooi:gm0363:no-such, key l2\): .+[\s\S]+Nothing in the file was recorded/,
    ),
  });
  expect(await head()).toBe(before);
  expect(await vitrine('record', '--each', list)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/Item 2 of 3[\s\S]*2 recorded, 0 there already, 1 refused/),
  });
  expect((await vitrine('export', 'events')).stdout.trim().split('\n')).toHaveLength((await head()) + 1);
  expect((await vitrine('export', 'systems', '--format', 'csv', '--out', join(home, 'out.csv'))).status).toBe(0);
  expect(readFileSync(join(home, 'out.csv'), 'utf8')).toContain('id,language,organisation');
  expect((await vitrine('rebuild')).stdout).toContain('Read models are rebuilt');
  expect((await vitrine('status')).stdout).toMatch(/Read models\s+up to date/);
});

test('what is asked for wrongly is said plainly', async () => {
  expect(await vitrine('import', 'nl-snapshot', '/nowhere.json')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('/nowhere.json'),
  });
  expect((await vitrine('import', 'other', 'x')).status).toBe(1);
  expect((await vitrine('keys', 'create', '--name', 'x', '--role', 'king')).status).toBe(1);
});

test('kill -9 of either process: it starts again on the same data', async () => {
  const before = await head();
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  server = await startServer(home, port);
  expect(await head()).toBe(before);
  process.kill(postgresPid(home), 'SIGKILL');
  for (
    let waited = 0;
    waited < 20_000 && !(await isReady(server.url).then((ready) => ready && waited > 500));
    waited += 100
  )
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await head()).toBe(before);
});

test('an address may ask as often as is set', async () => {
  await server.stop();
  server = launchServer(home, port, '0', { VITRINE_REQUESTS_A_MINUTE: '40' });
  for (let waited = 0; waited < 20_000 && !(await isReady(server.url)); waited += 500)
    await new Promise((resolve) => setTimeout(resolve, 500));
  const statuses = new Set<number>();
  for (let n = 0; n < 50; n++) statuses.add((await fetch(`${server.url}/v1/organisations?limit=${n + 1}`)).status);
  expect([...statuses]).toEqual([200, 429]);
});

test('SIGTERM ends both processes', async () => {
  const postgres = postgresPid(home);
  await server.stop();
  expect(server.child.exitCode).toBe(0);
  expect(existsSync(join(home, 'postgres/data/postmaster.pid'))).toBe(false);
  expect(() => process.kill(postgres, 0)).toThrow();
});
