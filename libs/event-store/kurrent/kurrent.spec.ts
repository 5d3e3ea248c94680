import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../../test/setup/database.js';
import { type Fault, type StandIn, startStandIn } from '../../../test/setup/kurrent-stand-in.js';
import { describeEventStore, newEvent, newStream, of } from '../contract.js';
import { type EventStore, type EventStoreOptions, openEventStore } from '../event-store.js';
import { openOrderedLog } from '../ordered-log.js';
import type { Head, StoredEvent } from '../port.js';
import { isOrderedElsewhere, openLogCopy } from '../postgres/log-copy.js';
import type { Append } from '../prepare.js';
import { prepare } from '../prepare.js';
import { openKurrent } from './log.js';

/** Makes the envelopes of an append name its stream. */
const to = (append: Append): Append => ({ ...append, events: append.events.map(of(append.stream)) });
const naming = (store: EventStore): EventStore => ({
  ...store,
  append: (append, prepared) => store.append(to(append), prepared),
  appendAll: (appends, erase) => store.appendAll(appends.map(to), erase),
});
const origin = 'test.example';
const stream = `vitrine-${origin}`;
type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>;

async function openStore(database: TestDatabase, url: string, options: EventStoreOptions = {}, name = origin) {
  const log = await openKurrent(url, name, { deadlineMilliseconds: 2000 });
  return openEventStore(database, origin, { ...options, openStorage: openOrderedLog(database, log) });
}

function contractOn(name: string, start: () => Promise<{ url: string; stop(): void }>, log = () => origin): void {
  describeEventStore(name, async () => {
    const database = await createTestDatabase();
    const { url, stop } = await start();
    const store = await openStore(database, url, {}, log());
    return {
      store,
      close: async () => {
        await store.close();
        await database.drop();
        stop();
      },
    };
  });
}

contractOn('KurrentDB (stand-in)', () => startStandIn());
contractOn('KurrentDB before 21.10 (stand-in)', () => startStandIn({ batches: false }));
contractOn('KurrentDB (stand-in), where calls go wrong', async () => {
  const standIn = await startStandIn();
  const faults: Fault[] = ['unavailable before', 'unavailable after', 'not leader', 'cut', 'silent'];
  let call = 0;
  // Every fourth call fails, with each fault in turn; silence, which lasts the whole timeout, comes more rarely.
  standIn.chance = () => (++call % 4 === 0 ? faults[Math.floor(call / 4) % (call % 40 === 0 ? 5 : 4)] : undefined);
  return standIn;
});

const real = process.env['KURRENTDB_URL'];
// biome-ignore lint/suspicious/noSkippedTests: counted as skipped where there is none.
if (real === undefined) test.skip('the contract on a KurrentDB of your own: set KURRENTDB_URL', () => undefined);
else contractOn('KurrentDB', async () => ({ url: real, stop: () => undefined }), randomUUID);

