import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { type DomainEvent, endOf, inOrderOfEffect, settle, startOf } from '#domain';
import { type Database, dropPastDays, locks, openPool, type RecordedEvent, scrub } from '#event-store';
import { Days, fold, ownIntake, rebuild, type SystemRecord } from '#projections';
import { tagsOf } from '../libs/projections/tags-and-words.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// Lists, searches, filters and counts as of a day must be what the records of that day are, folded one by one from the events.
const seed = Number(process.env['DAYS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const days = Number(process.env['DAYS'] ?? 25);
const operator = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
const city = 'urn:vitrine:org:nl-tooi:gm0363';
const lives = 40;
let state = seed;
const random = (n: number) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const pick = <T>(list: readonly T[]) => list[random(list.length)]!;
const dayAt = (n: number) => new Date(Date.UTC(2023, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
let t: TestRegister;
let n = 0;

const send = (type: string, system: string, occurredAt: string, data: object) =>
  t.register.commands
    .handle(
      parseSubmission({ type, organisation: city, system, occurredAt, idempotencyKey: `days-${n++}`, data }),
      operator,
    )
    .catch(() => undefined);

const words: string[] = [];
beforeAll(async () => {
  t = await openDemoRegister();
  for (let life = 0; life < lives; life++) {
    const system = `urn:vitrine:sys:nl-tooi:gm0363:life${life}`;
    let day = random(600);
    await send('RegisterSystem', system, dayAt(day), { name: { en: `Machine ${'abcdefghij'[life % 10]}` } });
    for (let step = 0; step < 6; step++) {
      day += random(120);
      const word = `zq${random(30)}x`;
      words.push(word);
      const what = pick([
        'describe',
        'describe',
        'domain',
        'start',
        'suspend',
        'resume',
        'retire',
        'classify',
      ] as const);
      const on = dayAt(day);
      if (what === 'describe')
        await send('DescribeSystem', system, on, { set: { notes: { en: word } }, reason: { en: 'x' } });
      else if (what === 'domain')
        await send('DescribeSystem', system, on, {
          set: { domain: pick(['work', 'housing', 'law']) },
          reason: { en: 'x' },
        });
      else if (what === 'start')
        await send('StartDeployment', system, on, {
          stage: pick(['pilot', 'production']),
          from: dayAt(day - random(200)),
        });
      else if (what === 'suspend') await send('SuspendDeployment', system, on, { cause: 'other', reason: { en: 'x' } });
      else if (what === 'resume') await send('ResumeDeployment', system, on, { measures: { en: 'x' } });
      else if (what === 'classify')
        await send('ClassifyRisk', system, on, { class: pick(['limited', 'minimal']), grounds: { en: 'Words.' } });
      else await send('RetireSystem', system, on, { reason: 'replaced', dataDisposal: 'deleted' });
    }
  }
  await t.settled();
}, 60_000);
afterAll(() => t.close());

const toDomainEvent = ({ envelope, data }: RecordedEvent) =>
  ({ ...envelope, data: data ?? {}, erased: data === null }) as unknown as DomainEvent;

async function recordsOn(day: string): Promise<SystemRecord[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of await t.register.store.readAll(-1, 10_000))
    if (event.envelope.system) streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
  return [...streams].flatMap(([system, events]) => {
    const facts = inOrderOfEffect(settle(events.map(toDomainEvent)));
    // A system can have been in use before it was registered.
    const then = facts.filter(({ event, from }) => event.type === 'SystemRegistered' || startOf(from) <= endOf(day));
    const isThere = then.some(({ from }) => startOf(from) <= endOf(day));
    return isThere ? (fold(system, then) ?? []) : [];
  });
}

async function ask(query: string, variables: object): Promise<Answer> {
  const answer = await fetch(`${t.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data: { systems: Answer }; errors?: { message: string }[] };
  if (errors) throw new Error(errors[0]!.message);
  return data.systems;
}
type Answer = {
  totalCount: number;
  nodes: { id: string }[];
  facets: { dimension: string; values: { value: string; count: number }[] }[];
};
const query = `query ($asOf: String, $search: String, $filter: SystemFilter) {
  systems(asOf: $asOf, search: $search, filter: $filter, first: 60) {
    totalCount nodes { id } } }`;
const counting = `query ($asOf: String) { systems(asOf: $asOf, first: 1) {
  totalCount nodes { id } facets(limit: 20) { dimension values { value count } } } }`;
const tagsOn = (record: SystemRecord) => tagsOf(record, /:(nl|es|fr)-/.exec(record.organisation)![1]!.toUpperCase());

test(`random days: list, filters, counts and search (seed ${seed})`, async () => {
  const sizes = new Set<number>();
  let found = 0;
  for (let i = 0; i < days; i++) {
    const asOf = dayAt(random(1300));
    const records = await recordsOn(asOf);
    sizes.add(records.length);
    const byId = new Map(records.map((record) => [record.id, JSON.parse(JSON.stringify(record)) as SystemRecord]));
    const all = await ask(query, { asOf });
    expect([asOf, all.totalCount]).toEqual([asOf, records.length]);
    const listed = (await (await fetch(`${t.url}/v1/systems?asOf=${asOf}&limit=100`)).json()) as {
      systems: SystemRecord[];
    };
    for (const record of listed.systems) expect([asOf, record]).toEqual([asOf, byId.get(record.id)]);
    expect(new Set(all.nodes.map(({ id }) => id))).toEqual(new Set(byId.keys()));
    const counts = new Map<string, number>();
    for (const record of records) for (const tag of tagsOn(record)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const { facets } = await ask(counting, { asOf });
    const told = facets.flatMap(({ dimension, values }) =>
      values.map(({ value, count }) => [`${dimension.toLowerCase().replaceAll('_', '')}:${value}`, count] as const),
    );
    const lower = (tag: string) => tag.replace(/^[^:]*/, (name) => name.toLowerCase());
    expect([asOf, told.sort()]).toEqual([asOf, [...counts].map(([tag, count]) => [lower(tag), count] as const).sort()]);
    const tag = pick([...counts.keys()].filter((one) => /^(status|domain|riskClass):/.test(one)));
    if (tag) {
      const [dimension, value] = tag.split(':') as [string, string];
      const { totalCount, nodes } = await ask(query, { asOf, filter: { [dimension]: [value] } });
      const expected = records.filter((record) => tagsOn(record).includes(tag)).map(({ id }) => id);
      expect([asOf, tag, totalCount, nodes.map(({ id }) => id).sort()]).toEqual([
        asOf,
        tag,
        expected.length,
        expected.sort(),
      ]);
    }
    const word = pick(words);
    const { nodes } = await ask(query, { asOf, search: word });
    const having = records.filter(({ notes }) => notes?.en === word).map(({ id }) => id);
    expect([asOf, word, nodes.map(({ id }) => id).sort()]).toEqual([asOf, word, having.sort()]);
    found += having.length;
  }
  expect(sizes.size).toBeGreaterThan(5);
  expect(found).toBeGreaterThan(0);
}, 300_000);

test('what is recorded later about a day counts from then on, and what is erased is gone', async () => {
  const system = 'urn:vitrine:sys:nl-tooi:gm0363:later';
  const on = async (search: string) => (await ask(query, { asOf: '2024-05-05', search })).nodes.map(({ id }) => id);
  await send('RegisterSystem', system, '2024-01-01', { name: { en: 'Later' } });
  await t.settled();
  expect(await on('zqlate7')).toEqual([]);
  await send('DescribeSystem', system, '2024-02-02', { set: { notes: { en: 'zqlate7' } }, reason: { en: 'x' } });
  await t.settled();
  expect(await on('zqlate7')).toEqual([system]);
  const { envelope } = (await t.register.store.readStream(system)).at(-1)!;
  await t.register.commands.handle(
    parseSubmission({
      type: 'ErasePayload',
      organisation: city,
      system,
      occurredAt: '2026-01-01',
      idempotencyKey: 'days-erase',
      data: { event: envelope.id, part: 'content', commitment: envelope.parts[0]!.commitment, basis: 'gdpr-17-1-d' },
    }),
    operator,
  );
  await t.settled();
  expect(await on('zqlate7')).toEqual([]);
});

test('what was erased is removed from the tables of past days, too, though others wait for them; so does a rebuild', async () => {
  const { pool } = t.register;
  const kept = async () =>
    (await pool.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'read\\_day\\_%'")).rows.length;
  await ask(query, { asOf: '2024-05-06' });
  expect(await kept()).toBeGreaterThan(0);
  const { database } = t.register.days as unknown as { database: Database };
  const others = new Days(database, pool, 50);
  const waiting = ['2022-02-02', '2022-02-03', '2022-02-04'].map((day) => others.at(day).catch(() => undefined));
  const [scrubbed] = await Promise.all([scrub(database), ...waiting]);
  expect(scrubbed).toBeDefined();
  await others.close();
  expect((await ask(query, { asOf: '2024-05-06' })).totalCount).toBe((await recordsOn('2024-05-06')).length);
  await rebuild(database, ownIntake(t.register.store));
  expect(await kept()).toBe(0);
  expect((await ask(query, { asOf: '2024-05-06' })).totalCount).toBe((await recordsOn('2024-05-06')).length);
}, 90_000);

test('who reads past days while they are written and dropped gets an answer, or is asked to come again', async () => {
  const { database } = t.register.days as unknown as { database: Database };
  const system = 'urn:vitrine:sys:nl-tooi:gm0363:beside';
  await send('RegisterSystem', system, '2024-01-01', { name: { en: 'Beside' } });
  const until = Date.now() + 8000;
  const answers = new Map<string, number>();
  const readers = Array.from({ length: 5 }, async () => {
    while (Date.now() < until) {
      const day = `2024-06-0${1 + random(4)}`;
      const path = pick([`/v1/systems?asOf=${day}&search=machine`, `/v1/statistics/systems?by=status&asOf=${day}`]);
      const answer = await fetch(t.url + path);
      const { code = '' } = (await answer.json()) as { code?: string };
      const said = `${answer.status} ${code}`;
      answers.set(said, (answers.get(said) ?? 0) + 1);
    }
  });
  const writer = (async () => {
    while (Date.now() < until) {
      await send('DescribeSystem', system, '2024-02-02', {
        set: { notes: { en: `note ${n}` } },
        reason: { en: 'x' },
      });
      const { envelope } = (await t.register.store.readStream(system)).at(-1)!;
      const { commitment } = envelope.parts[0]!;
      await send('ErasePayload', system, '2026-01-01', {
        event: envelope.id,
        part: 'content',
        commitment,
        basis: 'gdpr-17-1-d',
      });
    }
  })();
  // As a scrub does, and a rebuild, but more often.
  const owner = openPool(database, { max: 1 });
  const dropper = (async () => {
    for (const client = await owner.connect(); ; await sleep(random(1500))) {
      await client.query(`SELECT pg_advisory_lock(${locks.building})`);
      await dropPastDays(client);
      await client.query(`SELECT pg_advisory_unlock(${locks.building})`);
      if (Date.now() > until) return client.release();
    }
  })();
  await Promise.all([...readers, writer, dropper]);
  await owner.end();
  expect([...answers.keys()].filter((said) => !/^(200 |503 TOO_SLOW)$/.test(said))).toEqual([]);
  expect(answers.get('200 ')).toBeGreaterThan(0);
}, 60_000);

describe('over REST and on pages', () => {
  const get = (path: string, accept = 'application/json') => fetch(t.url + path, { headers: { accept } });

  test('the same list and counts', async () => {
    const records = await recordsOn('2024-06-30');
    const answer = (await (await get('/v1/systems?asOf=2024-06-30&limit=100')).json()) as {
      total: number;
      systems: SystemRecord[];
    };
    expect(answer.total).toBe(records.length);
    expect(answer.systems.map(({ id }) => id).sort()).toEqual(records.map(({ id }) => id).sort());
    const { counts } = (await (await get('/v1/statistics/systems?by=status&asOf=2024-06-30')).json()) as {
      counts: { value: string; count: number }[];
    };
    for (const { value, count } of counts)
      expect([value, count]).toEqual([value, records.filter(({ status }) => status === value).length]);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(records.length);
  });

  test('a page that says which day it is about, and leads to pages of that day', async () => {
    const html = await (await get('/systems?asOf=2024-06-30&language=nl', 'text/html')).text();
    const records = await recordsOn('2024-06-30');
    expect(html).toContain('zoals ze waren op');
    expect(html).toContain('<a href="/nl/systems">Bekijk de systemen zoals ze nu zijn</a>');
    const links = [...html.matchAll(/href="\/nl\/systems\/([^"?]+)\?([^"]*)"/g)];
    expect(links).toHaveLength(Math.min(records.length, 30));
    for (const [, , kept] of links) expect(kept).toContain('asOf=2024-06-30');
    const next = await get(`/systems/${links[0]![1]}?asOf=2024-06-30&language=nl`, 'text/html');
    expect(next.status).toBe(200);
  });

  test.each([
    ['a day to come', '2999-01-01'],
    ['no day', 'yesterday'],
    ['a time', '2024-06-30T12:00:00Z'],
  ])('%s is refused', async (_, asOf) => {
    for (const path of ['/v1/systems', '/v1/statistics/systems', '/systems'])
      expect([path, (await get(`${path}?asOf=${asOf}`, 'text/html')).status]).toEqual([path, 400]);
    await expect(ask(query, { asOf })).rejects.toThrow('asOf');
  });
});

test('a day to come is refused wherever the past is asked for', async () => {
  const system = 'urn:vitrine:sys:nl-tooi:gm0363:life0';
  const day = '2999-01-01';
  for (const path of [
    `/v1/systems/${system}?asOf=${day}`,
    `/v1/systems/${system}?recordedAsOf=${day}T00:00:00Z`,
    `/v1/systems/${system}/signals?on=${day}`,
    `/v1/gaps?knownOn=${day}`,
    `/systems/${system}?asOf=${day}`,
  ]) {
    const answer = await fetch(t.url + path);
    expect([path, answer.status, await answer.json()]).toMatchObject([path, 400, { code: 'INVALID_PARAMETER' }]);
  }
  for (const field of [
    `record(asOf: "${day}") { name { value } }`,
    `record(recordedAsOf: "${day}") { name { value } }`,
    `signals(on: "${day}") { since }`,
    `gaps(knownOn: "${day}") { since }`,
  ])
    await expect(ask(`{ system(id: "${system}") { ${field} } }`, {})).rejects.toThrow('has not come yet');
});

test('of a day that takes long the progress is told; it is there soon, and many at a time are refused', async () => {
  const { database } = t.register.days as unknown as { database: never };
  const impatient = new Days(database, t.register.pool, 1);
  await expect(impatient.at('2021-03-03')).rejects.toMatchObject({
    code: 'TOO_SLOW',
    message: expect.stringContaining('2021-03-03'),
  });
  const more = Array.from({ length: 12 }, (_, i) => impatient.at(`2021-04-${String(i + 10)}`));
  const reasons = (await Promise.allSettled(more)).map((one) => String((one as PromiseRejectedResult).reason));
  expect(reasons.some((reason) => reason.includes('other days are being prepared'))).toBe(true);
  await impatient.close();
  const kept = await t.register.pool.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'read\\_day\\_%'");
  expect(kept.rows.length).toBeLessThanOrEqual(8);
});
