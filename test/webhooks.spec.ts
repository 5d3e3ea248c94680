import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import request from 'supertest';
import { operator } from '#domain';
import { type Database, locks } from '#event-store';
import { isPublic, localName, problemOf, send } from '../apps/server/register/webhooks/send.js';
import { createTestDatabase } from './setup/database.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

const city = 'urn:vitrine:org:local:city';
const other = 'urn:vitrine:org:local:other';
/** A shortened schedule: a second stands for a day of the real one. */
const post = {
  base: 'https://register.example',
  reach: { isPrivateAllowed: true, timeoutMilliseconds: 300 },
  schedule: { pauses: [20, 40, 80, 160], longestPause: 100, disableAfter: 5000 },
};
type Got = { headers: Record<string, string>; body: string; event: CloudEvent };
type CloudEvent = {
  id: string;
  type: string;
  subject: string;
  source: string;
  specversion: string;
  data: { position: number };
};

let database: Database & { drop(): Promise<void> };
let t: TestRegister;
let admin: string;
let n = 0;
const receivers: Server[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  t = await openTestRegister({ database, post });
  admin = await t.key('administrator');
  for (const organisation of [city, other])
    await record(
      'RegisterOrganisation',
      { names: { en: 'City' }, kind: 'municipality', country: 'NL' },
      undefined,
      organisation,
    );
  for (const system of ['a', 'b', 'c']) await record('RegisterSystem', { name: { en: system } }, system);
});
afterEach(async () => {
  const { webhooks } = (await request(t.server).get('/v1/webhooks').set('authorization', admin)).body;
  for (const { id } of webhooks)
    await request(t.server).delete(`/v1/webhooks/${id}`).set('authorization', admin).expect(204);
  for (const receiver of receivers.splice(0)) {
    receiver.closeAllConnections();
    receiver.close();
  }
});
afterAll(async () => {
  await t.close();
  await database.drop();
});

async function record(type: string, data: object, system?: string, organisation = city) {
  const command = {
    type,
    organisation,
    ...(system && { system: `urn:vitrine:sys:local:city:${system}` }),
    occurredAt: '2026-01-01',
    data,
  };
  return t.register.commands.handle(
    { command: command as never, key: `webhooks-${++n}` },
    { organisation: operator, role: 'administrator' },
  );
}
const confirm = (system: string) => record('ConfirmRecord', {}, system);

