import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createCommandHandler, parseSubmission } from '#commands';
import type { Actor } from '#domain';
import { type EventStore, openEventStore } from '#event-store';
import { createTestDatabase } from '../../test/setup/database.js';
import { dumpReadModels } from '../../test/setup/dump.js';
import {
  countGaps,
  countSystems,
  openReadPool,
  ownIntake,
  prepareReadModels,
  project,
  readEventCounts,
  readGaps,
  readGapsOf,
  readOversightFigures,
  readReached,
  readRecordAsOf,
  readSystems,
  readVersions,
  rebuild,
} from './index.js';

const operator: Actor = { organisation: 'urn:vitrine:register', role: 'administrator' };
const organisation = 'urn:vitrine:org:local:city';
const system = 'urn:vitrine:sys:local:city:camera';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: EventStore;
let pool: pg.Pool;
let handler: ReturnType<typeof createCommandHandler>;
const stop = new AbortController();
let running: Promise<void>;
let keys = 0;

const run = (type: string, occurredAt: string, data: object, on: string | undefined = system) =>
  handler.handle(
    parseSubmission({ type, organisation, ...(on && { system: on }), occurredAt, idempotencyKey: `k${++keys}`, data }),
    operator,
  );
const caughtUp = async () => {
  while ((await readReached(pool)).position < (await store.head())) await new Promise((done) => setTimeout(done, 20));
};

const dump = () => dumpReadModels(database);

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openEventStore(database, 'test.example');
  await prepareReadModels(database, ownIntake(store));
  pool = openReadPool(database);
  handler = createCommandHandler(store);
  running = project(database, ownIntake(store), stop.signal, {
    onChanging: () => undefined,
    onProjected: () => undefined,
    onLost: () => undefined,
    onError: (error) => console.error(error),
  });
  await run('RegisterOrganisation', '2024-01-01', { names: { en: 'City' }, kind: 'municipality', country: 'NL' }, '');
  await run('RegisterSystem', '2024-02-01', {
    name: { en: 'Camera' },
    purpose: { en: 'To see' },
    domain: 'public-order-and-safety',
    contact: { email: 'old@example.org' },
  });
  await run('AwardContract', '2024-03-01', { lot: '1', kind: 'bought', supplier: { name: 'Maker' } });
  await run('ClassifyRisk', '2024-03-15', {
    class: 'high',
    annexIII: ['AIII-1-a'],
    grounds: { en: 'It recognises people' },
  });
  await run('StartDeployment', '2024-04-01', { stage: 'production' });
  await run('DescribeSystem', '2024-05-01', { reason: { en: 'Renamed' }, set: { name: { en: 'Eye' } } });
  await run('CorrectRecord', '2024-06-01', {
    wrong: { en: 'The purpose' },
    since: '2024-02-01',
    set: { purpose: { en: 'To count' } },
  });
  await run('ReportOversightFigures', '2024-07-01', {
    period: { from: '2024-04-01', to: '2024-06-30' },
    measured: true,
    outputs: 900,
    reviewed: 40,
    overridden: 4,
  });
  for (const reason of ['wrong-output', 'wrong-output', 'safety'])
    await run('RecordHumanOverride', '2024-07-02', { act: 'disregarded', reason, outputKind: 'alert' });
  await caughtUp();
});
afterAll(async () => {
  stop.abort();
  await running;
  await pool.end();
  await store.close();
  await database.drop();
});

test('as of: what was true then, as known now and as known then', async () => {
  const at = async (effective: string, recorded?: string) =>
    await readRecordAsOf(pool, system, { effective, ...(recorded && { recorded }) });
  expect(await at('2024-01-31')).toBeUndefined();
  expect(await at('2024-02-01')).toMatchObject({
    status: 'registered',
    name: { en: 'Camera' },
    purpose: { en: 'To count' },
  });
  expect(await at('2024-04-30')).toMatchObject({ status: 'in-use', name: { en: 'Camera' } });
  expect(await at('2024-05-01')).toMatchObject({ name: { en: 'Eye' } });
  const { versions } = await readVersions(pool, system);
  expect(await at('2024-04-30', versions[4]!.recordedAt)).toMatchObject({ purpose: { en: 'To see' } });
  expect(await at('2024-04-30', '2020-01-01')).toBeUndefined();
});

