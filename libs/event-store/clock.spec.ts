import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/setup/database.js';
import { newEvent, newStream } from './contract.js';
import { type EventStore, openEventStore } from './event-store.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let stores: EventStore[];

beforeEach(async () => {
  database = await createTestDatabase();
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await database.drop();
});

const day = 86_400_000;

/** A process whose clock is off by some milliseconds, which may change. */
async function open(skew: { by: number } = { by: 0 }, aheadMilliseconds?: number): Promise<EventStore> {
  const clock = () => Date.now() + skew.by;
  const store = await openEventStore(database, 'test.example', {
    clock,
    ...(aheadMilliseconds !== undefined && { aheadMilliseconds }),
  });
  stores.push(store);
  return store;
}

const put = (store: EventStore, stream = newStream()) =>
  store.append({ stream, expectedVersion: 'any', events: [newEvent(1)] });
const putMany = (store: EventStore) => Promise.all(Array.from({ length: 20 }, () => put(store)));
const putAll = (store: EventStore) =>
  store.appendAll([1, 2].map((n) => ({ stream: newStream(), expectedVersion: 'none', events: [newEvent(n)] })));
const ways: [string, (store: EventStore) => Promise<unknown>][] = [
  ['one', put],
  ['many', putMany],
  ['all', putAll],
];

async function times(): Promise<string[]> {
  const all = await stores[0]!.readAll(-1, 100_000);
  return all.map(({ envelope }) => envelope.recordedAt);
}

async function expectInOrder(): Promise<void> {
  const found = await times();
  expect(found).toEqual([...found].sort());
}

describe.each(ways)('written by %s', (_, write) => {
  test.each([-1, -5000, -day, -730 * day])(
    'a clock that is set back by %i ms does not set the log back',
    async (by) => {
      await put(await open());
      const before = (await times()).at(-1)!;
      const later = await open({ by });
      await write(later);
      await write(later);
      await expectInOrder();
      expect((await times()).at(-1)! >= before).toBe(true);
    },
  );

  test('a clock that goes back while the register runs does not set the log back', async () => {
    const skew = { by: 0 };
    const store = await open(skew);
    await write(store);
    skew.by = -day;
    await write(store);
    await expectInOrder();
  });

  test('a time more than a minute ahead of the database is refused, and nothing is left of it', async () => {
    const skew = { by: 0 };
    const store = await open(skew);
    await put(store);
    const head = await store.head();
    skew.by = 2 * 60_000;
    await expect(write(store)).rejects.toMatchObject({ code: 'CLOCK_WRONG' });
    skew.by = 30 * day;
    await expect(write(store)).rejects.toMatchObject({ code: 'CLOCK_WRONG' });
    expect(await store.head()).toBe(head);
    // Once the clock is right, the register goes on with right times.
    skew.by = 0;
    await write(store);
    await expectInOrder();
    expect(Math.abs(Date.parse((await times()).at(-1)!) - Date.now())).toBeLessThan(60_000);
  });

  test('after an event from the future nothing is recorded, unless the operator allows it; then it gets that time', async () => {
    await put(await open({ by: day }, 2 * day));
    await expect(write(await open())).rejects.toMatchObject({
      code: 'CLOCK_WRONG',
      message: expect.stringMatching(/The last event of the log is of/),
    });
    await write(await open({ by: 0 }, 2 * day));
    expect(new Set(await times()).size).toBe(1);
  });
});

test('processes whose clocks differ write side by side: all go in, in order', async () => {
  const skews = [0, -3, -40, -2000, 15];
  const writers = await Promise.all(skews.map((by) => open({ by })));
  const streams = Array.from({ length: 10 }, () => newStream());
  await Promise.all(
    writers.map(async (store, w) => {
      for (let i = 0; i < 40; i++)
        await Promise.all([0, 1, 2].map((n) => put(store, streams[(w + i + n) % streams.length]!)));
    }),
  );
  expect(await stores[0]!.head()).toBe(skews.length * 40 * 3 - 1);
  await expectInOrder();
});
