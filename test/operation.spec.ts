import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import request from 'supertest';
import { operator } from '#domain';
import { projectRoot } from '#event-store';
import { createServer, readProxies } from '#server';
import { type Answer, AnswerCache } from '../apps/server/http/answers/cache.js';
import { LeastRecentlyUsed } from '../apps/server/http/lru.js';
import { freePort } from './harness/server.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

let t: TestRegister;
beforeAll(async () => {
  t = await openDemoRegister();
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

test.each([
  '/',
  '/v1/systems',
  '/v1/systems/urn:vitrine:sys:none',
  '/graphql?query=%7Bregister%7Bhead%7D%7D',
  '/graphql?query=%7Bnothing%7D',
  '/feeds/register.atom',
  '/exports/events.jsonl',
  '/catalog',
  '/nothing',
])('HEAD %s says what GET says, without the body', async (path) => {
  for (let time = 0; time < 2; time++) {
    const [head, get] = [await request(t.server).head(path), await request(t.server).get(path)];
    const told = ({ status, headers }: typeof head) => [
      status,
      ...['content-type', 'etag', 'vitrine-log-position', 'content-security-policy'].map((name) => headers[name]),
    ];
    expect(told(head)).toEqual(told(get));
    expect(head.text ?? '').toBe('');
  }
});

test('HEAD of a stream ends', async () => {
  const url = `${t.url}/graphql/stream?query=subscription%7Bevents%7Bid%7D%7D`;
  const { status, headers } = await fetch(url, { method: 'HEAD', headers: { accept: 'text/event-stream' } });
  expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  // On the same connection.
  for (let n = 0; n < 30; n++) await fetch(url, { method: 'HEAD', headers: { accept: 'text/event-stream' } });
});

test.each(['""', '0', 'null', 'false', '[]', '1', '"x"'])('a stream is not asked for by %s', async (body) => {
  const answer = await fetch(`${t.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body,
    signal: AbortSignal.timeout(5000),
  });
  expect(answer.status).toBe(400);
});

test('what many ask at once is answered once, and alike', async () => {
  const query = '{ systems(first: 100) { totalCount nodes { id timeline(first: 50) { nodes { position data } } } } }';
  let lookUps = 0;
  const { pool } = t.register;
  const original = pool.query;
  pool.query = ((...args: unknown[]) => {
    lookUps++;
    return (original as (...all: unknown[]) => unknown).apply(pool, args);
  }) as typeof pool.query;
  try {
    const ask = () =>
      fetch(`${t.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
    const answers = await Promise.all(Array.from({ length: 40 }, ask));
    const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(bodies.size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1);
    // One for the page, and one for the timelines of its systems.
    expect(lookUps).toBe(2);
  } finally {
    pool.query = original;
  }
});

test('a browser gets a page at /graphql, whose examples all run', async () => {
  const page = await request(t.server).get('/graphql').set('accept', 'text/html').expect(200);
  expect(page.text).toContain('<textarea');
  expect(page.text).not.toMatch(/(src|href)="https?:\/\/(?!graphql\.org)/);
  expect(page.text).toContain('/graphql/files/graphiql.js');
  for (const [, file] of page.text.matchAll(/(?:src|href)="(\/graphql\/files\/[^"]+)"/g))
    expect((await request(t.server).get(file!).expect(200)).headers).toMatchObject({
      'content-type': expect.stringMatching(/javascript|css/),
      'x-content-type-options': 'nosniff',
    });
  const links = [...page.text.matchAll(/href="(\/graphql\?query=[^"]+)"/g)];
  expect(links.length).toBeGreaterThanOrEqual(5);
  for (const [, link] of links) {
    const { body } = await request(t.server).get(link!).expect(200);
    expect(body.errors).toBeUndefined();
  }
  await request(t.server).get('/graphql/files/nothing.js').expect(404);
  // A program that sends no query gets an error.
  await request(t.server).get('/graphql').expect(400);
});

test('whoever asks and goes away holds up nobody who asks the same', async () => {
  const { hostname, port } = new URL(t.url);
  for (const path of [
    '/v1/codelists',
    '/v1/webhooks',
    '/v1/openapi.json',
    '/feeds/register.atom?language=it',
    '/v1/systems/none',
  ]) {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    // The second answer waits for the first, and its connection ends before either is sent.
    const first = `GET /v1/systems?search=q${Math.random()} HTTP/1.1\r\nHost: x\r\n\r\n`;
    socket.write(`${first}GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n`);
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begun = Date.now();
    await (await fetch(t.url + path)).arrayBuffer();
    expect(Date.now() - begun).toBeLessThan(3000);
  }
});

test('a first who never comes to an end is not waited for', async () => {
  const cache = new AnswerCache();
  const first = cache.join('question');
  const other = cache.join('question');
  expect([first.isFirst, other.isFirst]).toEqual([true, false]);
  const waited = other.isFirst ? undefined : other.done.then(() => 'goes on');
  expect(await Promise.race([waited, sleep(200, 'waits')])).toBe('waits');
  expect(await Promise.race([waited, sleep(3000, 'waits')])).toBe('goes on');
  const next = cache.join('question');
  expect(next.isFirst).toBe(true);
  // Settling late must not settle the newer question.
  if (first.isFirst) first.settle();
  expect(cache.join('question').isFirst).toBe(false);
});

test('two who follow the same stream both get it', async () => {
  const address = `${t.url}/graphql/stream?query=${encodeURIComponent('subscription { events(afterPosition: -1) { position } }')}`;
  const ending = new AbortController();
  const open = () => fetch(address, { headers: { accept: 'text/event-stream' }, signal: ending.signal });
  const answers = await Promise.all([open(), open()]);
  for (const answer of answers) {
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const { value } = await answer.body!.getReader().read();
    expect(value!.length).toBeGreaterThan(0);
  }
  ending.abort();
});

test('exports that are read slowly hold up other exports, and nothing else', async () => {
  const { exporting } = t.register;
  const taken = await Promise.all(Array.from({ length: exporting.options.max }, () => exporting.connect()));
  try {
    const waiting = fetch(`${t.url}/exports/systems.jsonl`);
    expect(await Promise.race([waiting.then(() => 'answered'), sleep(300, 'waits')])).toBe('waits');
    expect((await fetch(`${t.url}/v1/systems?limit=7&search=camera`)).status).toBe(200);
    taken.pop()!.release();
    expect((await waiting).status).toBe(200);
  } finally {
    for (const client of taken) client.release();
  }
});

test('only a key that is one may send more; everything else counts by address', async () => {
  const limited = await createServer(t.register, { requestsAMinute: 5 });
  await limited.listen(0, '127.0.0.1');
  const url = await limited.getUrl();
  try {
    const key = await t.key('auditor');
    const ask = async (n: number, headers: Record<string, string> = {}) =>
      (await fetch(`${url}/v1/organisations?limit=${n}`, { headers })).status;
    for (let n = 1; n <= 5; n++) expect(await ask(n)).toBe(200);
    expect(await ask(6)).toBe(429);
    expect(await ask(7, { authorization: 'x' })).toBe(429);
    expect(await ask(8, { authorization: `Bearer vitrine_${'0'.repeat(12)}.${'a'.repeat(43)}` })).toBe(429);
    expect(await ask(9, { authorization: key })).toBe(200);
    // Cached answers cost nothing and are not counted.
    expect(await ask(1)).toBe(200);
    const refused = await fetch(`${url}/graphql/stream?query=x`, { headers: { accept: 'text/event-stream' } });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      429,
      'application/problem+json; charset=utf-8',
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    await limited.close();
  }
});

describe('behind proxies', () => {
  test.each<[string, string[]]>([
    ['1', ['10.9.0.%, 203.0.113.7', '%, 203.0.113.7', '203.0.113.7, 203.0.113.7', '203.0.113.7']],
    [
      'loopback',
      ['10.9.0.%, 203.0.113.7', 'unknown, 203.0.113.7', '203.0.113.7, 127.0.0.1', '::1, 203.0.113.7, 127.0.0.2'],
    ],
    ['127.0.0.0/8, 10.0.0.0/8', ['203.0.113.%, 203.0.113.7, 10.1.1.1', '203.0.113.7,10.0.0.%']],
    ['2', ['203.0.113.%, 203.0.113.7, 198.51.100.9', '%, 203.0.113.7, 8.8.8.8']],
    // Other proxies are not trusted: these requests come from this machine, whatever their headers say.
    ['10.0.0.0/8', ['203.0.113.%', '10.0.0.%, 203.0.113.9']],
    ['', ['203.0.113.%', '::%']],
    // A client with one IPv6 address has its whole /64 network.
    ['1', ['2001:db8:1:2::%', '2001:0db8:0001:0002:%:4::1', '9.9.9.9, 2001:db8:1:2:ffff:%::']],
  ])('%p: whoever makes addresses up is one client', async (setting, forms) => {
    const limited = await createServer(t.register, {
      requestsAMinute: 12,
      proxies: readProxies(setting),
      remember: false,
    });
    await limited.listen(0, '127.0.0.1');
    try {
      const url = await limited.getUrl();
      const statuses: number[] = [];
      for (let n = 1; n <= 24; n++) {
        const headers = { 'x-forwarded-for': forms[n % forms.length]!.replace('%', String(n)) };
        statuses.push((await fetch(`${url}/v1/organisations?limit=1`, { headers })).status);
      }
      expect(statuses).toEqual([...Array(12).fill(200), ...Array(12).fill(429)]);
      const another = await fetch(`${url}/v1/organisations?limit=1`, {
        headers: { 'x-forwarded-for': '198.51.100.1, 198.51.100.1' },
      });
      expect(another.status).toBe(setting === '' || setting === '10.0.0.0/8' ? 429 : 200);
    } finally {
      await limited.close();
    }
  });

  test.each(['yes', '1.2.3', '10.0.0.0/33', '1,2', '-1', '300', 'loopback,'])(
    '%p is neither a number nor addresses',
    (text) => {
      expect(() => readProxies(text)).toThrow('VITRINE_BEHIND_PROXY');
    },
  );
});

describe('what is remembered', () => {
  const answer = (length: number): Answer => ({
    headers: {},
    written: [],
    tag: '',
    bytes: Buffer.alloc(length),
    encoded: new Map(),
  });

  test('costs what it takes, and what nobody asks again goes first', () => {
    const cache = new AnswerCache();
    cache.set('e', 'asked again', answer(100));
    for (let n = 0; n < 20_000; n++) {
      cache.set('e', `once ${n}`, answer(100));
      if (n % 100 === 0) expect(cache.get('e', 'asked again')).toBeDefined();
    }
    expect(cache.get('e', 'once 0')).toBeUndefined();
    expect(cache.get('e', 'once 19999')).toBeDefined();
    const kept = Array.from({ length: 20_000 }, (_, n) => cache.get('e', `once ${n}`)).filter(Boolean).length;
    expect(kept).toBeGreaterThan(1000);
    // Each entry counts as 5 KB plus twice its length.
    expect(kept * 5000).toBeLessThan(32 * 1024 * 1024);
  });

  test('what is asked again stays, however much else comes once', () => {
    const kept = new LeastRecentlyUsed<number>({ most: 20 });
    for (let n = 0; n < 10; n++) kept.set(`often ${n}`, n);
    for (let n = 0; n < 1000; n++) {
      for (let often = 0; often < 10; often++) expect(kept.get(`often ${often}`)).toBe(often);
      kept.set(`once ${n}`, n);
      expect([kept.get(`once ${n}`), kept.size <= 20]).toEqual([n, true]);
    }
  });

  test('is never more than there is room for, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(40))), (steps) => {
        const kept = new LeastRecentlyUsed<number>({ most: 10, room: 100, cost: (cost) => cost });
        const model = new Map<string, number>();
        for (const [name, cost] of steps) {
          const key = String(name);
          kept.set(key, cost);
          model.delete(key);
          if (cost <= 100 / 16) model.set(key, cost);
          while (model.size > 10 || [...model.values()].reduce((a, b) => a + b, 0) > 100)
            model.delete([...model.keys()][0]!);
          expect(kept.size).toBe(model.size);
          for (const [key, value] of model) expect(kept.get(key)).toBe(value);
        }
      }),
    );
  });
});

