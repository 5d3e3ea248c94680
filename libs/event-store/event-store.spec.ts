import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canonicalize } from 'json-canonicalize';
import pg from 'pg';
import { createTestDatabase } from '../../test/setup/database.js';
import { describeEventStore, newEvent, newStream } from './contract.js';
import { commitment, type Envelope, toLeaf } from './envelope.js';
import { type EventStore, openEventStore } from './event-store.js';
import { upcast } from './upcast.js';

describeEventStore('PostgreSQL', async () => {
  const database = await createTestDatabase();
  const store = await openEventStore(database, 'test.example');
  return {
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
});

test('a leaf is RFC 8785 canonical JSON, whatever the order in which the envelope was made', () => {
  const envelope: Envelope = {
    type: 'SystemDescribed',
    system: 'urn:vitrine:sys:a:é\u2028"\\',
    streamVersion: 12,
    schemaVersion: 1,
    recordedAt: '2026-01-02T03:04:05.678Z',
    previous: null,
    parts: [
      { role: 'content', commitment: 'a'.repeat(64) },
      { role: 'contact', commitment: 'b'.repeat(64) },
    ],
    origin: 'test.example',
    organisation: 'urn:vitrine:org:nl:a',
    occurredAt: '2026-01-01',
    id: '01890000-0000-7000-8000-000000000000',
    format: 'vitrine/envelope/v1',
    actor: { role: 'editor', organisation: 'urn:vitrine:org:nl:a' },
  };
  expect(toLeaf(envelope)).toBe(canonicalize(envelope));
  const { system: _, ...ofOrganisation } = envelope;
  expect(toLeaf(ofOrganisation)).toBe(canonicalize(ofOrganisation));
});

describe('the database itself', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let store: EventStore;
  let other: EventStore;
  const as = async (config: pg.ClientConfig, sql: string) => {
    const client = new pg.Client(config);
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openEventStore(database, 'test.example');
    other = await openEventStore(database, 'test.example');
    await store.append({ stream: newStream(), expectedVersion: 'none', events: [newEvent(0)] });
  });
  afterAll(async () => {
    await store.close();
    await other.close();
    await database.drop();
  });

  test.each([
    'UPDATE vitrine.event SET envelope = envelope',
    'DELETE FROM vitrine.event',
    'TRUNCATE vitrine.event CASCADE',
    'UPDATE vitrine.payload SET body = body',
    'TRUNCATE vitrine.payload',
    'DROP TABLE vitrine.event CASCADE',
    'ALTER TABLE vitrine.event DISABLE TRIGGER ALL',
    'CREATE TABLE vitrine.mine (n int)',
    'DELETE FROM vitrine.payload',
  ])('the application may not: %s', async (sql) => {
    await expect(as(database.application, sql)).rejects.toMatchObject({ code: '42501' });
  });

  test.each(['UPDATE vitrine.event SET envelope = envelope', 'DELETE FROM vitrine.event', 'TRUNCATE vitrine.payload'])(
    'not even the owner may, by accident: %s',
    async (sql) => {
      await expect(as(database.owner, sql)).rejects.toMatchObject({ code: '42501' });
    },
  );

  test('two processes on the same streams: no gap, no double, versions in a row', async () => {
    const streams = Array.from({ length: 4 }, newStream);
    const writes = Array.from({ length: 400 }, (_, i) =>
      (i % 2 ? store : other).append({ stream: streams[i % 4]!, expectedVersion: 'any', events: [newEvent(i)] }),
    );
    const positions = (await Promise.all(writes)).map((result) => result.events[0]!.position);
    expect(new Set(positions).size).toBe(400);
    const all = await store.readAll(-1, 10_000);
    expect(all.map((event) => event.position)).toEqual(all.map((_, i) => i));
    for (const stream of streams) {
      const events = await store.readStream(stream);
      expect(events.map((event) => event.envelope.streamVersion)).toEqual(events.map((_, i) => i));
      for (const event of events) expect(event.envelope.parts[0]!.commitment).toBe(commitment(event.payload[0]!));
    }
  });

  test('another process is woken by a notification', async () => {
    const after = await store.head();
    const begun = Date.now();
    setTimeout(() => void other.append({ stream: newStream(), expectedVersion: 'none', events: [newEvent(1)] }), 100);
    for await (const events of store.subscribe({ after, pollMilliseconds: 30_000 })) {
      expect(events).toHaveLength(1);
      break;
    }
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

test('old events are upgraded on reading, step by step', () => {
  const table = {
    Tested: [
      (data: Record<string, unknown>) => ({ ...data, two: 2 }),
      (data: Record<string, unknown>) => ({ ...data, three: 3 }),
    ],
  };
  expect(upcast('Tested', 1, { one: 1 }, table)).toEqual({ one: 1, two: 2, three: 3 });
  expect(upcast('Tested', 2, { one: 1 }, table)).toEqual({ one: 1, three: 3 });
  expect(upcast('Tested', 3, { one: 1 }, table)).toEqual({ one: 1 });
  expect(upcast('Other', 1, { one: 1 }, table)).toEqual({ one: 1 });
});