/** A receiver that keeps what it gets and answers 204, unless `answer` returns false and answers itself. */
async function receive(
  answer: (request: IncomingMessage, response: ServerResponse, event: CloudEvent) => boolean = () => true,
  port = 0,
) {
  const got: Got[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    const event = JSON.parse(body) as CloudEvent;
    if (!answer(incoming, response, event)) return;
    got.push({ headers: incoming.headers as Record<string, string>, body, event });
    response.writeHead(204).end();
  });
  receivers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { got, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const create = async (url: string, more: object = {}) =>
  (
    await request(t.server)
      .post('/v1/webhooks')
      .set('authorization', admin)
      .send({ url, ...more })
      .expect(201)
  ).body as {
    id: string;
    secret: string;
    publicKey: string;
  };
const stateOf = async (id: string) =>
  (await request(t.server).get(`/v1/webhooks/${id}`).set('authorization', admin).expect(200)).body;
const deliveriesOf = async (id: string) =>
  (await request(t.server).get(`/v1/webhooks/${id}/deliveries?limit=1000`).set('authorization', admin).expect(200)).body
    .deliveries as { outcome: string; status: number | null; detail: string | null; event: string }[];

async function until(holds: () => boolean | Promise<boolean>, atMost = 120_000): Promise<void> {
  for (const end = Date.now() + atMost; !(await holds()); await sleep(20))
    if (Date.now() > end) throw new Error('It did not happen.');
}

/** Expects every event at least once, and those of a subject in the order of the log. */
function expectAllInOrder(got: Got[], ids: string[]): void {
  expect(new Set(got.map(({ event }) => event.id))).toEqual(new Set(ids));
  for (const subject of new Set(got.map(({ event }) => event.subject))) {
    const own = got.filter(({ event }) => event.subject === subject).map(({ event }) => event.data.position);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
}

test('an event arrives, as a CloudEvent, signed both ways', async () => {
  const { got, url } = await receive();
  const { secret, publicKey } = await create(url);
  const { eventId, position } = await confirm('a');
  await until(() => got.length === 1);
  const [{ headers, body, event }] = got as [Got];
  expect(event).toMatchObject({
    specversion: '1.0',
    id: eventId,
    type: 'vitrine.RecordConfirmed',
    source: post.base,
    subject: 'urn:vitrine:sys:local:city:a',
    data: { position, organisation: city, event: `${post.base}/v1/events/${eventId}` },
  });
  expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  expect(headers['webhook-id']).toBe(eventId);
  expect(new StandardWebhook(secret).verify(body, headers)).toEqual(event);
  const signature = headers['webhook-signature']!.split(' ')
    .find((one) => one.startsWith('v1a,'))!
    .slice(4);
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(publicKey.slice(5), 'base64'),
  ]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  expect(verify(null, signed, key, Buffer.from(signature, 'base64'))).toBe(true);
  expect(Buffer.byteLength(body)).toBeLessThan(20_000);
});

test('only what was asked for', async () => {
  const { got, url } = await receive();
  await create(url, { types: ['RecordConfirmed'], about: ['urn:vitrine:sys:local:city:b'] });
  await confirm('a');
  await record('DescribeSystem', { set: { summary: { en: 'x' } }, reason: { en: 'y' } }, 'b');
  const { eventId } = await confirm('b');
  await until(() => got.length === 1);
  expect(got[0]!.event.id).toBe(eventId);
});

test('a receiver that is down for a day gets everything once it is back, in order a subject', async () => {
  const { server, url } = await receive();
  const { id } = await create(url);
  const { port } = server.address() as AddressInfo;
  server.close();
  const ids: string[] = [];
  for (let i = 0; i < 120; i++) {
    ids.push((await confirm(['a', 'b', 'c'][i % 3]!)).eventId);
    if (i % 40 === 0) await sleep(300);
  }
  expect((await stateOf(id)).attempts).toBeGreaterThan(0);
  expect((await deliveriesOf(id)).length).toBeLessThan(60);
  const back = await receive(undefined, port);
  await until(() => new Set(back.got.map(({ event }) => event.id)).size === ids.length);
  expectAllInOrder(back.got, ids);
  await until(async () => (await stateOf(id)).attempts === 0);
});

test('a receiver that is slow, redirects, breaks off, lies about the length of its answer or never ends it gets everything', async () => {
  const elsewhere = await receive();
  const met = new Set<string>();
  const { got, url } = await receive((_, response, { id }) => {
    if (met.has(id)) return true;
    met.add(id);
    switch (met.size % 5) {
      case 0:
        return false; // Never answers.
      case 1:
        response.writeHead(307, { location: elsewhere.url }).end();
        return false;
      case 2:
        response.socket!.destroy();
        return false;
      case 3: {
        response.writeHead(500, { 'content-length': '1000000' });
        response.write('x');
        return false;
      }
      default: {
        response.writeHead(503);
        const more = setInterval(() => response.write('x'.repeat(100_000)), 1);
        response.on('close', () => clearInterval(more));
        return false;
      }
    }
  });
  const { id } = await create(url);
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) ids.push((await confirm(['a', 'b', 'c'][i % 3]!)).eventId);
  await until(() => new Set(got.map(({ event }) => event.id)).size === ids.length);
  expectAllInOrder(got, ids);
  expect(elsewhere.got).toHaveLength(0);
  expect((await deliveriesOf(id)).some(({ detail }) => detail?.includes('redirect'))).toBe(true);
});