test('the second page of a search stands when the register has grown; a made-up place is refused', async () => {
  const get = (query: string) => request(t.server).get(`/v1/systems?search=demonstration&limit=3${query}`);
  const first = await get('').expect(200);
  const actor = { organisation: operator, role: 'administrator' as const };
  const organisation = 'urn:vitrine:org:nl-tooi:gm0363';
  for (let i = 0; i < 5; i++)
    await t.register.commands.handle(
      {
        command: {
          type: 'RegisterSystem',
          organisation,
          system: `urn:vitrine:sys:nl-tooi:gm0363:more${i}`,
          occurredAt: '2026-11-01',
          data: { name: { en: `Demonstration ${i}` } },
        },
        key: `more-${i}`,
      },
      actor,
    );
  await t.settled();
  const second = await get(`&after=${first.body.next}`).expect(200);
  const ids = [...first.body.systems, ...second.body.systems].map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(6);
  const parts = JSON.parse(Buffer.from(first.body.next, 'base64url').toString()) as string[];
  for (const score of ['-1e300', '-0.1234', '1', 'NaN', 'abc']) {
    const made = Buffer.from(JSON.stringify([parts[0], score, ...parts.slice(2)])).toString('base64url');
    const { status } = await get(`&after=${made}`);
    expect([200, 400]).toContain(status);
  }
  for (const state of ['["all",[[0,"1; DROP",1]]]', '["all",[]]', '[1]', '{', '["all",[[0,1e999,0.5]]]']) {
    const made = Buffer.from(JSON.stringify([...parts.slice(0, 3), state])).toString('base64url');
    expect((await get(`&after=${made}`)).status).toBe(400);
  }
});

