import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-sse';
import request from 'supertest';
import { operator } from '#domain';
import { openDemoRegister, type TestRegister } from './setup/register.js';

const system = 'urn:vitrine:sys:nl-tooi:gm0363:chatbot';
type Told = { position: number; type: string; system: { id: string } | null };
let t: TestRegister;
let head: number;

beforeAll(async () => {
  t = await openDemoRegister();
  head = await t.register.store.head();
});
afterAll(() => t.close());

let n = 0;
const confirm = () =>
  t.register.commands.handle(
    {
      command: {
        type: 'ConfirmRecord',
        organisation: 'urn:vitrine:org:nl-tooi:gm0363',
        system,
        occurredAt: '2026-11-01',
        data: {},
      },
      key: `stream-${++n}`,
    },
    { organisation: operator, role: 'administrator' },
  );

/** Subscribes until `count` events have arrived. */
async function take(
  count: number,
  args: string,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<Told[]> {
  const client = createClient({ url: `${t.url}/graphql/stream`, retryAttempts: 0 });
  const query = `subscription { events${args} { position type system { id } } }`;
  const told: Told[] = [];
  const stream = client.iterate<{ events: Told }>({ query });
  const next = (async () => {
    for await (const { data, errors } of stream) {
      if (errors) throw new Error(JSON.stringify(errors));
      told.push(data!.events);
      if (told.length === count) break;
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 150));
  await meanwhile();
  await next;
  client.dispose();
  return told;
}

test('new events come as they are recorded', async () => {
  const told = await take(2, '', async () => {
    await confirm();
    await confirm();
  });
  expect(told).toEqual([1, 2].map((i) => ({ position: head + i, type: 'RecordConfirmed', system: { id: system } })));
});

test('whoever was cut off goes on after the last event that came, and misses none', async () => {
  const end = await t.register.store.head();
  const seen: number[] = [];
  for (let last = -1; last < end; last = seen.at(-1)!) {
    const told = await take(Math.min(120, end - last), `(afterPosition: ${last})`);
    seen.push(...told.map(({ position }) => position));
  }
  expect(seen).toEqual(Array.from({ length: end + 1 }, (_, i) => i));
});

test('only what was asked for', async () => {
  const told = await take(
    3,
    `(afterPosition: -1, types: [ContractAwarded], about: ["urn:vitrine:org:nl-tooi:gm0363"])`,
  );
  expect(told.map(({ type }) => type)).toEqual(Array(3).fill('ContractAwarded'));
});

describe('one connection for many', () => {
  const single = () => createClient({ url: `${t.url}/graphql/stream`, singleConnection: true, retryAttempts: 0 });
  const query = '{ events { position type system { id } } }';

  test('events of several operations come over it, and one ends without the others', async () => {
    const client = single();
    const told: number[][] = [[], []];
    const iterators = told.map(() => client.iterate<{ events: Told }>({ query: `subscription ${query}` }));
    const reading = iterators.map(async (stream, i) => {
      for await (const { data } of stream) {
        told[i]!.push(data!.events.position);
        if (told[i]!.length === i + 1) break;
      }
    });
    await sleep(300);
    const begin = await t.register.store.head();
    await confirm();
    await reading[0];
    await confirm();
    await reading[1];
    expect(told).toEqual([[begin + 1], [begin + 1, begin + 2]]);
    client.dispose();
  });

  test('a refused subscription says why, and the others go on', async () => {
    const client = single();
    const told: number[] = [];
    const reading = (async () => {
      for await (const { data } of client.iterate<{ events: Told }>({ query: `subscription ${query}` })) {
        told.push(data!.events.position);
        break;
      }
    })();
    await sleep(300);
    for (const [given, path] of [
      ['afterPosition: 999999', 'afterPosition'],
      ['about: ["x"]', 'about'],
    ]) {
      const answers = client.iterate({ query: `subscription { events(${given}) { position } }` });
      const { value } = await answers.next();
      expect(value.errors[0]).toMatchObject({ extensions: { code: 'INVALID_PARAMETER', path } });
      expect((await answers.next()).done).toBe(true);
    }
    await confirm();
    await reading;
    expect(told).toEqual([await t.register.store.head()]);
    client.dispose();
  });

  test('mistakes are refused, and a connection that is gone is', async () => {
    const reserved = await request(t.server).put('/graphql/stream');
    expect(reserved.status).toBe(201);
    const token = reserved.text;
    const send = (body: object, by = token) =>
      request(t.server).post('/graphql/stream').set('x-graphql-event-stream-token', by).send(body);
    const extensions = { operationId: 'a' };
    expect((await send({ query: '{ register { head } }', extensions })).text).toContain('Only subscriptions');
    expect((await send({ query: `subscription ${query}` })).status).toBe(400);
    const unknown = await send({ query: `subscription ${query}`, extensions }, 'none');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'NOT_FOUND']);
    for (let i = 0; i < 20; i++)
      expect((await send({ query: `subscription ${query}`, extensions: { operationId: `o${i}` } })).status).toBe(202);
    const more = await send({ query: `subscription ${query}`, extensions: { operationId: 'more' } });
    expect(more.body.code).toBe('TOO_MANY_REQUESTS');
    // What is ended makes room, though nothing has come for it.
    for (let i = 0; i < 25; i++) {
      const id = i < 20 ? `o${i}` : `p${i}`;
      const gone = await request(t.server)
        .delete(`/graphql/stream?operationId=${id}`)
        .set('x-graphql-event-stream-token', token);
      expect(gone.status).toBe(200);
      const begun = await send({ query: `subscription ${query}`, extensions: { operationId: `p${i + 1}` } });
      expect([i, begun.status]).toEqual([i, 202]);
    }
    const long = await send({ query: `subscription ${query}`, extensions: { operationId: 'x'.repeat(101) } });
    expect(long.body.code).toBe('INVALID_PARAMETER');
    const ended = await request(t.server)
      .delete('/graphql/stream?operationId=o1')
      .set('x-graphql-event-stream-token', token)
      .set('content-type', 'application/json');
    expect(ended.status).toBe(200);
    expect((await request(t.server).delete('/graphql/stream?operationId=o1')).status).toBe(400);
  });

  test('what began before the stream was opened waits for it; who is refused too often is cut off', async () => {
    const token = (await request(t.server).put('/graphql/stream')).text;
    const send = (query: string, operationId: string) =>
      request(t.server)
        .post('/graphql/stream')
        .set('x-graphql-event-stream-token', token)
        .send({ query, extensions: { operationId } });
    const original = t.register.store.subscribe;
    let pages = 0;
    t.register.store.subscribe = async function* (options: Parameters<typeof original>[0]) {
      for await (const page of original.call(t.register.store, options)) {
        pages++;
        yield page;
      }
    } as typeof original;
    expect((await send('subscription { events(afterPosition: -1) { position } }', 'all')).status).toBe(202);
    await sleep(500);
    t.register.store.subscribe = original;
    expect(pages).toBe(1);
    const statuses: number[] = [];
    for (let i = 0; i < 102; i++) statuses.push((await send('subscription {', `n${i}`)).status);
    expect(statuses.slice(0, 101)).toEqual(Array(101).fill(400));
    expect(statuses.at(-1)).toBe(404);
  });

  test('an address cannot reserve without end', async () => {
    const codes = [];
    for (let i = 0; i < 25; i++) codes.push((await request(t.server).put('/graphql/stream')).status);
    expect(codes.slice(0, 15)).toEqual(Array(15).fill(201));
    expect(codes.at(-1)).toBe(429);
  });
});