test('an answer counts by its status, however long it says it is', async () => {
  let calls = 0;
  const { url } = await receive((_, response) => {
    calls++;
    response.writeHead(200, { 'content-length': '99999999' });
    response.write('ok');
    setTimeout(() => response.socket?.destroy(), 20);
    return false;
  });
  const { id } = await create(url);
  await confirm('a');
  await until(async () => (await deliveriesOf(id)).some(({ outcome }) => outcome === 'delivered'));
  expect(calls).toBe(1);
});

test('an event that a receiver never takes holds up only its subject, and is given up at last', async () => {
  let [poison, next] = ['-', '-'];
  let [refused, refusedBefore] = [0, 0];
  const { got, url } = await receive((_, response, event) => {
    if (event.id === next) refusedBefore = refused;
    if (event.id !== poison) return true;
    refused++;
    response.writeHead(500).end('no');
    return false;
  });
  const { id } = await create(url);
  await confirm('b');
  await until(() => got.length === 1);
  const bad = await record('ConfirmRecord', {}, 'a');
  poison = bad.eventId;
  const after = await confirm('a');
  next = after.eventId;
  for (let i = 0; i < 30; i++) {
    await confirm('b');
    await sleep(30);
  }
  await until(async () => (await deliveriesOf(id)).some(({ outcome }) => outcome === 'given-up'));
  await until(() => got.some(({ event }) => event.id === after.eventId));
  await until(() => got.length >= 32);
  // The next event of its subject came only after all attempts had failed and it was given up.
  expect(refusedBefore).toBe(refused);
  expect(refused).toBeGreaterThan(post.schedule.pauses.length);
});

test('what was delivered is not sent again after a restart, and nothing is left out', async () => {
  const seen: string[] = [];
  const { url } = await receive((_, response, { id }) => {
    seen.push(id);
    setTimeout(() => response.writeHead(204).end(), 5);
    return false;
  });
  await create(url);
  const ids: string[] = [];
  for (let i = 0; i < 100; i++) ids.push((await confirm(['a', 'b', 'c'][i % 3]!)).eventId);
  await until(() => seen.length > 30);
  await t.close();
  t = await openTestRegister({ database, post });
  await until(() => new Set(seen).size === ids.length);
  await sleep(100);
  // Deliveries that were in progress at the stop may come twice.
  expect(seen.length - ids.length).toBeLessThanOrEqual(8);
});

test('once more, one event or all after a position', async () => {
  const { got, url } = await receive();
  const { id } = await create(url);
  const first = await confirm('a');
  const second = await confirm('a');
  await until(() => got.length === 2);
  const again = await request(t.server)
    .post(`/v1/webhooks/${id}/deliveries`)
    .set('authorization', admin)
    .send({ event: first.eventId })
    .expect(200);
  expect(again.body).toEqual({ delivered: true, status: 204, detail: null });
  await request(t.server)
    .patch(`/v1/webhooks/${id}`)
    .set('authorization', admin)
    .send({ state: 'active', after: first.position - 1 })
    .expect(200);
  await until(() => got.length === 5);
  expect(got.map(({ event }) => event.id)).toEqual([first, second, first, first, second].map(({ eventId }) => eventId));
});

test('a receiver that takes nothing for days is told nothing more, until an administrator says so', async () => {
  const { server, url } = await receive();
  const { id } = await create(url);
  const { port } = server.address() as AddressInfo;
  server.close();
  const { eventId } = await confirm('a');
  await until(async () => (await stateOf(id)).state === 'disabled');
  expect((await stateOf(id)).reason).toContain('Nothing could be delivered since');
  const back = await receive(undefined, port);
  await sleep(300);
  expect(back.got).toHaveLength(0);
  await request(t.server).patch(`/v1/webhooks/${id}`).set('authorization', admin).send({ state: 'active' }).expect(200);
  await until(() => back.got.length === 1);
  expect(back.got[0]!.event.id).toBe(eventId);
});