test('while the log grows an answer is of the one position that it names', async () => {
  const actor = { organisation: operator, role: 'administrator' as const };
  const system = 'urn:vitrine:sys:nl-tooi:gm0363:chatbot';
  const confirm = (key: string) =>
    t.register.commands.handle(
      {
        command: {
          type: 'ConfirmRecord',
          organisation: 'urn:vitrine:org:nl-tooi:gm0363',
          system,
          occurredAt: '2026-11-01',
          data: {},
        },
        key,
      },
      actor,
    );
  await confirm('grow');
  await t.settled();
  let writing = true;
  const writer = (async () => {
    for (let i = 0; writing; i++) {
      await confirm(`grow-${i}`);
      await sleep(15);
    }
  })();
  let [moved, last] = [0, -1];
  try {
    for (let i = 0; i < 150; i++) {
      const query = `{ a${i}: statistics { events } system(id: "${system}") { timeline(newestFirst: true, first: 1) { nodes { position } } } }`;
      const answer = await fetch(`${t.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const position = Number(answer.headers.get('vitrine-log-position'));
      const { data } = (await answer.json()) as {
        data: Record<string, { events: number }> & { system: { timeline: { nodes: { position: number }[] } } };
      };
      expect([data[`a${i}`]!.events, data.system.timeline.nodes[0]!.position]).toEqual([position + 1, position]);
      if (position !== last) moved++;
      last = position;
    }
  } finally {
    writing = false;
    await writer;
    await t.settled();
  }
  expect(moved).toBeGreaterThan(10);
});

test('a table holds more rows than are read at a time, and so many as are asked for', async () => {
  const head = await t.register.store.head();
  for (let i = head; i < 620; i++)
    await t.register.commands.handle(
      {
        command: {
          type: 'ConfirmRecord',
          organisation: 'urn:vitrine:org:nl-tooi:gm0363',
          system: 'urn:vitrine:sys:nl-tooi:gm0363:chatbot',
          occurredAt: '2026-11-01',
          data: {},
        },
        key: `rows-${i}`,
      },
      { organisation: operator, role: 'administrator' },
    );
  await t.settled();
  const rowsOf = (text: string) =>
    (parse(text, { columns: true }) as { position: string }[]).map(({ position }) => Number(position));
  const whole = rowsOf((await request(t.server).get('/v1/events.csv').expect(200)).text);
  expect(whole).toEqual(Array.from({ length: (await t.register.store.head()) + 1 }, (_, i) => i));
  expect(whole.length).toBeGreaterThan(600);
  const part = await request(t.server).get('/v1/events.csv?limit=501').expect(200);
  expect(rowsOf(part.text)).toEqual(whole.slice(0, 501));
  const next = /^<(.*)>; rel="next"$/.exec(part.headers['link']!)![1]!;
  expect(rowsOf((await request(t.server).get(`/v1/events.csv${next}`).expect(200)).text)).toEqual(whole.slice(501));
});

test('what a variable is when it is not given counts, too', async () => {
  const query =
    'query($n: Int = 100) { systems(first: $n) { nodes { id timeline(first: $n) { nodes { type data } } versions(first: $n) { nodes { record { json } } } } } }';
  const { body } = await request(t.server).post('/graphql').send({ query });
  expect(body.errors[0].extensions.code).toBe('QUERY_TOO_LARGE');
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
});
