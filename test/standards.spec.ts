import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { projectRoot } from '#event-store';
import { type InStandard, lossTable, openSnapshot } from '#exports';
import type { Organisation, SystemRecord } from '#projections';
import { columnsOf, missingFor, standards, toStandard } from '#standards';
import { recordFields } from '../libs/exports/standards/losses.js';
import { recordsInStandard } from '../libs/exports/standards/records.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

let t: TestRegister;
const all: { [id: string]: InStandard[] } = {};
beforeAll(async () => {
  t = await openDemoRegister();
  const snapshot = await openSnapshot(t.register.exporting);
  for (const [id, standard] of Object.entries(standards)) {
    all[id] = [];
    for await (const page of recordsInStandard(snapshot, standard, 'test.example')) all[id].push(...page);
  }
  await snapshot.release();
});
afterAll(() => t.close());

const schemaOf = (file: string): ValidateFunction => {
  const ajv = new Ajv2020({ allErrors: true });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv.compile(JSON.parse(readFileSync(join(projectRoot, 'libs/standards', file), 'utf8')) as object);
};

describe.each(Object.values(standards))('$id', (standard) => {
  test('has every record that it is meant for', () => {
    expect(all[standard.id]!.length).toBeGreaterThan(standard.id.startsWith('aiact-annex-viii-') ? -1 : 4);
    for (const { record } of all[standard.id]!)
      for (const [name, value] of Object.entries(record)) {
        expect(standard.fields.map((field) => field.name)).toContain(name);
        expect(['', null, undefined]).not.toContain(value);
      }
  });

  test('says of every field of a record whether it is lost', () => {
    const losses = lossTable(standard);
    const used = new Set<string>(standard.fields.flatMap(({ uses }) => uses));
    expect(losses.filter(({ loss }) => loss === 'all').map(({ field }) => field)).toEqual(
      recordFields.filter((field) => !used.has(field)),
    );
    // No partial loss is declared for a field that is not used.
    expect(Object.keys(standard.partial).filter((field) => !used.has(field as never))).toEqual([]);
  });
});

// The file was reviewed line by line. After an intended change: UPDATE_CASES=1 npm test -- standards, and review the diff.
test('each standard takes and loses what test/standards.json says', () => {
  const file = join(projectRoot, 'test/standards.json');
  const now = Object.fromEntries(
    Object.entries(standards).map(([id, standard]) => {
      const { title, source, languages, fields, takenOver } = standard;
      const limits = fields.map(({ name, required, max, uses }) => ({ name, required, max, uses }));
      const taken = takenOver && {
        ...takenOver,
        alsoNamed: undefined,
        columns: Object.fromEntries(columnsOf(standard)),
      };
      return [id, { title, source, languages, fields: limits, taken, losses: lossTable(standard) }];
    }),
  );
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  expect(JSON.parse(JSON.stringify(now))).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});

test.each(Object.values(standards).filter(({ schema }) => schema))(
  '$id: what is there is valid by its own schema',
  ({ id, schema }) => {
    const validate = schemaOf(schema!);
    for (const { system, record } of all[id]!) {
      validate(record);
      // Missing values are reported, not invented.
      const wrong = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'required');
      expect([system, wrong]).toEqual([system, []]);
    }
  },
);

test('the Dutch standard has all that it requires, for every Dutch record', () => {
  const validate = schemaOf('nl/nl-1.0.schema.json');
  const dutch = all['nl-1.0']!.filter(({ system, language }) => system.includes('nl-tooi') && language === 'nl');
  expect(dutch.length).toBeGreaterThan(4);
  for (const { record } of dutch)
    expect([record['name'], validate(record), validate.errors]).toEqual([record['name'], true, null]);
});

