// Events of two registers in one set of read models: both logs count from 0, and each event has its own sequence number.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createCommandHandler, parseSubmission } from '#commands';
import type { Actor } from '#domain';
import { type EventStore, openEventStore } from '#event-store';
import { openSnapshot, type TableName, tables } from '#exports';
import {
  compareReadModels,
  countFeed,
  type Intake,
  openExportPool,
  openReadPool,
  ownIntake,
  prepareReadModels,
  project,
  readFeed,
  readReached,
  readRecordAsOf,
  readSystems,
  readTimeline,
  readTimelines,
  readVersions,
  rebuild,
  type TakenEvent,
} from '#projections';
import { createTestDatabase } from './setup/database.js';
import { dumpReadModels } from './setup/dump.js';

const operator: Actor = { organisation: 'urn:vitrine:register', role: 'administrator' };
const cities = ['own', 'other'] as const;
type City = (typeof cities)[number];
const systemOf = (city: City) => `urn:vitrine:sys:local:${city}:camera`;

let databases: Record<City, Awaited<ReturnType<typeof createTestDatabase>>>;
let stores: Record<City, EventStore>;
let handlers: Record<City, ReturnType<typeof createCommandHandler>>;
let pool: pg.Pool;
let exporting: pg.Pool;
let intake: Intake;
let running: Promise<void>;
const stop = new AbortController();
/** The order in which the events of the two logs were taken in. */
const order: City[] = [];
let keys = 0;

/** Records an event in one of the logs, and takes it in. */
async function run(city: City, type: string, occurredAt: string, data: object): Promise<void> {
  const command = {
    type,
    organisation: `urn:vitrine:org:local:${city}`,
    ...(!type.endsWith('Organisation') && { system: systemOf(city) }),
    occurredAt,
    idempotencyKey: `k${++keys}`,
    data,
  };
  await handlers[city].handle(parseSubmission(command), operator);
  order.push(city);
}

/** An intake of both logs, in `order`. */
function takeBoth(): Intake {
  const numbered = async () => {
    const taken = [...order];
    const logs = { own: await stores.own.readAll(-1, 1000), other: await stores.other.readAll(-1, 1000) };
    const next = { own: 0, other: 0 };
    return taken.map((city, sequence): TakenEvent => Object.assign(logs[city][next[city]++]!, { sequence }));
  };
  const readStream = async (stream: string) => (await numbered()).filter((event) => event.stream === stream);
  return {
    origin: stores.own.origin,
    readAfter: async (sequence, limit) => (await numbered()).slice(sequence + 1, sequence + 1 + limit),
    readStream,
    countStream: async (stream) => (await readStream(stream)).length,
    head: async () => (await numbered()).length - 1,
    waitForMore: () => new Promise((resolve) => setTimeout(resolve, 20)),
  };
}

async function caughtUp() {
  while ((await readReached(pool)).sequence < order.length - 1) await new Promise((done) => setTimeout(done, 20));
}

beforeAll(async () => {
  databases = { own: await createTestDatabase(), other: await createTestDatabase() };
  stores = {
    own: await openEventStore(databases.own, 'own.example'),
    other: await openEventStore(databases.other, 'other.example'),
  };
  handlers = { own: createCommandHandler(stores.own), other: createCommandHandler(stores.other) };
  intake = takeBoth();
  await prepareReadModels(databases.own, intake);
  pool = openReadPool(databases.own);
  exporting = openExportPool(databases.own);
  running = project(databases.own, intake, stop.signal, {
    onChanging: () => undefined,
    onProjected: () => undefined,
    onLost: () => undefined,
    onError: (error) => console.error(error),
  });
  for (const city of ['other', 'own'] as const)
    await run(city, 'RegisterOrganisation', '2024-01-01', { names: { en: city }, kind: 'municipality', country: 'NL' });
  // These have the same positions in both logs.
  for (const city of cities)
    await run(city, 'RegisterSystem', '2024-02-01', {
      name: { en: `Camera of ${city}` },
      purpose: { en: 'To see' },
      domain: 'public-order-and-safety',
    });
  await run('other', 'ConfirmRecord', '2024-03-01', { nextReview: '2030-01-01' });
  await run('other', 'DescribeSystem', '2024-03-02', {
    reason: { en: 'Renamed' },
    set: { name: { en: 'Eye of other' } },
  });
  await run('own', 'DescribeSystem', '2024-03-03', { reason: { en: 'Renamed' }, set: { name: { en: 'Eye of own' } } });
  await run('other', 'ReportOversightFigures', '2024-07-01', {
    period: { from: '2024-04-01', to: '2024-06-30' },
    measured: false,
    note: { en: 'Nobody counted' },
  });
  await caughtUp();
}, 60_000);
afterAll(async () => {
  stop.abort();
  await running;
  await pool.end();
  await exporting.end();
  for (const city of cities) {
    await stores[city].close();
    await databases[city].drop();
  }
});

