import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../test/setup/database.js';
import { type EventStore, openEventStore } from '../event-store/event-store.js';
import { type CommandHandler, createCommandHandler } from './handle.js';
import { parseSubmission } from './submission.js';

const operator = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
const organisation = 'urn:vitrine:org:local:city';
const system = 'urn:vitrine:sys:local:city:camera';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: EventStore;
let handler: CommandHandler;
let keys = 0;

const submission = (type: string, data: object, rest: object = {}) =>
  parseSubmission({
    type,
    organisation,
    ...(type.endsWith('Organisation') ? {} : { system }),
    occurredAt: '2025-06-01',
    idempotencyKey: `key ${++keys}`,
    data,
    ...rest,
  });
const run = (type: string, data: object, rest: object = {}) => handler.handle(submission(type, data, rest), operator);

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openEventStore(database, 'test.example');
  handler = createCommandHandler(store);
  await run('RegisterOrganisation', { names: { en: 'City' }, kind: 'municipality', country: 'NL' });
  await run('RegisterSystem', { name: { en: 'Camera' } });
  await run('StartDeployment', { stage: 'production' });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const cost = {
  kind: 'operation',
  period: { from: '2024-01-01', to: '2024-12-31' },
  amount: { amount: '1000', currency: 'EUR' },
};

describe('the same again, under another key', () => {
  test('is recorded, with a warning that names the first', async () => {
    const first = await run('ReportCost', cost);
    expect(first.warnings).toBeUndefined();
    const again = await run('ReportCost', cost);
    expect(again).toMatchObject({
      repeated: false,
      warnings: [{ code: 'RECORDED_BEFORE', eventId: first.eventId, position: first.position }],
    });
    expect(again.warnings![0]!.message).toContain(first.eventId);
    // If there are several, the warning names the first.
    expect((await run('ReportCost', cost)).warnings![0]!.eventId).toBe(first.eventId);
  });

  test('by a process that was not there', async () => {
    const [first] = (await store.readStream(system)).filter(({ envelope }) => envelope.type === 'CostReported');
    const other = createCommandHandler(store);
    const outcome = await other.handle(submission('ReportCost', cost), operator);
    expect(outcome.warnings![0]!.eventId).toBe(first!.envelope.id);
  });

  test('at the same time, and in one batch', async () => {
    const together = await Promise.all([1, 2, 3].map(() => run('ConfirmRecord', { note: { en: 'together' } })));
    expect(together.filter(({ warnings }) => warnings)).toHaveLength(2);
    const batch = [1, 2].map(() => submission('ConfirmRecord', { note: { en: 'batch' } }));
    const result = await handler.handleAll(batch, operator);
    if (!('outcomes' in result)) throw new Error('refused');
    const [one, two] = result.outcomes;
    expect([one!.warnings, two!.warnings![0]!.eventId]).toEqual([undefined, one!.eventId]);
  });

  test.each([
    ['on another day', 'ReportCost', cost, { occurredAt: '2025-06-02' }],
    ['with another amount', 'ReportCost', { ...cost, amount: { amount: '1001', currency: 'EUR' } }, {}],
    ['of another type', 'ReportEnergy', { kWh: 1000, measured: true, period: cost.period }, {}],
  ])('not %s', async (_, type, data, rest) => {
    expect((await run(type, data, rest)).warnings).toBeUndefined();
  });

  test('but not of single acts of override: two alike can both be true', async () => {
    const act = { act: 'reversed', reason: 'safety', outputKind: 'score' };
    await run('RecordHumanOverride', act);
    expect((await run('RecordHumanOverride', act)).warnings).toBeUndefined();
  });

  test('also where the key was lost', async () => {
    const lost = submission('RecordConsultation', { kind: 'residents', outcome: { en: 'y' } });
    const first = await handler.handle(lost, operator);
    const owner = new pg.Client(database.owner);
    await owner.connect();
    await owner.query('ALTER TABLE vitrine.event DISABLE TRIGGER ALL');
    await owner.query('UPDATE vitrine.event SET key = NULL WHERE id = $1', [first.eventId]);
    await owner.query('ALTER TABLE vitrine.event ENABLE TRIGGER ALL');
    await owner.end();
    expect(await handler.handle(lost, operator)).toMatchObject({
      repeated: false,
      warnings: [{ code: 'RECORDED_BEFORE', eventId: first.eventId }],
    });
    expect(await store.readKeyless(3)).toEqual({ count: 1, first: [first.position] });
  });
});

describe('the same key', () => {
  test('with the same content gets the first result', async () => {
    const command = submission('ConfirmRecord', { note: { en: 'key' } });
    const first = await handler.handle(command, operator);
    expect(await handler.handle(command, operator)).toEqual({ ...first, repeated: true });
  });

  test.each([
    ['date', { occurredAt: '2025-06-02' }],
    ['content', { data: { note: { en: 'other' } } }],
  ])('with another %s is refused', async (_, other) => {
    const idempotencyKey = `reused ${_}`;
    await run('ConfirmRecord', { note: { en: 'same' } }, { idempotencyKey });
    await expect(run('ConfirmRecord', { note: { en: 'same' } }, { idempotencyKey, ...other })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('of who may not write says nothing of what was written', async () => {
    const command = submission('ConfirmRecord', { note: { en: 'rights' } });
    const editor = { organisation, role: 'editor' } as const;
    await handler.handle(command, editor);
    for (const role of ['auditor', 'integrator'] as const) {
      await expect(handler.handle(command, { organisation, role })).rejects.toMatchObject({ code: 'ROLE_MAY_NOT' });
      const result = await handler.handleAll([command], { organisation, role });
      expect('refused' in result && result.refused.get(0)).toMatchObject({ code: 'ROLE_MAY_NOT' });
    }
  });
});

describe('successors', () => {
  const org = (name: string) => `urn:vitrine:org:local:${name}`;
  const sys = (name: string) => `urn:vitrine:sys:local:city:${name}`;
  const close = (name: string, successor?: string) =>
    run('CloseOrganisation', { reason: { en: 'x' }, ...(successor && { successor }) }, { organisation: org(name) });
  const retire = (name: string, successor: string) =>
    run('RetireSystem', { reason: 'replaced', dataDisposal: 'deleted', successor }, { system: sys(name) });
  beforeAll(async () => {
    for (const name of ['a', 'b', 'c'])
      await run(
        'RegisterOrganisation',
        { names: { en: name }, kind: 'municipality', country: 'NL' },
        { organisation: org(name) },
      );
    for (const name of ['one', 'two', 'three'])
      await run('RegisterSystem', { name: { en: name } }, { system: sys(name) });
  });

  test('must be there', async () => {
    await expect(close('a', org('nobody'))).rejects.toMatchObject({ code: 'SUCCESSOR_UNKNOWN' });
    await expect(retire('one', sys('nothing'))).rejects.toMatchObject({
      code: 'SUCCESSOR_UNKNOWN',
      details: { path: '/data/successor' },
    });
  });
  test('may not lead back, however far round', async () => {
    await close('a', org('b'));
    await close('b', org('c'));
    await expect(close('c', org('a'))).rejects.toMatchObject({ code: 'SUCCESSOR_IN_CIRCLE' });
    await expect(close('c', org('c'))).rejects.toMatchObject({ code: 'SUCCESSOR_IS_ITSELF' });
    await retire('one', sys('two'));
    await retire('two', sys('three'));
    await expect(retire('three', sys('one'))).rejects.toMatchObject({ code: 'SUCCESSOR_IN_CIRCLE' });
  });
});
