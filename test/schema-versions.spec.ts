// Events of an older schema version are kept as they were recorded, and read in the current form everywhere.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import type { Actor } from '#domain';
import { commitment, keyToUuid } from '#event-store';
import { openTestRegister, type TestRegister } from './setup/register.js';

const actor: Actor = { organisation: 'urn:vitrine:register', role: 'administrator' };
const organisation = 'urn:vitrine:org:local:city';
const system = 'urn:vitrine:sys:local:city:camera';
const period = { from: '2025-01-01', to: '2025-12-31' };
const reason = { en: 'There is one meter for the whole building.' };
const how = { en: 'Its own meter.' };

let t: TestRegister;
let authorization: string;
beforeAll(async () => {
  t = await openTestRegister();
  authorization = await t.key('administrator');
  await send(
    'RegisterOrganisation',
    { names: { en: 'City' }, kind: 'municipality', country: 'NL' },
    'organisation',
  ).expect(201);
  await send(
    'RegisterSystem',
    { name: { en: 'Camera' }, purpose: { en: 'To see' }, domain: 'public-order-and-safety' },
    'system',
  ).expect(201);
});
afterAll(() => t.close());

function send(type: string, data: object, key: string) {
  return request(t.server)
    .post('/v1/events')
    .set('authorization', authorization)
    .send({
      type,
      organisation,
      ...(type !== 'RegisterOrganisation' && { system }),
      occurredAt: '2026-01-05',
      idempotencyKey: key,
      data,
    });
}

/** Records an event as the previous release did. */
async function recordOld(data: object, key: string, type = 'EnergyReported'): Promise<string> {
  const { events } = await t.register.store.append({
    stream: system,
    expectedVersion: 'any',
    events: [
      {
        type,
        schemaVersion: 1,
        organisation,
        system,
        occurredAt: '2026-01-05',
        actor,
        data: { ...data },
      },
    ],
    key: keyToUuid(actor.organisation, key),
  });
  await t.settled();
  return events[0]!.id;
}

const stored = async (id: string) => (await t.register.store.readEvent(id))!;
const get = async (path: string, type = 'application/json') =>
  (await request(t.server).get(path).redirects(1).set('accept', type).expect(200)).text;

test('energy of version 1: why it was not measured is told as that, how it was measured stays', async () => {
  const not = await recordOld({ period, measured: false, method: reason }, 'not');
  const measured = await recordOld({ period, measured: true, kWh: 12.5, method: how }, 'measured');
  const record = JSON.parse(await get(`/v1/systems/${system}`)) as { energy: object[] };
  expect(record.energy).toEqual([
    { period, measured: false, notMeasuredReason: reason },
    { period, measured: true, kWh: 12.5, method: how },
  ]);
  const { events } = JSON.parse(await get(`/v1/systems/${system}/events?type=EnergyReported`)) as { events: object[] };
  expect(events[0]).toMatchObject({ eventId: not, data: { period, measured: false, notMeasuredReason: reason } });
  // Together with its proof, an event is given as it was recorded.
  const proven = await get(`/v1/events/${not}`);
  expect(JSON.parse(proven)).toMatchObject({ envelope: { schemaVersion: 1 } });
  expect(proven).toContain('"method"');
  const html = await get(`/systems/${system}`, 'text/html');
  expect(html).toMatch(/Why it was not measured<\/th><td[^>]*>There is one meter/);
  expect(html).toMatch(/How it was measured<\/th><td[^>]*>Its own meter/);
  expect(await get(`/systems/${system}`, 'text/turtle')).toContain('v:notMeasuredReason "There is one meter');
  // What was recorded is what was hashed.
  for (const id of [not, measured]) {
    const { envelope, payload } = await stored(id);
    expect(envelope.schemaVersion).toBe(1);
    expect(payload[0]!.body).toContain('"method"');
    expect(commitment(payload[0]!)).toBe(envelope.parts[0]!.commitment);
  }
});

test('a command that was recorded under version 1 is known when it comes again, in either words', async () => {
  const id = await recordOld({ period, measured: false, method: reason }, 'again');
  for (const data of [
    { period, measured: false, method: reason },
    { period, measured: false, notMeasuredReason: reason },
  ]) {
    const { body } = await send('ReportEnergy', data, 'again').expect(200);
    expect(body).toMatchObject({ repeated: true, eventId: id });
  }
  const { body } = await send('ReportEnergy', { period, measured: false, method: how }, 'again').expect(409);
  expect(body).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
});

test('a command in the words of version 1 is recorded under version 2', async () => {
  const { body } = await send('ReportEnergy', { period, measured: false, method: reason }, 'new').expect(201);
  const { envelope, data } = await stored((body as { eventId: string }).eventId);
  expect(envelope.schemaVersion).toBe(2);
  expect(data).toEqual({ period, measured: false, notMeasuredReason: reason });
});

test('a correction carries the schema of what it corrects, and is read and known again in today’s words', async () => {
  const event = await recordOld({ period, measured: true, kWh: 12.5, method: how }, 'wrong');
  const correction = { event, eventType: 'EnergyReported', reason: { en: 'Never measured.' } };
  const old = { ...correction, schemaVersion: 1, data: { period, measured: false, method: reason } };
  const id = await recordOld(old, 'corrected', 'EventCorrected');
  const right = { period, measured: false, notMeasuredReason: reason };
  expect((await stored(id)).data).toEqual({ ...correction, schemaVersion: 2, data: right });
  const record = JSON.parse(await get(`/v1/systems/${system}`)) as { energy: object[] };
  expect(record.energy.at(-1)).toEqual(right);
  for (const data of [right, { period, measured: false, method: reason }]) {
    const { body } = await send('CorrectEvent', { ...correction, data }, 'corrected').expect(200);
    expect(body).toMatchObject({ repeated: true, eventId: id });
  }
  const { body } = await send(
    'CorrectEvent',
    { ...correction, data: { ...right, notMeasuredReason: how } },
    'corrected',
  );
  expect(body).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
});

test('a reason and a measurement exclude each other', async () => {
  for (const [path, data] of [
    ['/data/notMeasuredReason', { period, measured: true, kWh: 1, notMeasuredReason: reason }],
    ['/data/method', { period, measured: false, method: how, notMeasuredReason: reason }],
  ] as const) {
    const { body } = await send('ReportEnergy', data, 'both').expect(400);
    expect(body).toMatchObject({ code: 'SCHEMA_VIOLATION', path });
  }
});
