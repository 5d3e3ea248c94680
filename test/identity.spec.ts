import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseSubmission } from '#commands';
import { operator, settleText, settleTexts } from '#domain';
import { parseBody, webhookSchema } from '../apps/server/api/webhooks/asked.js';
import { readTable } from '../libs/imports/table/table.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

// Different spellings of a name mean the same thing: Unicode, white space, URNs, codes.
const organisation = 'urn:vitrine:org:local:city';
const system = 'urn:vitrine:sys:local:city:Tool';
const actor = { organisation: operator, role: 'administrator' } as const;
let t: TestRegister;
let keys = 0;

const submission = (type: string, data: object, more: object = {}) =>
  parseSubmission({ type, organisation, occurredAt: '2026-01-01', idempotencyKey: `k${++keys}`, data, ...more });
const record = (type: string, data: object, more: object = {}) =>
  t.register.commands.handle(submission(type, data, more), actor);
const get = async (path: string) => {
  const answer = await fetch(t.url + path, { headers: { accept: 'application/json' } });
  return { status: answer.status, body: (await answer.json()) as Record<string, never> };
};
const graphql = async (query: string, variables: object) => {
  const answer = await fetch(`${t.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return ((await answer.json()) as { data: Record<string, never> }).data;
};
const composed = 'Société Générale de Besançon';
const decomposed = composed.normalize('NFD');

beforeAll(async () => {
  t = await openTestRegister();
  await record('RegisterOrganisation', { names: { fr: `  ${decomposed} ` }, kind: 'municipality', country: 'FR' });
  await record('RegisterSystem', { name: { fr: `Outil${' '}${decomposed}\n` } }, { system });
  for (const [lot, name] of [
    ['1', composed],
    ['2', decomposed],
    ['3', `\u00a0${decomposed} `],
  ])
    await record('AwardContract', { lot, kind: 'bought', supplier: { name } }, { system });
  await t.settled();
});
afterAll(() => t.close());

test('what is recorded is composed, and has no white space at its ends', async () => {
  expect((await get(`/v1/organisations/${organisation}`)).body['names']).toEqual({ fr: composed });
  expect((await get(`/v1/systems/${system}`)).body['name']).toEqual({ fr: `Outil ${composed}` });
  expect((await get('/v1/suppliers')).body['suppliers']).toMatchObject([{ name: composed, contracts: 3 }]);
});

test('who asks for it in another form finds it', async () => {
  for (const name of [composed, decomposed, ` ${decomposed}`]) {
    const asked = encodeURIComponent(name);
    expect((await get(`/v1/contracts?supplier=${asked}`)).body['contracts']).toHaveLength(3);
    expect((await get(`/v1/systems?search=${asked}`)).body['systems']).toHaveLength(1);
    expect((await get(`/v1/systems?supplier=${asked}`)).body['systems']).toHaveLength(1);
    expect(
      await graphql(
        'query($name: String!) { contracts(supplier: $name) { totalCount } systems(filter: { supplier: [$name] }) { totalCount } }',
        {
          name,
        },
      ),
    ).toEqual({ contracts: { totalCount: 3 }, systems: { totalCount: 1 } });
  }
});

test('a URN is compared as RFC 8141 has it: scheme and namespace in any case, the rest as it is', async () => {
  for (const urn of [system, system.replace('urn:vitrine', 'URN:VITRINE'), system.replace('vitrine', 'Vitrine')]) {
    expect((await get(`/v1/systems/${urn}`)).body['id']).toBe(system);
    expect((await get(`/systems/${urn}`)).body['id']).toBe(system);
    expect(await graphql('query($id: ID!) { system(id: $id) { id } node(id: $id) { id } }', { id: urn })).toEqual({
      system: { id: system },
      node: { id: system },
    });
    await record('ConfirmRecord', {}, { system: urn, organisation: organisation.replace('urn', 'Urn') });
  }
  expect((await get(`/v1/systems/${system.toLowerCase()}`)).status).toBe(404);
});

test('countries and currencies are codes of ISO', () => {
  const city = (country: string) =>
    submission('RegisterOrganisation', { names: { en: 'X' }, kind: 'municipality', country });
  const contract = (currency: string) =>
    submission(
      'AwardContract',
      { lot: '9', kind: 'bought', supplier: { name: 'X' }, value: { amount: '1', currency } },
      { system },
    );
  for (const code of ['ZZ', 'UK', 'EU', 'YU', 'AA', 'nl', ''])
    expect(() => city(code)).toThrow('/data/country: must be one of');
  for (const code of ['EURO', 'ABC', 'eur', 'XXX', ''])
    expect(() => contract(code)).toThrow('/data/value/currency: must be one of');
  for (const code of ['BE', 'FR', 'DE', 'IT', 'NL', 'ES', 'GB', 'GR', 'XK']) city(code);
  for (const code of ['EUR', 'GBP', 'CHF', 'PLN', 'DEM', 'BGN']) contract(code);
});

test('what release 0.1 recorded as it was sent, and is sent again, is a repetition', async () => {
  const own = 'urn:vitrine:sys:local:city:old';
  const data = { name: { fr: `${decomposed} ` } };
  // Bypasses validation, as if an older release had recorded it.
  const command = { type: 'RegisterSystem', organisation, system: own, occurredAt: '2026-01-01', data } as const;
  await t.register.commands.handle({ command: command as never, key: 'old' }, actor);
  const again = { ...submission('RegisterSystem', data, { system: own }), key: 'old' };
  expect(await t.register.commands.handle(again, actor)).toMatchObject({ repeated: true });
  const other = { ...submission('RegisterSystem', { name: { fr: 'X' } }, { system: own }), key: 'old' };
  await expect(t.register.commands.handle(other, actor)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
});

test('what marks a repetition is compared as it is sent', () => {
  for (const key of ['act-7 ', ' ', decomposed, 'URN:X:y', 'act-7']) {
    const sent = {
      type: 'ConfirmRecord',
      organisation,
      system,
      occurredAt: '2026-01-01',
      idempotencyKey: key,
      data: {},
    };
    expect(parseSubmission({ ...sent, system: `${system} ` }).key).toBe(key);
    expect(parseSubmission(sent).key).toBe(key);
  }
});

test('no name is there twice, and none is lost', async () => {
  const twice = [
    ['RegisterSystem', { name: { fr: 'A', 'fr ': 'B' } }],
    [
      'RegisterSystem',
      { name: { fr: 'A' }, source: { register: 'x', fields: { [composed]: '1', [decomposed]: '2' } } },
    ],
  ] as const;
  for (const [type, data] of twice)
    expect(() => submission(type, data, { system })).toThrow(expect.objectContaining({ code: 'DUPLICATE_JSON_KEY' }));
  const file = join(mkdtempSync(join(tmpdir(), 'vitrine-identity-')), 'table.csv');
  writeFileSync(file, `Name,${composed},${decomposed}\nOne,1,2\n`);
  await expect(readTable(file, { isColumn: () => true })).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
});

test('a name can be seen', () => {
  for (const name of ['\u200b', '\u2060 \u200d', '\u{e0041}', '\u00ad'])
    expect(() => submission('RegisterSystem', { name: { nl: name } }, { system })).toThrow(
      expect.objectContaining({ code: 'TEXT_NOT_ALLOWED' }),
    );
  expect(submission('RegisterSystem', { name: { nl: 'Toe\u00adzicht' } }, { system })).toBeDefined();
});

test('what is about a system names it', () => {
  expect(() => submission('ConfirmRecord', {})).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_COMMAND', message: expect.stringContaining('name the system') }),
  );
});

test('numbers that are none are at fault, and nothing else', () => {
  for (const data of [
    '{"class":"high","annexIII":[1e400,1e400]}',
    '{"class":"high","annexIII":[{"a":1e400},{"a":-1e400}]}',
  ])
    expect(() => submission('ClassifyRisk', JSON.parse(data) as object, { system })).toThrow(
      expect.objectContaining({ code: 'SCHEMA_VIOLATION' }),
    );
});

test('subscriptions, webhooks and keys mean the same URN', async () => {
  const url = `${t.url}/graphql/stream?query=${encodeURIComponent('subscription { events(afterPosition: -1, about: [" URN:Vitrine:sys:local:city:Tool"]) { type } }')}`;
  const stream = await fetch(url, { headers: { accept: 'text/event-stream' } });
  const reader = stream.body!.getReader();
  let text = '';
  while (!text.includes('SystemRegistered')) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  expect(parseBody(webhookSchema, { url: 'https://a.example', about: ['URN:vitrine:org:local:city'] })).toMatchObject({
    about: [organisation],
  });
});

/** Whether two names in an object become the same when they are normalised. */
function hasTwins(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.keys(value);
  return new Set(names.map(settleText)).size < names.length || Object.values(value).some(hasTwins);
}

describe('settleText', () => {
  test('settles once and for all, and changes nothing that can be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const settled = settleText(text);
        expect(settleText(settled)).toBe(settled);
        expect(settleText(text.normalize('NFD'))).toBe(settled);
        if (!/^\s*urn:/i.test(text)) expect(settled.normalize('NFD')).toBe(text.normalize('NFD').trim());
      }),
    );
  });

  test('of a value: each text in it; what needs nothing is given back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!hasTwins(value));
        const settled = settleTexts(value);
        expect(settleTexts(settled)).toEqual(settled);
        if (JSON.stringify(value) === JSON.stringify(settled)) expect(settled).toEqual(value);
      }),
    );
  });
});