test('when the lock is lost in the middle of it, another process goes on: nothing left out, in order a subject', async () => {
  const second = await openTestRegister({ database, post });
  const got: Got[] = [];
  const { url } = await receive((_, response, event) => {
    got.push({ headers: {}, body: '', event });
    setTimeout(() => response.writeHead(204).end(), 40);
    return false;
  });
  await create(url);
  const ids: string[] = [];
  for (let i = 0; i < 240; i++) ids.push((await confirm(['a', 'b', 'c'][i % 3]!)).eventId);
  await until(() => got.length > 20);
  const client = new pg.Client(database.owner);
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = (${locks.delivering} & 4294967295)::bigint::oid
       AND classid = (${locks.delivering} >> 32)::bigint::oid AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  await client.end();
  expect(rowCount).toBe(1);
  await until(() => new Set(got.map(({ event }) => event.id)).size === ids.length);
  await sleep(300);
  await second.close();
  const firsts = got.filter(({ event }, i) => got.findIndex((other) => other.event.id === event.id) === i);
  expectAllInOrder(firsts, ids);
  // Deliveries in progress may come twice, but no others, because only one process delivers.
  expect(got.length - firsts.length).toBeLessThanOrEqual(12);
});

test('however many receivers are slow, another one is told in time', async () => {
  const busy = await openTestRegister({ post: { ...post, reach: { ...post.reach, timeoutMilliseconds: 5000 } } });
  try {
    const key = await busy.key('administrator');
    const slow = await receive((_, response) => {
      setTimeout(() => response.writeHead(204).end(), 1000);
      return false;
    });
    const organisations = Array.from({ length: 3 }, (_, i) => ({
      type: 'RegisterOrganisation',
      organisation: `urn:vitrine:org:local:c${i}`,
      occurredAt: '2026-01-01',
      idempotencyKey: `c${i}`,
      data: { names: { en: 'City' }, kind: 'municipality', country: 'NL' },
    }));
    const names = Array.from({ length: 60 }, (_, i) => ({
      type: 'RenameOrganisation',
      organisation: `urn:vitrine:org:local:c${i % 3}`,
      occurredAt: '2026-01-02',
      idempotencyKey: `n${i}`,
      data: { names: { en: `City ${i}` } },
    }));
    const body = [...organisations, ...names];
    const told = await request(busy.server).post('/v1/events').set('authorization', key).send(body).expect(200);
    expect(told.body.refused).toBe(0);
    await busy.settled();
    const add = (url: string, after: number) =>
      request(busy.server).post('/v1/webhooks').set('authorization', key).send({ url, after }).expect(201);
    // More receivers than are served at a time, each with deliveries for twenty seconds.
    for (let i = 0; i < 34; i++) await add(slow.url, -1);
    await sleep(1500);
    const { got, url } = await receive();
    await add(url, (await busy.register.store.head()) - 1);
    await until(() => got.length > 0);
  } finally {
    await busy.close();
  }
});

test('a position that the log has not reached is refused', async () => {
  const { url } = await receive();
  const after = (await t.register.store.head()) + 1;
  const refused = await request(t.server)
    .post('/v1/webhooks')
    .set('authorization', admin)
    .send({ url, after })
    .expect(400);
  expect(refused.body).toMatchObject({ code: 'INVALID_PARAMETER', path: '/after' });
  const { id } = await create(url);
  await request(t.server)
    .patch(`/v1/webhooks/${id}`)
    .set('authorization', admin)
    .send({ state: 'active', after })
    .expect(400);
});

