import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../test/setup/database.js';
import { keepState } from '../../test/setup/replace-database.js';
import { type CommandHandler, createCommandHandler } from '../commands/handle.js';
import { parseSubmission } from '../commands/submission.js';
import type { Loss } from './acknowledged.js';
import { newEvent, newStream } from './contract.js';
import { leafHash } from './envelope.js';
import { type EventStore, openEventStore } from './event-store.js';

// The database behind a running process is replaced by an older state of itself: a standby that lagged, or a restored snapshot.
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let stores: EventStore[];
let losses: Loss[];

beforeEach(async () => {
  database = await createTestDatabase();
  stores = [];
  losses = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await database.drop();
});

async function open(): Promise<EventStore> {
  const store = await openEventStore(database, 'test.example', { onLoss: (loss) => losses.push(loss) });
  stores.push(store);
  return store;
}

const put = (store: EventStore, stream: string, n: number) =>
  settled(() => store.append({ stream, expectedVersion: 'any', events: [newEvent(n)] }));

/** Retries like a caller whose connection breaks, and returns the final outcome. */
async function settled<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string };
      if (!/^(57P01|ECONNRESET|EPIPE)$/.test(code) && !/Connection terminated|not queryable/.test(message)) throw error;
    }
  }
}

/** Expects contiguous positions and versions, and each event linked to the one before it. */
async function expectWhole(store: EventStore): Promise<void> {
  const heads = new Map<string, { version: number; hash: string }>();
  for (const [i, { position, stream, envelope, leaf }] of (await store.readAll(-1, 10_000)).entries()) {
    expect(position).toBe(i);
    const before = heads.get(stream);
    expect([stream, envelope.streamVersion]).toEqual([stream, (before?.version ?? -1) + 1]);
    expect(envelope.previous).toBe(before?.hash ?? null);
    heads.set(stream, { version: envelope.streamVersion, hash: leafHash(leaf) });
  }
}

type Way = [string, (store: EventStore, stream: string) => Promise<unknown>];
const ways: Way[] = [
  ['one', (store, stream) => put(store, stream, 99)],
  ['many', (store, stream) => Promise.all([1, 2, 3].map((n) => put(store, n === 1 ? stream : newStream(), n)))],
  [
    'one with two parts',
    (store, stream) =>
      store.append({ stream, expectedVersion: 'any', events: [newEvent(1, undefined, { n: 1, contact: {} })] }),
  ],
  ['all', (store, stream) => store.appendAll([{ stream, expectedVersion: 'any', events: [newEvent(99)] }])],
];