test('queries, mistakes and too much are refused', async () => {
  const ask = async (query: string) =>
    (await request(t.server).post('/graphql/stream').set('accept', 'text/event-stream').send({ query })).text;
  expect(await ask('{ register { head } }')).toContain('Only subscriptions');
  expect(await ask('subscription { nothing }')).toContain('Cannot query field');
  expect(await ask('subscription {')).toContain('Syntax Error');
  const wide = `subscription { events { ${Array.from({ length: 70 }, (_, i) => `a${i}: type`).join(' ')} } }`;
  expect(await ask(wide)).toContain('limit of 60 for aliases');
  const plain = await request(t.server).post('/graphql').send({ query: 'subscription { events { position } }' });
  expect(plain.body.errors[0]).toMatchObject({ message: expect.stringContaining('/graphql/stream') });
  expect(plain.status).toBe(400);
});

test('nothing piles up for a subscriber who does not read', async () => {
  const { store } = t.register;
  // More than the socket buffers of any operating system hold.
  const organisation = 'urn:vitrine:org:nl-tooi:gm0363';
  for (let n = 0; n < 40; n++)
    await t.register.commands.handle(
      {
        command: {
          type: 'RegisterSystem',
          organisation,
          system: `urn:vitrine:sys:nl-tooi:gm0363:long${n}`,
          occurredAt: '2026-01-01',
          data: { name: { nl: `Lang ${n}` }, notes: { nl: 'n'.repeat(19_000) } },
        },
        key: `long${n}`,
      },
      { organisation: operator, role: 'administrator' },
    );
  await t.settled();
  const original = store.subscribe;
  let taken = 0;
  store.subscribe = async function* (options: Parameters<typeof original>[0]) {
    for await (const page of original({ ...options, limit: 10 })) {
      taken += page.length;
      yield page;
    }
  } as typeof original;
  const aliases = Array.from({ length: 50 }, (_, i) => `a${i}: data`).join(' ');
  const query = `subscription { events(afterPosition: -1) { ${aliases} } }`;
  const { hostname, port } = new URL(t.url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    const body = JSON.stringify({ query });
    socket.write(
      `POST /graphql/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    socket.pause();
    await sleep(2500);
    const events = (await store.head()) + 1;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(events);
    socket.resume();
    while (taken < events) await sleep(50);
  } finally {
    socket.destroy();
    store.subscribe = original;
  }
});

test('so many streams from one address, and no more; they end with the server', async () => {
  const ending = new AbortController();
  const open = async () =>
    fetch(`${t.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { events { position } }' }),
      signal: ending.signal,
    });
  const opened = await Promise.all(Array.from({ length: 20 }, open));
  expect(opened.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const refused = await open();
  expect(refused.status).toBe(429);
  expect(((await refused.json()) as { code: string }).code).toBe('TOO_MANY_REQUESTS');
  ending.abort();
});
