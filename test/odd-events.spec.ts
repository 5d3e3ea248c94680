import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import type { NewEvent } from '#event-store';
import { buildDump } from '#exports';
import { compareReadModels, ownIntake, readSetAside, rebuild } from '#projections';
import { standards } from '#standards';
import { importFile } from '../libs/imports/run.js';
import { createTestDatabase } from './setup/database.js';
import { forcedLives, type OddLife, oddLives, oddOrganisation } from './setup/odd-events.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

// Odd events that are valid by their schemas, written straight into the log; and some that no schema accepts.
const seed = Number(process.env['ODD_SEED'] ?? 20261126);
const odd = oddLives(seed);
const forced = forcedLives();
const place = mkdtempSync(join(tmpdir(), 'vitrine-odd-'));
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let t: TestRegister;
const poison = new Map<string, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  t = await openTestRegister({ database });
  const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
  const data = { names: { en: 'Odd city', nl: 'x' }, kind: 'municipality', country: 'NL' };
  await t.register.store.append({
    stream: oddOrganisation,
    expectedVersion: 'none',
    events: [
      {
        organisation: oddOrganisation,
        type: 'OrganisationRegistered',
        schemaVersion: 1,
        occurredAt: '2020-01-01',
        actor,
        data,
      },
    ],
  });
  for (const { system, events, erase } of [...odd, ...forced]) {
    const ids: string[] = [];
    for (const event of events)
      ids.push(
        (await t.register.store.append({ stream: system, expectedVersion: 'any', events: [event] })).events[0]!.id,
      );
    if (system.includes(':forced:')) poison.set(system, ids[1]!);
    for (const n of erase) await eraseEvent(system, ids[n]!);
  }
});
afterAll(async () => {
  await t.close();
  await database.drop();
  rmSync(place, { recursive: true, force: true });
});

/** Also straight into the log, because the system may have been transferred to any organisation. */
async function eraseEvent(system: string, id: string): Promise<void> {
  const { position, envelope } = (await t.register.store.readEvent(id))!;
  for (const { role: part, commitment } of envelope.parts) {
    const erased: NewEvent = {
      organisation: oddOrganisation,
      system,
      type: 'PayloadErased',
      schemaVersion: 1,
      occurredAt: '2026-01-01',
      actor: { organisation: 'urn:vitrine:register', role: 'administrator' },
      data: { event: id, part, commitment, basis: 'court-order' },
    };
    await t.register.store.appendAll(
      [{ stream: system, expectedVersion: 'exists', events: [erased] }],
      [{ position, part }],
    );
  }
}

test('about a hundred kinds', () => {
  expect(odd.length).toBeGreaterThanOrEqual(100);
  expect(new Set(odd.map(({ kind }) => kind)).size).toBe(odd.length);
});

test('the read models take all that is odd, and set aside what no schema takes, and nothing else', async () => {
  expect(await t.register.projected.waitUntil(await t.register.store.head(), 60_000)).toBe(true);
  const { events, count } = await readSetAside(t.register.pool, 1000);
  const asides = new Map(events.map(({ event, reason, type }) => [event, `${type}: ${reason}`]));
  const oddIds = events.filter(({ stream }) => stream.includes(':odd:'));
  expect(oddIds.map(({ stream, reason }) => [odd.find(({ system }) => system === stream)!.kind, reason])).toEqual([]);
  expect(count).toBe(asides.size);
  expect(count).toBeGreaterThanOrEqual(3);
  for (const { event } of events) expect([...poison.values()]).toContain(event);
});

test('a rebuild comes to the same, and so does each comparison', async () => {
  expect(await compareReadModels(database, ownIntake(t.register.store))).toMatchObject({ odd: [], oddCount: 0 });
  await rebuild(database, ownIntake(t.register.store));
  expect(await compareReadModels(database, ownIntake(t.register.store))).toMatchObject({ odd: [], oddCount: 0 });
});