describe.each(ways)('written by %s', (_, writeOnce) => {
  const write: Way[1] = (store, stream) => settled(() => writeOnce(store, stream));
  test('what was acknowledged is missed before anything else is acknowledged', async () => {
    const store = await open();
    const stream = newStream();
    await put(store, stream, 0);
    const kept = await keepState(database);
    const lost = [];
    for (const n of [1, 2, 3]) lost.push((await put(store, stream, n)).events[0]!);
    await kept.putBack();
    await expect(write(store, stream)).rejects.toMatchObject({ code: 'EVENTS_LOST' });
    await expect(write(store, stream)).rejects.toMatchObject({ code: 'EVENTS_LOST' });
    await expect(put(store, newStream(), 1)).rejects.toMatchObject({ code: 'EVENTS_LOST' });
    expect(await store.head()).toBe(0);
    expect(losses).toHaveLength(1);
    expect(losses[0]).toMatchObject({
      isAll: true,
      events: lost.map(({ position, id }) => ({ position, id })),
    });
    expect(store.loss()).toEqual(losses[0]);

    // A process that is started anew goes on from what is there.
    const again = await open();
    await write(again, stream);
    await expectWhole(again);
  });

  test('what was acknowledged last in this way is missed by the next write', async () => {
    const store = await open();
    await put(store, newStream(), 0);
    const kept = await keepState(database);
    await write(store, newStream());
    const lost = await store.readAll(0, 100);
    expect(lost.length).toBeGreaterThan(0);
    await kept.putBack();
    await expect(put(store, newStream(), 1)).rejects.toMatchObject({ code: 'EVENTS_LOST' });
    expect(losses[0]!.events).toEqual(lost.map(({ position, envelope: { id } }) => ({ position, id })));
  });

  test('nothing is missed when nothing was lost', async () => {
    const store = await open();
    const stream = newStream();
    await put(store, stream, 0);
    await put(store, stream, 1);
    const kept = await keepState(database);
    await kept.putBack();
    await write(store, stream);
    expect(losses).toEqual([]);
    await expectWhole(store);
  });

  test('another process, whose events are all there, goes on from what the database holds', async () => {
    const [store, other] = [await open(), await open()];
    const stream = newStream();
    await put(other, stream, 0);
    const kept = await keepState(database);
    for (const n of [1, 2, 3]) await put(store, stream, n);
    // The other process remembers what it reads.
    expect(await other.readStream(stream)).toHaveLength(4);
    await kept.putBack();
    await write(other, stream);
    await expectWhole(other);
    expect(losses).toEqual([]);
    await expect(put(store, stream, 4)).rejects.toMatchObject({ code: 'EVENTS_LOST' });
  });

  test('an event of the same version, but another, is no ground to go on from', async () => {
    const [store, other, third] = [await open(), await open(), await open()];
    const stream = newStream();
    await put(other, stream, 0);
    const kept = await keepState(database);
    await put(store, stream, 1);
    expect(await other.readStream(stream)).toHaveLength(2);
    await kept.putBack();
    await put(third, stream, 7);
    await write(other, stream);
    await expectWhole(other);
    await write(third, stream);
    await expectWhole(third);
  });
});

test('a signed event is missed, too, by who has written nothing', async () => {
  const store = await open();
  await put(store, newStream(), 0);
  const kept = await keepState(database);
  const { id, position } = (await put(store, newStream(), 1)).events[0]!;
  const other = await open();
  other.noteKnown({ id, position });
  await kept.putBack();
  await expect(put(other, newStream(), 2)).rejects.toMatchObject({ code: 'EVENTS_LOST' });
});

describe('commands', () => {
  const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
  const organisation = 'urn:vitrine:org:local:city';
  const system = 'urn:vitrine:sys:local:city:camera';
  const submit = (type: string, data: object, key = `${type} ${JSON.stringify(data)}`) =>
    parseSubmission({
      type,
      organisation,
      ...(type.endsWith('Organisation') ? {} : { system }),
      occurredAt: '2024-01-01',
      idempotencyKey: key,
      data,
    });
  const register = submit('RegisterOrganisation', { names: { en: 'City' }, kind: 'municipality', country: 'NL' });

  const handle = (handler: CommandHandler, ...command: Parameters<CommandHandler['handle']>) =>
    settled(() => handler.handle(...command));

  test('are decided anew on what the database holds', async () => {
    const [first, second] = [await open(), await open()].map((store) => createCommandHandler(store)) as [
      ReturnType<typeof createCommandHandler>,
      ReturnType<typeof createCommandHandler>,
    ];
    await handle(second, register, actor);
    await handle(second, submit('RegisterSystem', { name: { en: 'Camera' } }), actor);
    const kept = await keepState(database);
    await handle(first, submit('StartDeployment', { stage: 'production' }), actor);
    // The second process knows of it: it refuses a repetition.
    await expect(
      handle(second, submit('StartDeployment', { stage: 'production' }, 'again'), actor),
    ).rejects.toMatchObject({
      code: 'ALREADY_DEPLOYED',
    });
    await kept.putBack();
    // It must decide on the database's state, which has no deployment: there is none to suspend, and one may start.
    await expect(handle(second, submit('SuspendDeployment', { cause: 'other' }), actor)).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
    });
    expect(await handle(second, submit('StartDeployment', { stage: 'production' }, 'again'), actor)).toMatchObject({
      version: 1,
    });
    await expectWhole(stores[1]!);
  });
});