test('webhooks are for administrators, each for its own', async () => {
  await request(t.server).get('/v1/webhooks').expect(401);
  const editor = await t.key('editor', city);
  expect((await request(t.server).get('/v1/webhooks').set('authorization', editor).expect(403)).body.code).toBe(
    'ROLE_MAY_NOT',
  );
  const { url } = await receive();
  const [cityAdmin, otherAdmin] = [await t.key('administrator', city), await t.key('administrator', other)];
  const made = await request(t.server).post('/v1/webhooks').set('authorization', cityAdmin).send({ url }).expect(201);
  await request(t.server).get(`/v1/webhooks/${made.body.id}`).set('authorization', otherAdmin).expect(404);
  expect(
    (await request(t.server).get('/v1/webhooks').set('authorization', otherAdmin).expect(200)).body.webhooks,
  ).toEqual([]);
  const shown = await request(t.server).get(`/v1/webhooks/${made.body.id}`).set('authorization', admin).expect(200);
  expect(shown.body).not.toHaveProperty('secret');
  expect(JSON.stringify(shown.body)).not.toContain('privateKey');
  for (const body of [{}, { url, types: ['Nothing'] }, { url, more: 1 }, { url: 1 }, [], null])
    await request(t.server)
      .post('/v1/webhooks')
      .set('authorization', admin)
      .send(body as object)
      .expect(400);
});

test('an organisation cannot take the places of all others', async () => {
  const ask = async (key: string) =>
    request(t.server)
      .post('/v1/webhooks')
      .set('authorization', key)
      .send({ url: 'https://receiver.example/', about: [city], types: ['OrganisationClosed'] });
  const cityAdmin = await t.key('administrator', city);
  for (let i = 0; i < 50; i++) expect((await ask(cityAdmin)).status).toBe(201);
  const refused = await ask(cityAdmin);
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
    422,
    'TOO_MANY_WEBHOOKS',
    `${city} has 50 webhooks, and can have no more.`,
  ]);
  expect((await ask(await t.key('administrator', other))).status).toBe(201);
  expect((await ask(admin)).status).toBe(201);
});

test.each([
  'http://example.org/',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://10.1.2.3/',
  'https://192.168.1.1/',
  'https://172.16.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://100.64.0.1/',
  'https://0.0.0.0/',
  'https://255.255.255.255/',
  'https://224.0.0.1/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fe80::1]/',
  'https://[fc00::1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://user:secret@example.org/',
  'ftp://example.org/',
])('%s is no receiver', async (address) => {
  expect(problemOf(new URL(address))).toBeDefined();
  const sent = await send(
    address,
    {},
    '{}',
    { isPrivateAllowed: false, timeoutMilliseconds: 500 },
    new AbortController().signal,
  );
  expect(sent).toMatchObject({
    isDelivered: false,
    detail: expect.stringMatching(/not a public address|https|password/),
  });
});

test('a name of this machine or its network is refused when the webhook is made', () => {
  for (const address of [
    'https://localhost/hook',
    'https://intranet./',
    'https://printer.local/',
    'https://a.internal/',
  ])
    expect([address, localName(new URL(address))]).toEqual([address, expect.stringContaining('public internet')]);
  for (const address of ['https://example.org/', 'https://93.184.216.34/', 'https://[2606:2800:220:1::1]/'])
    expect([address, localName(new URL(address))]).toEqual([address, undefined]);
});

test('a name that leads into a private network is not called', async () => {
  let calls = 0;
  const server = createServer(() => calls++);
  receivers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const reach = { isPrivateAllowed: false, timeoutMilliseconds: 1000 };
  const sent = await send(`https://localhost:${port}/`, {}, '{}', reach, new AbortController().signal);
  expect(sent).toEqual({ isDelivered: false, detail: expect.stringContaining('which is not a public address') });
  expect(calls).toBe(0);
  expect(isPublic('93.184.216.34')).toBe(true);
  expect(isPublic('2606:2800:220:1::1')).toBe(true);
  for (const inner of [
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fec0::1',
    '5f00::1',
    '100::1',
    '::',
    '::1',
  ])
    expect([inner, isPublic(inner)]).toEqual([inner, false]);
  for (const url of ['https://[::7f00:1]/', 'https://[::ffff:127.0.0.1]/'])
    expect(problemOf(new URL(url))).toContain('public');
});