test('what was set aside is named: on /readyz, in the record, on the page', async () => {
  const { events } = await readSetAside(t.register.pool, 1000);
  const { body } = await request(t.server).get('/readyz').expect(200);
  const trouble = body.troubles.find(({ code }: { code: string }) => code === 'event-set-aside');
  expect(trouble.message).toContain(events[0]!.stream);
  for (const { stream, event, position, type } of events) {
    const record = (await request(t.server).get(`/v1/systems/${stream}`).expect(200)).body;
    expect(record.incomplete).toEqual([{ event, position, type }]);
    // Later events were applied.
    expect(record.summary).toEqual({ en: 'afterwards' });
    const query = `{ system(id: "${stream}") { record { incomplete { event type position } } } }`;
    const answer = (await request(t.server).post('/graphql').send({ query })).body;
    expect(answer.data.system.record.incomplete).toEqual([{ event, position, type }]);
    for (const [language, words] of [
      ['en', 'This record is incomplete: one of its events'],
      ['nl', 'Deze beschrijving is onvolledig'],
    ]) {
      const page = await request(t.server).get(`/${language}/systems/${stream}`).set('accept', 'text/html').expect(200);
      expect(page.text).toContain(words);
    }
  }
});

const lives: [string, OddLife][] = [...odd, ...forced].map((life) => [life.kind, life]);
const languages = ['en', 'fr', 'nl'];