describe('whoever writes', () => {
  const as = async (config: pg.ClientConfig, sql: string, values: unknown[] = []) => {
    const client = new pg.Client(config);
    await client.connect();
    try {
      return await client.query(sql, values);
    } finally {
      await client.end();
    }
  };
  const insert = (version: number, position: string) =>
    `INSERT INTO vitrine.event (position, id, stream, version, envelope) SELECT ${position}, gen_random_uuid(), 'urn:vitrine:sys:test:gap', ${version}, '{}'`;
  const call = `SELECT vitrine.append_one($1, $2, 0, gen_random_uuid(), $3, $4, NULL, '{"recordedAt":"2026-01-01T00:00:00.000Z"}', 'content', decode(repeat('00', 32), 'hex'), '{}')`;

  test('the application adds events by the functions only, and leaves no gap', async () => {
    const store = await open();
    const stream = newStream();
    const { id, position } = (await put(store, stream, 0)).events[0]!;
    await expect(as(database.application, insert(0, '1'))).rejects.toMatchObject({ code: '42501' });
    await expect(
      as(database.application, "INSERT INTO vitrine.payload VALUES (0, 'contact', sha256('x'), '{}')"),
    ).rejects.toMatchObject({ code: '42501' });
    expect((await as(database.application, call, [position, id, stream, 5])).rows[0]).toEqual({ append_one: null });
    expect(
      (await as(database.application, call, [position, '00000000-0000-0000-0000-000000000000', stream, 1])).rows[0],
    ).toEqual({ append_one: null });
    expect(await store.head()).toBe(0);
  });

  test('nobody puts types or operators of their own in the way of the functions', async () => {
    const store = await open();
    const stream = newStream();
    const { id, position } = (await put(store, stream, 0)).events[0]!;
    const client = new pg.Client(database.application);
    await client.connect();
    try {
      await client.query(`SET search_path = pg_catalog;
        CREATE FUNCTION pg_temp.note(value anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
          RAISE EXCEPTION 'run as %', current_user; END $$;
        CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (pg_temp.note(VALUE));
        CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.note(VALUE));
        CREATE DOMAIN pg_temp.json AS pg_catalog.json CHECK (pg_temp.note(VALUE::pg_catalog.text));
        CREATE SCHEMA IF NOT EXISTS hostile;
        CREATE OR REPLACE FUNCTION hostile.always(pg_catalog.int4, pg_catalog.int4) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR hostile.> (LEFTARG = pg_catalog.int4, RIGHTARG = pg_catalog.int4, FUNCTION = hostile.always)`);
      const one = await client.query(call, [position, id, stream, 1]);
      expect(one.rows).toEqual([{ append_one: String(position + 1) }]);
      const batch = await client.query(
        `SELECT refused, first_position FROM vitrine.append_events(0, $1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 0,
          '{}', '{}', '{}', ARRAY[gen_random_uuid()], '{urn:vitrine:sys:test:other}', '{0}', '{NULL}', '{"{}"}', '{}', '{}', '{}', '{}')`,
        [id],
      );
      expect(batch.rows).toEqual([{ refused: null, first_position: String(position + 2) }]);
      await client.query('SET search_path = hostile, pg_catalog');
      await expect(client.query('DELETE FROM vitrine.payload')).rejects.toMatchObject({
        message: expect.stringContaining('may go only with a PayloadErased event'),
      });
    } finally {
      await client.end();
    }
  });

  test('a stream with a gap from before goes on from its last event', async () => {
    const store = await open();
    await put(store, newStream(), 0);
    const stream = 'urn:vitrine:sys:test:gap';
    const leaf = (version: number) =>
      JSON.stringify({
        recordedAt: '2026-01-01T00:00:00.000Z',
        streamVersion: version,
        parts: [],
        type: 'Tested',
        occurredAt: '2026-01-01',
      });
    for (const [position, version] of [
      [1, 0],
      [2, 4],
    ])
      await as(database.owner, 'INSERT INTO vitrine.event VALUES ($1, gen_random_uuid(), $2, $3, NULL, $4)', [
        position,
        stream,
        version,
        leaf(version!),
      ]);
    expect((await put(await open(), stream, 5)).events[0]).toMatchObject({ version: 5, position: 3 });
    expect(await store.readGaps(10)).toEqual([stream]);
  });
});