describe('a register whose order is in KurrentDB', () => {
  let database: TestDatabase;
  let standIn: StandIn;
  let open: EventStore[];
  const store = async (options: EventStoreOptions = {}) => {
    const opened = naming(await openStore(database, standIn.url, options));
    open.push(opened);
    return opened;
  };
  const query = async (sql: string) => {
    const client = new pg.Client(database.owner);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const leaves = () => standIn.streams.get(stream)!.map(({ data }) => data.toString());

  beforeEach(async () => {
    open = [];
    database = await createTestDatabase();
    standIn = await startStandIn();
  });
  afterEach(async () => {
    for (const opened of open) await opened.close();
    await database.drop();
    standIn.stop();
  });

  test.each<Fault>(['unavailable before', 'unavailable after', 'not leader', 'silent'])(
    'an append that meets "%s" is done once',
    async (fault) => {
      const one = await store();
      const own = newStream();
      await one.append({ stream: own, expectedVersion: 'none', events: [newEvent(0)] });
      standIn.appendFaults.push(fault, fault);
      const { events, repeated } = await one.append({
        stream: own,
        expectedVersion: 0,
        events: [newEvent(1), newEvent(2)],
      });
      expect([events.map(({ position }) => position), repeated]).toEqual([[1, 2], false]);
      expect(standIn.met).toBeGreaterThan(0);
      expect(leaves()).toEqual((await one.readAll(-1, 10)).map(({ leaf }) => leaf));
      expect(await query('SELECT FROM vitrine.unplaced_payload')).toEqual([]);
    },
  );

  test.each<Fault>(['unavailable before', 'not leader', 'cut', 'silent'])(
    'a read that meets "%s" is made again',
    async (fault) => {
      const one = await store();
      const own = newStream();
      const append = () => one.append({ stream: own, expectedVersion: 'any', events: [newEvent(0)] });
      await append();
      standIn.readFaults.push(fault, fault);
      const { events } = await append();
      expect([events[0]!.position, standIn.met]).toEqual([1, 2]);
      const all = await one.readAll(-1, 10);
      expect(leaves()).toEqual(all.map(({ leaf }) => leaf));
    },
  );

  test('two processes on hot streams: nothing is lost, doubled or out of order', async () => {
    const stores = [await store(), await store()];
    const streams = [newStream(), newStream(), newStream()];
    const appends = Array.from({ length: 120 }, (_, n) =>
      stores[n % 2]!.append({ stream: streams[n % 3]!, expectedVersion: 'any', events: [newEvent(n)] }),
    );
    const done = await Promise.all(appends);
    const positions = done.map(({ events }) => events[0]!.position).sort((a, b) => a - b);
    expect(positions).toEqual(positions.map((_, i) => i));
    for (const one of stores) {
      const all = await one.readAll(-1, 1000);
      expect(all.map(({ data }) => data!['n']).sort((a, b) => Number(a) - Number(b))).toEqual(positions);
      expect(leaves()).toEqual(all.map(({ leaf }) => leaf));
      for (const name of streams) {
        const versions = (await one.readStream(name)).map(({ envelope }) => envelope.streamVersion);
        expect(versions).toEqual(versions.map((_, i) => i));
      }
    }
  });

  test('the same commands, clock, ids and salts give the same log, byte for byte, as in PostgreSQL', async () => {
    const other = await createTestDatabase();
    const clock = () => Date.UTC(2026, 0, 2);
    const postgres = naming(await openEventStore(other, origin, { clock }));
    open.push(postgres);
    const kurrent = await store({ clock });
    const streams = [newStream(), newStream()];
    for (let n = 0; n < 20; n++) {
      const append = {
        stream: streams[n % 2]!,
        expectedVersion: 'any' as const,
        events: [newEvent(n), newEvent(n + 100)],
      };
      const prepared = prepare(to(append));
      for (const one of [postgres, kurrent]) await one.append(append, prepared);
    }
    expect(await kurrent.readStored(-1, 100)).toEqual(await postgres.readStored(-1, 100));
    expect(leaves()).toEqual((await postgres.readStored(-1, 100)).map(({ leaf }) => leaf));
    const bundles = async (of: EventStore) => {
      const all = [];
      for await (const bundle of of.readBundles(0, 40)) all.push(bundle);
      return all;
    };
    expect(await bundles(kurrent)).toEqual(await bundles(postgres));
    await postgres.close();
    open = open.filter((one) => one !== postgres);
    await other.drop();
  });

  test('what is erased goes from the database, and is never in KurrentDB', async () => {
    const one = await store();
    const own = newStream();
    const { events } = await one.append({
      stream: own,
      expectedVersion: 'none',
      events: [newEvent(0, undefined, { secret: 'Quodlibet' })],
    });
    const { id, position } = events[0]!;
    const note = {
      ...newEvent(1, undefined, { event: id, part: 'content', basis: 'gdpr-17-1-d' }),
      type: 'PayloadErased',
    };
    await one.appendAll([{ stream: own, expectedVersion: 0, events: [note] }], [{ position, part: 'content' }]);
    expect((await one.readEvent(id))!.erased).toEqual(['content']);
    expect(JSON.stringify([...standIn.streams.values()].flat().map(({ data }) => data.toString()))).not.toContain(
      'Quodlibet',
    );
    expect(await query("SELECT FROM vitrine.unplaced_payload WHERE body LIKE '%Quodlibet%'")).toEqual([]);
  });

  test('a log that another process has filled further is caught up with', async () => {
    const one = await store();
    const append = { stream: newStream(), expectedVersion: 'none' as const, events: [newEvent(0)] };
    await one.append(append);
    // Stands for a process that ended after its append, before it updated the copy.
    const [first] = standIn.streams.get(stream)!;
    const id = '01900000-0000-7000-8000-000000000001';
    const leaf = first!.data
      .toString()
      .replace(JSON.parse(first!.data.toString()).id, id)
      .replaceAll('stream-', 'ended-');
    const copy = openLogCopy(database);
    const [{ payload: parts }] = (await one.readStored(-1, 1)) as [StoredEvent];
    await copy.keep([{ stream: 'x', event: { id, position: 1, version: 0, recordedAt: '' }, key: null, leaf, parts }]);
    await copy.close();
    standIn.streams.get(stream)!.push({ ...first!, id, data: Buffer.from(leaf) });
    const { events } = await one.append({ stream: newStream(), expectedVersion: 'none', events: [newEvent(2)] });
    expect(events[0]!.position).toBe(2);
    expect((await one.readEvent(id))!.position).toBe(1);
  });

  test('of an id that was tried with other content before, what is in the log counts', async () => {
    const one = await store();
    const own = newStream();
    const id = '01900000-0000-7000-8000-000000000002';
    const append = (n: number) => ({ stream: own, expectedVersion: 'none' as const, events: [newEvent(n, id)] });
    const copy = openLogCopy(database);
    const tried = prepare(append(1))[0]!;
    await copy.keep([
      { stream: own, event: { id, position: 0, version: 0, recordedAt: '' }, key: null, leaf: '', parts: tried.parts },
    ]);
    await copy.close();
    await one.append(append(2));
    expect((await one.readEvent(id))!.data).toEqual({ n: 2 });
    expect(await query('SELECT FROM vitrine.unplaced_payload')).toEqual([]);
  });

  test('an empty log is filled from the database that a register has already; then both are the same', async () => {
    const before = naming(await openEventStore(database, origin));
    const own = newStream();
    for (let n = 0; n < 5; n++)
      await before.append({ stream: own, expectedVersion: n - 1, events: [newEvent(n)], key: randomUUID() });
    await before.close();
    expect(await isOrderedElsewhere(database)).toBe(false);
    const after = await store();
    await after.append({ stream: own, expectedVersion: 4, events: [newEvent(5)] });
    expect(leaves()).toEqual((await after.readAll(-1, 10)).map(({ leaf }) => leaf));
    expect(await isOrderedElsewhere(database)).toBe(true);
    expect(standIn.streams.get(stream)!.filter(({ metadata }) => metadata.toString().includes('key'))).toHaveLength(5);
  });

  test('another log, one that was cut, or one that forgets is refused', async () => {
    const one = await store();
    const append = { stream: newStream(), expectedVersion: 'any' as const, events: [newEvent(0)] };
    await one.append(append);
    await one.append(append);
    standIn.streams.get(stream)!.pop();
    await expect((await store()).append(append)).rejects.toThrow('is not the one that this database was filled from');
    standIn.streams.set(`$$${stream}`, [
      {
        id: randomUUID(),
        type: '$metadata',
        contentType: 'application/json',
        metadata: Buffer.from(''),
        data: Buffer.from('{"$maxCount":10}'),
      },
    ]);
    await expect((await store()).append(append)).rejects.toThrow('is set to forget events (maxCount)');
  });

  test('an event that somebody else has put into the stream is named, and nothing is written behind it', async () => {
    const one = await store();
    const append = { stream: newStream(), expectedVersion: 'any' as const, events: [newEvent(0)] };
    await one.append(append);
    const foreign = {
      id: randomUUID(),
      type: 'order-placed',
      metadata: Buffer.from(''),
      data: Buffer.from('not JSON'),
    };
    standIn.streams.get(stream)!.push({ ...foreign, contentType: 'application/octet-stream' });
    await expect(one.append(append)).rejects.toThrow('is not of this register (order-placed)');
    expect([await one.head(), standIn.streams.get(stream)!.length]).toEqual([0, 2]);
  });

  test('rows are written only behind the head they were built on: the same version, but another event, is stale', async () => {
    const one = await store();
    const own = newStream();
    const { events } = await one.append({ stream: own, expectedVersion: 'none', events: [newEvent(0)] });
    const log = await openKurrent(standIn.url, origin, { deadlineMilliseconds: 2000 });
    const storage = openOrderedLog(database, log)(() => undefined);
    const real = (await storage.heads([own])).get(own)!;
    const next = (id: string) => ({ id, position: -1, version: 1, recordedAt: events[0]!.recordedAt });
    const write = (id: string, head: Head) => {
      const rows = [{ stream: own, event: next(id), key: null, leaf: JSON.stringify({ id }), parts: [] }];
      return storage.write({
        rows,
        heads: new Map([[own, head]]),
        rowsAfter: () => rows,
        isCurrent: () => true,
        known: undefined,
        aheadMilliseconds: 60_000,
      });
    };
    const stale = await write(randomUUID(), {
      version: 0,
      hash: `${real.hash}`.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')),
    });
    expect(stale!.stale).toEqual(new Map([[own, real]]));
    expect(await one.head()).toBe(0);
    await storage.close();
  });

  test('more than the log takes at once is refused before anything is written', async () => {
    const one = await store();
    const events = Array.from({ length: 1000 }, (_, n) => ({
      ...newEvent(n),
      occurredAt: '2026-01-01'.padEnd(900, ' '),
    }));
    await expect(one.append({ stream: newStream(), expectedVersion: 'none', events })).rejects.toMatchObject({
      code: 'TOO_MANY_EVENTS',
    });
    expect(await one.head()).toBe(-1);
    expect(standIn.streams.get(stream)).toBeUndefined();
  });
});
