import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DomainEvent, endOf, inOrderOfEffect, settle, startOf } from '#domain';
import type { RecordedEvent } from '#event-store';
import { fold } from '#projections';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// For every system and any point in both times, the API must answer what folding its events up to that point gives.
let t: TestRegister;
let histories: RecordedEvent[][];

beforeAll(async () => {
  t = await openDemoRegister();
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of await t.register.store.readAll(-1, 10_000))
    streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
  histories = [...streams.values()].filter(([first]) => first!.envelope.system !== undefined);
});
afterAll(() => t.close());

const toDomainEvent = ({ envelope, data }: RecordedEvent) =>
  ({ ...envelope, data: data ?? {}, erased: false }) as unknown as DomainEvent;

/** The expected record, folded directly from the events. */
function expectedRecord(history: RecordedEvent[], asOf: string, recordedAsOf: string) {
  const recorded = history.filter(({ envelope }) => Date.parse(envelope.recordedAt) <= endOf(recordedAsOf));
  const known = inOrderOfEffect(settle(recorded.map(toDomainEvent))).filter(({ from }) => startOf(from) <= endOf(asOf));
  return fold(history[0]!.stream, known);
}

test('200 random systems and dates, by both times', async () => {
  const pick = <T>(list: T[]) => list[Math.floor(Math.random() * list.length)]!;
  let [absent, present] = [0, 0];
  const begin = Date.UTC(2022, 0, 1);
  for (let i = 0; i < 200; i++) {
    const history = pick(histories);
    const asOf = new Date(begin + Math.random() * (Date.now() - begin)).toISOString().slice(0, 10);
    const recordedAsOf = i % 2 ? pick(history).envelope.recordedAt : new Date().toISOString();
    const query = `query($id: ID!, $a: String, $r: String) { system(id: $id) { record(asOf: $a, recordedAsOf: $r) { json } } }`;
    const answer = await fetch(`${t.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { id: history[0]!.stream, a: asOf, r: recordedAsOf } }),
    });
    const { data } = (await answer.json()) as { data: { system: { record: { json: object } | null } } };
    const expected = expectedRecord(history, asOf, recordedAsOf);
    expect([asOf, recordedAsOf, data.system.record?.json ?? null]).toEqual([
      asOf,
      recordedAsOf,
      expected === undefined ? null : JSON.parse(JSON.stringify(expected)),
    ]);
    if (expected) present++;
    else absent++;
  }
  expect(Math.min(absent, present)).toBeGreaterThan(10);
});

test('all records as of a day are what each of them is, page by page, in GraphQL and REST', async () => {
  for (const [asOf, recordedAsOf] of [
    ['2024-03-31', new Date().toISOString()],
    ['2025-06-30', histories[3]![0]!.envelope.recordedAt],
    ['2026-11-01', new Date().toISOString()],
  ] as const) {
    const expected = histories
      .flatMap((history) => expectedRecord(history, asOf, recordedAsOf) ?? [])
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((record) => JSON.parse(JSON.stringify(record)));
    const seen: object[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const query = `query($after: String) { recordsAsOf(asOf: "${asOf}", recordedAsOf: "${recordedAsOf}", first: 3, after: $after) { totalCount nodes { json } pageInfo { hasNextPage endCursor } } }`;
      const answer: Response = await fetch(`${t.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { after } }),
      });
      const { recordsAsOf } = ((await answer.json()) as { data: { recordsAsOf: RecordPage } }).data;
      expect(recordsAsOf.totalCount).toBe(expected.length);
      seen.push(...recordsAsOf.nodes.map(({ json }) => json));
      after = recordsAsOf.pageInfo.endCursor;
      more = recordsAsOf.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(expected);
    const rest = await fetch(`${t.url}/v1/records?asOf=${asOf}&recordedAsOf=${recordedAsOf}&limit=100`);
    expect(((await rest.json()) as { records: object[] }).records).toEqual(expected);
  }
});

type RecordPage = {
  totalCount: number;
  nodes: { json: object }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};