test('every event is taken once, under a sequence of its own; its position is that of its log', async () => {
  expect(await readReached(pool)).toEqual({ sequence: 7, position: 2 });
  const feed = await readFeed(pool, { kind: 'register' }, 0, 100);
  expect(feed.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(feed.map(({ position }) => position)).toEqual([0, 0, 1, 1, 2, 3, 2, 4]);
  expect(await countFeed(pool, { kind: 'register' })).toBe(8);
  expect((await readFeed(pool, { kind: 'register' }, 5, 2)).map(({ sequence }) => sequence)).toEqual([5, 6]);
  const timeline = await readTimeline(pool, systemOf('other'));
  expect(timeline.map(({ sequence, position }) => [sequence, position])).toEqual([
    [3, 1],
    [4, 2],
    [5, 3],
    [7, 4],
  ]);
});

test('a page of a timeline goes on after a sequence, forwards and backwards', async () => {
  const page = async (after: number, newestFirst: boolean) =>
    (await readTimelines(pool, [systemOf('other')], { first: 2, after, newestFirst }))
      .get(systemOf('other'))!
      .map(({ sequence }) => sequence);
  expect(await page(3, false)).toEqual([4, 5]);
  expect(await page(5, true)).toEqual([4, 3]);
});

test('records are those of their own log', async () => {
  for (const city of cities) {
    expect(await readRecordAsOf(pool, systemOf(city), { effective: '2024-03-04' })).toMatchObject({
      name: { en: `Eye of ${city}` },
      organisation: `urn:vitrine:org:local:${city}`,
    });
    const { versions } = await readVersions(pool, systemOf(city));
    expect(versions[0]!.record.name).toEqual({ en: `Camera of ${city}` });
  }
  const { systems } = await readSystems(pool, { filter: {} }, { order: 'CHANGED', first: 10 });
  expect(systems.map(({ id, position }) => [id, position])).toEqual([
    [systemOf('own'), 2],
    [systemOf('other'), 3],
  ]);
  // The system that changed before that one is on the second page.
  const first = await readSystems(pool, { filter: {} }, { order: 'CHANGED', first: 1 });
  const second = await readSystems(
    pool,
    { filter: {} },
    { order: 'CHANGED', first: 1, after: first.systems[0]!.cursor },
  );
  expect(second.systems.map(({ id }) => id)).toEqual([systemOf('other')]);
});

test('a snapshot at a position of the own log has what was taken up to it, and its history is that of the own log', async () => {
  const seen = async (at?: number) => {
    const snapshot = await openSnapshot(exporting, at);
    try {
      const rowsOf = async (table: TableName) => {
        const rows: string[] = [];
        for await (const page of tables[table].rows(snapshot)) rows.push(...page.map((row) => JSON.stringify(row)));
        return rows;
      };
      return { sequence: snapshot.sequence, systems: await rowsOf('systems'), events: await rowsOf('events') };
    } finally {
      await snapshot.release();
    }
  };
  const then = await seen(1);
  expect(then.sequence).toBe(2);
  expect(then.systems).toEqual([expect.stringContaining('Camera of own')]);
  expect(then.events).toHaveLength(2);
  const now = await seen();
  expect(now.sequence).toBe(7);
  expect(now.systems).toEqual([expect.stringContaining('Eye of other'), expect.stringContaining('Eye of own')]);
  expect(now.events).toHaveLength(3);
  expect(now.events.join('')).toContain('Eye of own');
  expect(now.events.join('')).not.toContain('other');
});

test('an erasure in either log, a rebuild and a comparison keep every sequence', async () => {
  const history = async () =>
    (await readFeed(pool, { kind: 'register' }, 0, 8)).map(({ sequence, eventId }) => [sequence, eventId]);
  const before = await history();
  const renamed = (await readTimeline(pool, systemOf('other'))).at(-2)!.eventId;
  const { commitment } = (await stores.other.readEvent(renamed))!.envelope.parts[0]!;
  await run('other', 'ErasePayload', '2024-08-01', {
    event: renamed,
    part: 'content',
    commitment,
    basis: 'court-order',
  });
  await caughtUp();
  expect(await history()).toEqual(before);
  expect((await readTimeline(pool, systemOf('other'))).map(({ data }) => data !== null)).toEqual([
    true,
    true,
    false,
    true,
    true,
  ]);
  expect(await readRecordAsOf(pool, systemOf('own'), {})).toMatchObject({ name: { en: 'Eye of own' } });
  expect(await compareReadModels(databases.own, intake)).toMatchObject({ sequence: 8, position: 2, oddCount: 0 });
  const rows = await dumpReadModels(databases.own);
  expect(await rebuild(databases.own, intake)).toEqual({ sequence: 8, position: 2 });
  expect(await dumpReadModels(databases.own)).toEqual(rows);
});

test('a register that follows no other takes its log in its order', async () => {
  const own = ownIntake(stores.other);
  const events = await own.readAfter(1, 2);
  expect(events.map(({ sequence, position }) => [sequence, position])).toEqual([
    [2, 2],
    [3, 3],
  ]);
  expect(await own.head()).toBe(5);
  expect(await own.countStream(systemOf('other'))).toBe(5);
  expect(await own.countStream('urn:vitrine:sys:local:other:none')).toBe(0);
});
