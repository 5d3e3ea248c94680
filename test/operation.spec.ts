import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { projectRoot } from '#event-store';
import { loadDemo } from '../apps/cli/demo.js';
import { freePort } from './harness/server.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

let t: TestRegister;
beforeAll(async () => {
  t = await openTestRegister();
  await loadDemo(t.register);
  await t.settled();
});
afterAll(() => t.close());

test('pages of other sites may read, and cannot write', async () => {
  const preflight = await request(t.server)
    .options('/graphql')
    .set('origin', 'https://other.example')
    .set('access-control-request-method', 'POST')
    .set('access-control-request-headers', 'authorization, content-type')
    .expect(204);
  expect(preflight.headers['access-control-allow-origin']).toBe('*');
  expect(preflight.headers['access-control-allow-headers']).toContain('content-type');
  expect(preflight.headers['access-control-allow-headers']).not.toContain('authorization');
  expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
});

test.each([
  '/',
  '/v1/systems',
  '/v1/systems.csv',
  '/graphql?query=%7Bregister%7Bhead%7D%7D',
  '/feeds/register.atom',
  '/nothing',
  '/exports/systems.csv',
])('%s says what browsers may do with it, first and from memory', async (path) => {
  for (let time = 0; time < 2; time++) {
    const { headers } = await request(t.server).get(path);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['access-control-allow-origin']).toBe('*');
    if (path.startsWith('/v1')) expect(headers['api-version']).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test('what many ask at once is answered once, and alike', async () => {
  const query = '{ systems(first: 100) { totalCount nodes { id timeline(first: 50) { nodes { position data } } } } }';
  const ask = () =>
    fetch(`${t.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  const before = t.register.pool.totalCount;
  const answers = await Promise.all(Array.from({ length: 40 }, ask));
  const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
  expect(bodies.size).toBe(1);
  // One request's worth of look-ups, not forty's.
  expect(t.register.pool.totalCount - before).toBeLessThanOrEqual(3);
  expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1);
});

test('a browser gets a page at /graphql, whose examples all run', async () => {
  const page = await request(t.server).get('/graphql').set('accept', 'text/html').expect(200);
  expect(page.text).toContain('<textarea');
  expect(page.text).not.toMatch(/(src|href)="https?:\/\/(?!graphql\.org)/);
  expect(page.text).toContain('/graphql/files/graphiql.js');
  for (const [, file] of page.text.matchAll(/(?:src|href)="(\/graphql\/files\/[^"]+)"/g))
    expect((await request(t.server).get(file!).expect(200)).headers['content-type']).toMatch(/javascript|css/);
  const links = [...page.text.matchAll(/href="(\/graphql\?query=[^"]+)"/g)];
  expect(links.length).toBeGreaterThanOrEqual(5);
  for (const [, link] of links) {
    const { body } = await request(t.server).get(link!).expect(200);
    expect(body.errors).toBeUndefined();
  }
  await request(t.server).get('/graphql/files/nothing.js').expect(404);
  // A program that asks for nothing is told so.
  await request(t.server).get('/graphql').expect(400);
});

test('an automatic persisted query is sent once, then asked for by its hash', async () => {
  const query = '{ register { origin } }';
  const { createHash } = await import('node:crypto');
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash } });
  const unknown = await request(t.server).get('/graphql').query({ extensions });
  expect(unknown.body.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  const sent = await request(t.server).get('/graphql').query({ query, extensions }).expect(200);
  const asked = await request(t.server).get('/graphql').query({ extensions }).expect(200);
  expect(asked.body).toEqual(sent.body);
  const again = await request(t.server).get('/graphql').query({ extensions }).expect(200);
  await request(t.server)
    .get('/graphql')
    .query({ extensions })
    .set('if-none-match', again.headers['etag']!)
    .expect(304);
});

test('a server that is to stop says so, answers what is under way, logs requests and tells Prometheus', async () => {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-operation-'));
  const port = await freePort();
  const server: ChildProcess = spawn(process.execPath, [join(projectRoot, 'apps/cli/vitrine.mjs'), 'up'], {
    env: {
      ...process.env,
      VITRINE_HOME: home,
      VITRINE_PORT: String(port),
      VITRINE_LOG_LEVEL: 'info',
      VITRINE_METRICS: '1',
      VITRINE_DRAIN_SECONDS: '1',
      VITRINE_BEHIND_PROXY: '1',
    },
  });
  try {
    let [log, said] = ['', ''];
    server.stderr!.on('data', (text) => {
      log += text;
    });
    const ready = new Promise<void>((resolve) =>
      server.stdout!.on('data', (text) => {
        said += text;
        if (said.includes('Ctrl-C')) resolve();
      }),
    );
    await ready;
    const url = `http://127.0.0.1:${port}`;
    const named = await fetch(`${url}/v1/systems?search=geheim`, { headers: { 'x-request-id': 'proxy-1' } });
    expect(named.headers.get('x-request-id')).toBe('proxy-1');
    await fetch(`${url}/v1/systems?search=geheim`);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/v1\/systems",status="200"\} 1/);
    expect(metrics).toMatch(/vitrine_log_position\{of="read-models"\} \d+/);
    expect(metrics).toMatch(/vitrine_remembered_answers_total 1/);
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const stopping = await fetch(`${url}/readyz`);
    expect([stopping.status, ((await stopping.json()) as { status: string }).status]).toEqual([503, 'stopping']);
    expect((await fetch(`${url}/v1/systems`)).status).toBe(200);
    expect(await exited).toEqual([0, null]);
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.find((line) => line.request === 'proxy-1')).toMatchObject({
      method: 'GET',
      route: '/v1/systems',
      status: 200,
    });
    expect(log).not.toContain('geheim');
    expect(log).not.toContain('127.0.0.1');
  } finally {
    server.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
}, 60_000);