test('every output of every system', async () => {
  const faults: string[] = [];
  const ask = async (kind: string, path: string, headers: Record<string, string> = {}) => {
    const answer = await request(t.server).get(path).set(headers);
    if (answer.status !== 200)
      faults.push(`${kind}: ${path} ${JSON.stringify(headers)}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return answer;
  };
  for (const [kind, { system }] of lives) {
    if (!(await request(t.server).get(`/v1/systems/${system}`)).ok) {
      faults.push(`${kind}: no record`);
      continue;
    }
    for (const path of [
      '',
      '?asOf=2025-06-01',
      '/versions',
      '/events',
      '/figures',
      '/override-counts',
      '/events?format=csv',
    ].slice(0, 6)) {
      const asked = `/v1/systems/${system}${path}`;
      const answer = await request(t.server).get(asked);
      // On some days the system may not have existed yet.
      if (!(answer.status === 200 || (path.includes('asOf') && answer.status === 404)))
        faults.push(`${kind}: ${asked}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    for (const language of languages) await ask(kind, `/${language}/systems/${system}`, { accept: 'text/html' });
    for (const form of ['ttl', 'nt', 'jsonld', 'rdf']) await ask(kind, `/systems/${system}.${form}`);
    for (const { id } of Object.values(standards)) await ask(kind, `/v1/systems/${system}/standards/${id}`);
    await ask(kind, `/feeds/system.atom?id=${system}`);
    const query = `{ system(id: "${system}") { status { code } oversightFigures { outputs { value isSuppressed } } record { json } versions(first: 20) { nodes { number changed } }
      timeline(first: 20) { nodes { type occurredAt data } } gaps { obligation { code } } contracts { supplier { name } } } }`;
    const answer = await request(t.server).post('/graphql').send({ query });
    if (
      answer.body.errors?.some(
        ({ extensions }: { extensions?: { code: string } }) => extensions?.code === 'INTERNAL_ERROR',
      )
    )
      faults.push(`${kind}: graphql ${JSON.stringify(answer.body.errors).slice(0, 300)}`);
  }
  expect(faults).toEqual([]);
});

test('everything that goes through all of them', async () => {
  for (const path of [
    '/v1/systems?limit=100',
    '/v1/systems.csv',
    '/v1/systems.xlsx',
    '/v1/records?asOf=2025-06-01&limit=100',
    '/v1/figures.csv',
    '/v1/gaps?limit=100',
    '/v1/statistics',
    '/v1/statistics/status-by-month',
    '/v1/suppliers?limit=100',
    '/v1/contracts.csv',
    '/exports/events.jsonl',
    '/exports/events.csv',
    '/exports/systems.csv',
    '/feeds/register.atom',
    '/feeds/register.json',
    '/en/systems',
    '/en',
    '/ldes/root.trig',
    '/catalog.ttl',
    '/oai?verb=ListRecords&metadataPrefix=oai_dc',
    '/sitemap.xml',
  ]) {
    const { status } = await request(t.server)
      .get(path)
      .buffer(true)
      .parse((answer, done) => {
        answer.on('data', () => undefined);
        answer.on('end', () => done(null, ''));
      });
    expect([path, status]).toEqual([path, 200]);
  }
  const pages = (await request(t.server).get('/ldes/root.trig')).text.match(/<[^>]*\/ldes\/[^>]+>/g) ?? [];
  for (const page of new Set(pages))
    expect([page, (await request(t.server).get(new URL(page.slice(1, -1), t.url).pathname)).status]).toEqual([
      page,
      200,
    ]);
});

test('a dump, and an import into it', async () => {
  await buildDump(t.register.exporting, join(place, 'dump'), {
    origin: t.register.origin,
    licence: 'CC0-1.0',
  } as never);
  const table = join(place, 'table.csv');
  writeFileSync(table, 'Name,Purpose\nOdd,Something else\nNew,New\n');
  writeFileSync(
    join(place, 'map.json'),
    JSON.stringify({ source: 'odd', language: 'en', columns: { Name: 'name', Purpose: 'purpose' } }),
  );
  const result = await importFile(t.register, 'csv', table, { map: join(place, 'map.json'), organisation: 'Odd city' });
  expect(result).toMatchObject({ refused: 0 });
});

describe('commands about them', () => {
  test.each(lives)('%s', async (_, { system }) => {
    const key = await t.key('administrator');
    const { body } = await request(t.server)
      .post('/v1/events')
      .set('authorization', key)
      .send({
        type: 'ConfirmRecord',
        organisation: oddOrganisation,
        system,
        occurredAt: '2026-01-01',
        idempotencyKey: `c ${system}`,
        data: {},
      });
    expect([body.code, body.eventType].filter(Boolean)).toHaveLength(1);
    expect(body.code).not.toBe('INTERNAL_ERROR');
  });
});

describe('a leap second', () => {
  test.each([
    '2016-12-31T23:59:60Z',
    '2099-12-31T23:59:60Z',
    '2024-02-30',
    '2023-02-29T00:00:00Z',
    '2024-01-01T24:00:00Z',
  ])('%s is refused at the border', async (occurredAt) => {
    const { body } = await request(t.server)
      .post('/v1/events')
      .set('authorization', await t.key('administrator'))
      .send({
        type: 'ConfirmRecord',
        organisation: oddOrganisation,
        system: odd[0]!.system,
        occurredAt,
        idempotencyKey: occurredAt,
        data: {},
      })
      .expect(400);
    expect(body).toMatchObject({ code: 'SCHEMA_VIOLATION', path: '/occurredAt' });
  });

  test('in a log of before is read as the second before it, and nothing waits for it', async () => {
    const { system } = odd[0]!;
    const { events } = await t.register.store.append({
      stream: system,
      expectedVersion: 'any',
      events: [
        {
          organisation: oddOrganisation,
          system,
          type: 'RecordConfirmed',
          schemaVersion: 1,
          occurredAt: '2016-12-31T23:59:60Z',
          actor: { organisation: 'urn:vitrine:register', role: 'administrator' },
          data: {},
        },
      ],
    });
    expect(await t.register.projected.waitUntil(events[0]!.position, 120_000)).toBe(true);
    const { events: asides } = await readSetAside(t.register.pool, 1000);
    expect(asides.filter(({ stream }) => stream === system)).toEqual([]);
  });
});

test('it stops at once', async () => {
  const begun = Date.now();
  const other = await openTestRegister({ database });
  await other.close();
  expect(Date.now() - begun).toBeLessThan(10_000);
});