describe('what a record does not say is not made up', () => {
  const bare = {
    registeredAt: '2025-01-01',
    statusSince: '2025-01-01',
    status: 'registered',
    id: 'urn:vitrine:sys:local:x:y',
    organisation: 'urn:vitrine:org:local:x',
    name: { en: 'X' },
  };
  const context = (more: object) => ({
    record: { ...bare, ...more } as unknown as SystemRecord,
    organisation: { id: bare.organisation, names: { en: 'City' }, kind: 'municipality', country: 'NL' } as Organisation,
    language: 'en',
    url: 'https://x.example/1',
  });
  const inDtpr = (more: object) => toStandard(standards['dtpr-ai']!, context(more));
  const missing = (id: string, more: object) => missingFor(standards[id]!, context(more)).map(({ field }) => field);

  test.each([
    ['yes', { pii: 'identifiable' }],
    ['no', undefined],
    ['unknown', undefined],
    [undefined, undefined],
  ])('personal data %p', (personalData, expected) => {
    const { input_dataset } = inDtpr({ data: { en: 'Numbers' }, personalData }) as {
      input_dataset: { context?: object }[];
    };
    expect(input_dataset[0]!.context).toEqual(expected);
  });

  test('a purpose without a domain', () => {
    expect(inDtpr({ purpose: { en: 'To count' } })).not.toHaveProperty('purpose');
    expect(missing('dtpr-ai', {})).toContain('purpose');
    expect(inDtpr({ domain: 'work' })).toMatchObject({ purpose: [{ element: 'employment' }] });
  });

  test.each([
    [undefined, undefined],
    [[], undefined],
    [[{}], undefined],
    [[{ clauseSet: 'unknown' }], undefined],
    [[{ clauseSet: 'none' }, {}], undefined],
    [[{ clauseSet: 'none' }], 'No'],
    [[{ clauseSet: 'none' }, { clauseSet: 'eu-mcc-ai-light' }], 'Yes'],
  ])('clauses of contracts %j', (contracts, expected) => {
    expect(toStandard(standards['pstw']!, context({ contracts }))['Procurement (EU Model Contractual AI)']).toBe(
      expected,
    );
  });

  test('a deployer is whole with name, address and contact details', () => {
    const id = 'aiact-annex-viii-c';
    for (const contact of [undefined, { email: 'a@b.example' }, { address: 'Street 1' }])
      expect(missing(id, { contact })).toEqual(expect.arrayContaining(['C1 deployer', 'C2 submitter']));
    expect(missing(id, { contact: { email: 'a@b.example', address: 'Street 1' } })).not.toContain('C1 deployer');
    expect(missing('pstw', {})).not.toContain('Source');
  });
});

describe('over REST', () => {
  const get = async (path: string) => (await (await fetch(`${t.url}${path}`)).json()) as never;
  const system = '/v1/systems/urn:vitrine:sys:nl-tooi:gm0363:traffic-control/standards';

  test('a record with what is missing', async () => {
    const { records, isMeantFor } = (await get(`${system}/aiact-annex-viii-c?language=nl`)) as {
      isMeantFor: boolean;
      records: { language: string; record: Record<string, unknown>; missing: { field: string; from: string[] }[] }[];
    };
    expect(isMeantFor).toBe(true);
    expect(records).toHaveLength(1);
    expect(records[0]!.record['C1 deployer']).toMatchObject({ name: 'Gemeente Amsterdam (demonstratie)' });
    // The deployer is named but has no address, so C1 still counts as incomplete.
    for (const { field } of records[0]!.missing)
      if (!/^C[12] /.test(field)) expect(records[0]!.record).not.toHaveProperty([field]);
    expect(records[0]!.missing.map(({ field }) => field)).toContain('C1 deployer');
  });

  test('the address of a record is known to what checks it', async () => {
    const { records } = (await get(`${system}/pstw`)) as { records: { missing: { field: string }[] }[] };
    expect(records[0]!.missing.map(({ field }) => field)).not.toContain('Source');
  });

  test('the French mention has the four things that the law wants', () => {
    const texts = all['fr-mention']!.flatMap(({ record }) => (record['mention'] as string) ?? []);
    expect(texts.length).toBeGreaterThan(3);
    for (const text of texts)
      for (const part of [
        'Administration responsable',
        'Finalité du traitement',
        'Vous avez le droit',
        'Pour exercer ce droit',
      ])
        expect(text).toContain(part);
  });

  test('the list of standards, and one that is not there', async () => {
    const { standards: listed } = (await get('/v1/standards')) as { standards: { id: string; losses: object[] }[] };
    expect(listed.map(({ id }) => id)).toEqual(Object.keys(standards));
    expect((await fetch(`${t.url}${system}/none`)).status).toBe(400);
  });
});