test('versions are numbered in the order of recording and name what changed', async () => {
  const { versions } = await readVersions(pool, system);
  expect(versions.map(({ number, type, changed }) => [number, type, changed])).toEqual([
    [
      1,
      'SystemRegistered',
      ['contact', 'domain', 'id', 'name', 'organisation', 'purpose', 'registeredAt', 'status', 'statusSince'],
    ],
    [2, 'ContractAwarded', ['contracts', 'status', 'statusSince']],
    [3, 'RiskClassified', ['risk']],
    [4, 'DeploymentStarted', ['deployment', 'deployments', 'status', 'statusSince']],
    [5, 'SystemDescribed', ['name']],
    [6, 'RecordCorrected', ['corrections', 'purpose']],
  ]);
});

test('small counts are suppressed, zero and large are not', async () => {
  expect((await readOversightFigures(pool, [system])).get(system)).toMatchObject([
    { outputs: 900, reviewed: 40, overridden: 'suppressed', objections: null },
  ]);
});

test('lists filter and page', async () => {
  const filter = { status: ['in-use', 'retired'], annexIII: ['AIII-1-a'], domain: ['public-order-and-safety'] };
  const page = await readSystems(pool, { filter }, { order: 'NAME', first: 10 });
  expect(page).toMatchObject({ systems: [{ id: system }], hasMore: false });
  expect(await countSystems(pool, { filter })).toBe(1);
  expect(await countSystems(pool, { filter: { ...filter, status: ['retired'] } })).toBe(0);
  const { cursor } = page.systems[0]!;
  expect((await readSystems(pool, { filter: {} }, { order: 'NAME', first: 10, after: cursor })).systems).toEqual([]);
});

test('gaps name the duties that are not met, on any day', async () => {
  const on = async (day: string) => (await readGaps(pool, { on: day }, { organisation }, { first: 50 })).gaps;
  const gaps = await on('2026-01-01');
  expect((await readGapsOf(pool, { on: '2026-01-01' }, [system])).get(system)).toEqual(gaps);
  expect(gaps.map((gap) => gap.obligation).sort()).toEqual(['appeal', 'legal-basis', 'oversight-figures']);
  expect(await countGaps(pool, { on: '2026-01-01' }, { organisation })).toBe(3);
  expect((await on('2030-08-01')).map((gap) => gap.obligation)).not.toContain('rights-assessment');
  expect((await on('2030-08-02')).find((gap) => gap.obligation === 'rights-assessment')).toMatchObject({
    duty: 'eu-ai-act/27-1',
    status: 'missing',
    since: '2030-08-02',
    until: null,
    bindingFrom: '2030-08-02',
  });
  expect(await readGaps(pool, { on: '2026-01-01', knownOn: '2024-12-31' }, {}, { first: 50 })).toEqual({
    gaps: [],
    hasMore: false,
  });
});

test('an erasure reaches every table, and a rebuild gives the same rows', async () => {
  const registered = (await store.readStream(system))[0]!;
  const { commitment } = registered.envelope.parts.find((part) => part.role === 'contact')!;
  await run('ErasePayload', '2024-08-01', {
    event: registered.envelope.id,
    part: 'contact',
    commitment,
    basis: 'gdpr-17-1-a',
  });
  await caughtUp();
  const before = await dump();
  expect(JSON.stringify(before)).not.toContain('old@example.org');
  expect(before['system']).toHaveLength(1);
  await rebuild(database, ownIntake(store));
  expect(await dump()).toEqual(before);
  await run('ConfirmRecord', '2024-09-01', {});
  await caughtUp();
  const overrides = (await readEventCounts(pool)).filter(({ type }) => type === 'HumanOverrideRecorded');
  expect(overrides.reduce((sum, { events }) => sum + events, 0)).toBe(3);
  const live = await dump();
  await rebuild(database, ownIntake(store));
  expect(await dump()).toEqual(live);
});
