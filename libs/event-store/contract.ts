import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventStore } from './event-store.js';
import type { Append, ExpectedVersion, NewEvent } from './prepare.js';
import { keyToUuid, uuidv7 } from './uuid.js';

type OpenStore = () => Promise<{ store: EventStore; close(): Promise<void> }>;

const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
let streams = 0;

export function newStream(): string {
  return `urn:vitrine:sys:test:stream-${process.pid}-${++streams}`;
}

export function newEvent(n: number, id?: string, data: Record<string, unknown> = { n }): NewEvent {
  const event = {
    organisation: 'urn:vitrine:org:local:city',
    type: 'Tested',
    schemaVersion: 1,
    occurredAt: '2026-01-01',
    actor,
    data,
  };
  return id === undefined ? event : { ...event, id };
}

/** An event of a stream: its envelope says which. */
export const of =
  (stream: string) =>
  (event: NewEvent): NewEvent => ({ ...event, system: stream });

/** What every adapter of the event store must do. Run it with a fresh, empty store. */
export function describeEventStore(name: string, open: OpenStore): void {
  describe(`event store contract: ${name}`, () => {
    let store: EventStore;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close());
    const append = (stream: string, expectedVersion: ExpectedVersion, events: NewEvent[], rest: Partial<Append> = {}) =>
      store.append({ stream, expectedVersion, events: events.map(of(stream)), ...rest });
    const versions = async (stream: string) => (await store.readStream(stream)).map((event) => event.data?.['n']);

    describe('expected versions', () => {
      const cases: [ExpectedVersion, number, boolean][] = [
        ['any', 0, true],
        ['any', 2, true],
        ['none', 0, true],
        ['none', 1, false],
        ['exists', 0, false],
        ['exists', 1, true],
        [-1, 0, true],
        [0, 0, false],
        [0, 1, true],
        [1, 1, false],
        [0, 2, false],
        [1, 2, true],
        [5, 2, false],
      ];
      test.each(cases)('%s on a stream of %i events: %s', async (expected, length, accepted) => {
        const stream = newStream();
        for (let n = 0; n < length; n++) await append(stream, 'any', [newEvent(n)]);
        const appending = append(stream, expected, [newEvent(99)]);
        if (accepted) expect((await appending).events[0]!.version).toBe(length);
        else {
          await expect(appending).rejects.toMatchObject({
            code: 'WRONG_EXPECTED_VERSION',
            details: { actual: length - 1 },
          });
          expect(await versions(stream)).toHaveLength(length);
        }
      });

      test('of concurrent appends at one version exactly one wins', async () => {
        const stream = newStream();
        await append(stream, 'none', [newEvent(0)]);
        const results = await Promise.allSettled(
          Array.from({ length: 10 }, (_, n) => append(stream, 0, [newEvent(n + 1)])),
        );
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
        expect(await versions(stream)).toHaveLength(2);
      });

      test('concurrent appends without an expectation all go in', async () => {
        const stream = newStream();
        await Promise.all(Array.from({ length: 50 }, (_, n) => append(stream, 'any', [newEvent(n)])));
        const events = await store.readStream(stream);
        expect(events.map((event) => event.envelope.streamVersion)).toEqual(Array.from({ length: 50 }, (_, n) => n));
      });
    });

    // The 14 sequences of KurrentDB's own idempotency tests, by behaviour. "0em1": event 0 at expected version -1.
    // Where KurrentDB writes an event id a second time, Vitrine refuses: an event id is unique in the log.
    describe('idempotency by event id', () => {
      const base = '0em1 1e0 2e1 3e2 4e3 5e4';
      const sequences: [string, string, 'repeated' | 'WRONG_EXPECTED_VERSION' | 'EVENT_ID_REUSED'][] = [
        [base, '0em1', 'repeated'],
        ['0em1 1e0 2e1 3e2 4e3', '0any', 'repeated'],
        [base, '0e5', 'EVENT_ID_REUSED'],
        [base, '0e6', 'WRONG_EXPECTED_VERSION'],
        [base, '0e4', 'WRONG_EXPECTED_VERSION'],
        ['0em1', '0e0', 'EVENT_ID_REUSED'],
        ['0em1', '0any', 'repeated'],
        ['0em1', '0em1', 'repeated'],
        ['0em1 1e0 2e1 1any', '1any', 'repeated'],
        ['S:0,1em1', '0em1', 'repeated'],
        ['S:0,1em1', '0any', 'repeated'],
        ['S:0,1em1', '1e0', 'repeated'],
        ['S:0,1em1', '1any', 'repeated'],
        ['S:0,1em1', 'S:0,1,2em1', 'WRONG_EXPECTED_VERSION'],
      ];
      test.each(sequences)('%s then %s: %s', async (before, last, outcome) => {
        const stream = newStream();
        const ids = Array.from({ length: 6 }, () => uuidv7(Date.now()));
        const run = (step: string) => {
          const [, numbers, expected] = /^(?:S:)?([\d,]+)(em1|any|e\d)$/.exec(step)!;
          const version = expected === 'any' ? 'any' : expected === 'em1' ? -1 : Number(expected!.slice(1));
          return append(
            stream,
            version,
            numbers!.split(',').map((n) => newEvent(Number(n), ids[Number(n)])),
          );
        };
        for (const step of before.split(' ')) await run(step);
        const count = (await versions(stream)).length;
        if (outcome === 'repeated') expect(await run(last)).toMatchObject({ repeated: true });
        else await expect(run(last)).rejects.toMatchObject({ code: outcome });
        expect(await versions(stream)).toHaveLength(count);
      });
    });

    describe('idempotency by key', () => {
      const key = (text: string) => keyToUuid('test', `${process.pid} ${text}`);

      test('the same again returns the first result, whatever came in between', async () => {
        const stream = newStream();
        const first = await append(stream, 'none', [newEvent(1), newEvent(2)], { key: key('same') });
        await append(stream, 1, [newEvent(3)]);
        const again = await append(stream, 'none', [newEvent(1), newEvent(2)], { key: key('same') });
        expect(again).toEqual({ ...first, repeated: true });
        expect(await versions(stream)).toEqual([1, 2, 3]);
      });

      test('other content under the same key is an error', async () => {
        const stream = newStream();
        await append(stream, 'none', [newEvent(1)], { key: key('other') });
        await expect(append(stream, 0, [newEvent(2)], { key: key('other') })).rejects.toMatchObject({
          code: 'IDEMPOTENCY_KEY_REUSED',
        });
        await expect(append(newStream(), 'none', [newEvent(1)], { key: key('other') })).rejects.toMatchObject({
          code: 'IDEMPOTENCY_KEY_REUSED',
        });
        expect(await versions(stream)).toEqual([1]);
      });

      test('many at the same time are done once', async () => {
        const stream = newStream();
        const results = await Promise.all(
          Array.from({ length: 20 }, () => append(stream, 'any', [newEvent(7)], { key: key('many') })),
        );
        expect(new Set(results.map((result) => result.events[0]!.position)).size).toBe(1);
        expect(results.filter((result) => !result.repeated)).toHaveLength(1);
      });
    });

    describe('several streams in one', () => {
      test('all or none', async () => {
        const [one, two] = [newStream(), newStream()];
        const all = (expectedVersion: ExpectedVersion) =>
          store.appendAll([
            { stream: one, expectedVersion: 'none', events: [of(one)(newEvent(1))] },
            { stream: two, expectedVersion, events: [of(two)(newEvent(2))] },
            { stream: one, expectedVersion: 0, events: [of(one)(newEvent(3))] },
          ]);
        await expect(all(4)).rejects.toMatchObject({ code: 'WRONG_EXPECTED_VERSION' });
        expect(await versions(one)).toEqual([]);
        const results = await all('none');
        expect(results.map((result) => result.events[0]!.version)).toEqual([0, 0, 1]);
        expect(await versions(one)).toEqual([1, 3]);
      });
    });

    describe('order and reading', () => {
      test('positions are contiguous from 0 and readAll gives each event once', async () => {
        const all = [];
        for (
          let page = await store.readAll(-1, 7);
          page.length > 0;
          page = await store.readAll(all.at(-1)!.position, 7)
        )
          all.push(...page);
        expect(all.map((event) => event.position)).toEqual(all.map((_, i) => i));
        expect(all.at(-1)!.position).toBe(await store.head());
      });

      test('an unknown stream is empty', async () => {
        expect(await store.readStream(newStream())).toEqual([]);
        expect(await store.readStreamBackwards(newStream(), 10)).toEqual([]);
      });

      test('from a version, limited, backwards, past the end', async () => {
        const stream = newStream();
        await append(
          stream,
          'none',
          [0, 1, 2, 3, 4].map((n) => newEvent(n)),
        );
        const numbers = (events: { data: Record<string, unknown> | null }[]) =>
          events.map((event) => event.data?.['n']);
        expect(numbers(await store.readStream(stream, 2))).toEqual([2, 3, 4]);
        expect(numbers(await store.readStream(stream, 1, 2))).toEqual([1, 2]);
        expect(numbers(await store.readStream(stream, 5))).toEqual([]);
        expect(numbers(await store.readStreamBackwards(stream, 2))).toEqual([4, 3]);
        expect(await store.readAll(await store.head(), 10)).toEqual([]);
      });

      test('envelopes of a stream are linked by hash', async () => {
        const stream = newStream();
        for (const n of [0, 1, 2]) await append(stream, 'any', [newEvent(n)]);
        const events = await store.readStream(stream);
        const { leafHash } = await import('./envelope.js');
        expect(events[0]!.envelope.previous).toBeNull();
        for (const [i, event] of events.slice(1).entries())
          expect(event.envelope.previous).toBe(leafHash(events[i]!.leaf));
      });

      test('a subscriber resumes from a position and gets what comes later', async () => {
        const stream = newStream();
        const after = await store.head();
        await append(stream, 'none', [newEvent(1), newEvent(2)]);
        const seen: unknown[] = [];
        setTimeout(() => void append(stream, 'any', [newEvent(3)]), 50);
        for await (const events of store.subscribe({ after, limit: 1 })) {
          seen.push(...events.map((event) => event.data?.['n']));
          if (seen.length === 3) break;
        }
        expect(seen).toEqual([1, 2, 3]);
      });
    });

    describe('limits and odd content', () => {
      test.each([
        ['empty', {}],
        ['nested and unicode', { n: { 'é"\\\n': ['𝄞', '{}', "'", 1e-7, 9007199254740991, null, true] } }],
        ['keys of Object', { constructor: 1, toString: 'x' }],
        ['250 KB', { text: 'é'.repeat(125_000) }],
      ])('%s comes back as it went in', async (_, data) => {
        const stream = newStream();
        await append(stream, 'none', [newEvent(0, undefined, data)]);
        expect((await store.readStream(stream))[0]!.data).toEqual(data);
      });

      test('nothing, too much and too large are refused and leave nothing', async () => {
        const stream = newStream();
        await expect(append(stream, 'any', [])).rejects.toMatchObject({ code: 'EMPTY_APPEND' });
        await expect(
          append(
            stream,
            'any',
            Array.from({ length: 1001 }, (_, n) => newEvent(n)),
          ),
        ).rejects.toMatchObject({ code: 'TOO_MANY_EVENTS' });
        await expect(
          append(stream, 'any', [newEvent(0, undefined, { text: 'x'.repeat(1_048_577) })]),
        ).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
        const type = 'T'.repeat(65_536);
        await expect(append(stream, 'any', [{ ...newEvent(0), type }])).rejects.toMatchObject({
          code: 'LEAF_TOO_LARGE',
        });
        expect(await store.readStream(stream)).toEqual([]);
      });

      test('an append beside a refused one in the same batch goes in', async () => {
        const [good, bad] = [newStream(), newStream()];
        const results = await Promise.allSettled([
          append(good, 'none', [newEvent(1)]),
          append(bad, 7, [newEvent(2)]),
          append(good, 0, [newEvent(3)]),
        ]);
        expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await versions(good)).toEqual([1, 3]);
      });
    });

    describe('erasure', () => {
      test('content and contact are apart; an erased part is gone, its commitment stays', async () => {
        const stream = newStream();
        const { events } = await append(stream, 'none', [
          newEvent(0, undefined, { n: 1, contact: { email: 'a@example.org' } }),
        ]);
        const before = (await store.readStream(stream))[0]!;
        const { id, position } = events[0]!;
        const erased = { ...newEvent(0), type: 'PayloadErased', data: { event: id, part: 'contact' } };
        await store.appendAll(
          [{ stream, expectedVersion: 0, events: [of(stream)(erased)] }],
          [{ position, part: 'contact' }],
        );
        const after = (await store.readStream(stream))[0]!;
        expect(after.data).toEqual({ n: 1 });
        expect(after.erased).toEqual(['contact']);
        expect(after.leaf).toBe(before.leaf);
        expect(after.payload).toHaveLength(1);
      });
    });
  });
}
