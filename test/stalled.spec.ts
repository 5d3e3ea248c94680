import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { keyToUuid } from '#event-store';
import { ownIntake, rebuild } from '#projections';
import { createServer } from '#server';
import { createTestDatabase } from './setup/database.js';
import { openTestRegister, type TestRegister } from './setup/register.js';
import { openStalledReader } from './setup/stalled-reader.js';

// Readers that request much data, take a few bytes and then stop reading. STALLED_READERS: their number per route.
const count = Number(process.env['STALLED_READERS'] ?? 15);
const place = mkdtempSync(join(tmpdir(), 'vitrine-stalled-'));
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let t: TestRegister;
let impatient: NestFastifyApplication;
let url: string;
const readers: Socket[] = [];
const organisation = 'urn:vitrine:org:local:city';
const operator = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
const system = (n: number) => `urn:vitrine:sys:local:city:s${n}`;
const register = (n: number) => ({
  organisation,
  system: system(n),
  type: 'SystemRegistered',
  schemaVersion: 1,
  occurredAt: '2025-01-01',
  actor: operator,
  data: { name: { en: `System ${n}` }, purpose: { en: `${n} `.repeat(10_000) }, notes: { en: 'n '.repeat(9000) } },
});

beforeAll(async () => {
  database = await createTestDatabase();
  t = await openTestRegister({
    database,
    log: {
      keyFolder: join(place, 'keys'),
      places: { folder: join(place, 'log'), scratch: join(place, 'scratch'), claims: join(place, 'claims') },
    },
  });
  const names = { names: { en: 'City' }, kind: 'municipality', country: 'NL' };
  await t.register.store.append({
    stream: organisation,
    expectedVersion: 'none',
    events: [{ ...register(0), system: undefined as never, type: 'OrganisationRegistered', data: names }],
  });
  for (let from = 0; from < 400; from += 20)
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        t.register.store.append({ stream: system(from + i), expectedVersion: 'none', events: [register(from + i)] }),
      ),
    );
  await t.settled();
  impatient = await createServer(t.register, { stalledMilliseconds: 500 });
  await impatient.listen(0, '127.0.0.1');
  url = await impatient.getUrl();
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.destroy();
});
afterAll(async () => {
  await impatient.close();
  await t.close();
  await database.drop();
  rmSync(place, { recursive: true, force: true });
});

const stall = async (at: string, count: number, path: string, options: { body?: string; headers?: string } = {}) => {
  const opened = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      openStalledReader(at, path, { from: `127.0.0.${2 + (i % 50)}`, ...options }),
    ),
  );
  readers.push(...opened);
  expect(new Set(opened.map(({ status }) => status))).toEqual(new Set([200]));
  return opened;
};

const countConnections = () =>
  new Promise<number>((resolve) => impatient.getHttpServer().getConnections((_, count) => resolve(count)));

const subscription = 'subscription { events(afterPosition: -1) { position type occurredAt event: data } }';
const streaming: [string, string, { body?: string; headers?: string }?][] = [
  ['events as JSON Lines', '/exports/events.jsonl'],
  ['events as CSV', '/exports/events.csv'],
  ['systems as JSON Lines', '/exports/systems.jsonl'],
  ['systems as CSV', '/exports/systems.csv'],
  ['the log', '/v1/events'],
  [
    'subscriptions',
    '/graphql/stream',
    { body: JSON.stringify({ query: subscription }), headers: 'Accept: text/event-stream\r\n' },
  ],
];

describe.each(streaming)('readers of %s who stopped reading', (_, path, options) => {
  test('hold up neither a rebuild, nor an erasure, nor writes, nor the exports of others', async () => {
    await stall(t.url, count, path, options);
    const n = 1000 + streaming.findIndex(([, other]) => other === path);
    const { events } = await t.register.store.append({
      stream: system(n),
      expectedVersion: 'none',
      events: [register(n)],
    });
    await rebuild(database, ownIntake(t.register.store));
    const { id, position } = events[0]!;
    const event = (await t.register.store.readEvent(id))!;
    const { role: part, commitment } = event.envelope.parts[0]!;
    const data = { event: id, part, commitment, basis: 'court-order' };
    await t.register.store.appendAll(
      [
        {
          stream: system(n),
          expectedVersion: 0,
          events: [{ ...register(n), type: 'PayloadErased', data }],
          key: keyToUuid('erase', id),
        },
      ],
      [{ position, part }],
    );
    const head = await t.register.store.head();
    expect(await t.register.projected.waitUntil(head, 120_000)).toBe(true);
    const scrubbed = 'SELECT position::int AS position FROM vitrine.scrubbed';
    while ((await t.register.pool.query<{ position: number }>(scrubbed)).rows[0]!.position < head)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const others = await fetch(`${t.url}${options ? '/exports/events.csv' : path}`);
    expect((await others.text()).length).toBeGreaterThan(1_000_000);
  });

  test('are ended', async () => {
    const opened = await stall(url, 5, path, options);
    // The server closes all these connections, whatever the readers do.
    while ((await countConnections()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all(
      opened.map(async (socket) => {
        // A socket notices that it was closed only when it is read to its end. It gets no more than was already sent.
        socket.resume();
        if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
        expect(socket.bytesRead).toBeLessThan(12_000_000);
      }),
    );
  });
});

test('whoever reads slowly, but reads, is not ended', async () => {
  const socket = await openStalledReader(url, '/exports/events.jsonl');
  readers.push(socket);
  for (let i = 0; i < 12; i++) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    socket.read(200_000);
  }
  expect(socket.closed).toBe(false);
});

test('of one address so many exports are on their way at a time', async () => {
  const opened = await Promise.all(Array.from({ length: 12 }, () => openStalledReader(t.url, '/exports/events.jsonl')));
  readers.push(...opened);
  expect(opened.map(({ status }) => status).sort()).toEqual([...Array(10).fill(200), 429, 429]);
});

test('when all places for subscriptions are taken, somebody new gets that of who has most', async () => {
  const query = JSON.stringify({ query: 'subscription { events { position } }' });
  const options = { body: query, headers: 'Accept: text/event-stream\r\n' };
  const selfish = (
    await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        openStalledReader(t.url, '/graphql/stream', { from: `127.0.1.${1 + Math.floor(i / 20)}`, ...options }),
      ),
    )
  ).map((socket) => {
    readers.push(socket);
    return socket.resume();
  });
  const honest = await openStalledReader(t.url, '/graphql/stream', { from: '127.0.2.1', ...options });
  readers.push(honest);
  expect(honest.status).toBe(200);
  const gone = () => selfish.filter(({ closed, destroyed }) => closed || destroyed);
  while (gone().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(gone()).toHaveLength(1);
  expect(honest.closed).toBe(false);
});
