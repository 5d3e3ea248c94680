import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { projectRoot } from '#event-store';
import { type InStandard, lossTable, openSnapshot } from '#exports';
import type { Organisation, SystemRecord } from '#projections';
import { columnsOf, languagesOf, missingFor, standards, toStandard } from '#standards';
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
    expect(all[standard.id]!.length).toBeGreaterThan(/^(aiact-annex-viii|fr-mention)/.test(standard.id) ? -1 : 4);
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
    changedAt: '2025-01-01',
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

  const of = (id: string, more: object, language = 'en'): { [name: string]: unknown } => {
    const given = { ...context(more), language };
    return { ...toStandard(standards[id]!, given), missing: missingFor(standards[id]!, given) };
  };

  test.each([
    ['data are of no kind', { data: { en: 'Numbers' }, personalData: 'yes' }, 'input_dataset'],
    ['risks are no kind of harm', { risks: { en: 'It fails.' } }, 'risks_mitigation'],
    ['what people do is no right', { humanIntervention: { en: 'They look.' }, appeal: { en: 'Write.' } }, 'rights'],
    ['a domain without an equivalent is no purpose', { domain: 'law', purpose: { en: 'To help' } }, 'purpose'],
    ['a purpose without a domain', { purpose: { en: 'To count' } }, 'purpose'],
  ])('DTPR: %s', (_, more, field) => {
    expect(inDtpr(more)).not.toHaveProperty(field);
    expect(missing('dtpr-ai', {})).toContain('purpose');
  });

  test('DTPR: rights that are stated, and a purpose that means the same', () => {
    expect(inDtpr({ rights: ['contest'], appeal: { en: 'Write.' }, domain: 'work' })).toMatchObject({
      rights: [{ element: 'right_contest', variables: { rights: 'Write.' } }],
      purpose: [{ element: 'employment' }],
    });
  });

  test.each([
    ['rollback is not who may stop it', { oversight: [{ role: { en: 'Chief' }, authorityToStop: true }] }, 'rollback'],
    ['training data are not what is processed', { data: { en: 'Numbers' } }, 'training_data'],
    ['a model is not self-learning', { technologies: ['AIH-0204'], selfLearning: 'no' }, 'algorithm_type'],
    ['nobody said a status', {}, 'status'],
  ])('Eurocities: %s', (_, more, field) => {
    expect(of('eurocities-0.3.1', more)).not.toHaveProperty(field);
    if (field !== 'rollback') expect(missing('eurocities-0.3.1', more)).toContain(field);
  });

  test.each([
    ['Buiten gebruik', { status: 'retired', retirement: { occurredAt: '2025-02-20', seen: true } }, undefined],
    ['Buiten gebruik', { status: 'retired', retirement: { occurredAt: '2025-02-20', on: '2025-02-18' } }, '2025-02'],
    ['In gebruik', { status: 'in-use', deployment: { occurredAt: '2025-02-20', seen: true } }, undefined],
    ['In gebruik', { status: 'in-use', deployment: { occurredAt: '2025-02-20', seen: true, from: '2024' } }, undefined],
    ['In gebruik', { status: 'in-use', deployment: { occurredAt: '2025-02-20' } }, '2025-02'],
    [undefined, { status: 'suspended', deployment: { occurredAt: '2025-02-20' } }, '2025-02'],
    [undefined, { status: 'registered' }, undefined],
    ['In ontwikkeling', { status: 'registered', source: { fields: { Status: 'Ontwikkeling' } } }, undefined],
  ] as [string | undefined, object, string | undefined][])('Dutch status %p and date of %j', (status, more, date) => {
    const dutch = of('nl-1.0', more);
    const isOver = status === 'Buiten gebruik';
    expect([dutch['status'], dutch[isOver ? 'end_date' : 'begin_date']]).toEqual([status, date]);
    const year = date?.slice(0, 4) ?? (JSON.stringify(more).includes('"from":"2024"') ? '2024' : undefined);
    expect(of('pstw', more)[isOver ? 'End Year' : 'Start Year']).toBe(year);
  });

  test('use that has ended everywhere ended then, not when the system was retired', () => {
    const ended = (on?: string) => ({
      deployment: 'a',
      status: 'stopped',
      ended: { occurredAt: '2024-04-15', ...(on && { on }) },
    });
    const retirement = { occurredAt: '2026-05-01' };
    const endOf = (more: object) => of('nl-1.0', { status: 'retired', ...more })['end_date'];
    expect(endOf({ deployments: [ended('2024-03-31'), ended('2023')], retirement })).toBe('2024-03');
    expect(endOf({ deployments: [ended()] })).toBe('2024-04');
    expect(endOf({ deployments: [ended(), { deployment: 'b', status: 'stopped' }], retirement })).toBe('2026-05');
    expect(endOf({ deployments: [{ ...ended(), ended: { occurredAt: '2024-04-15', seen: true } }] })).toBeUndefined();
    expect(endOf({ retirement })).toBeUndefined();
  });

  test.each([
    ['deployer', 'deployer'],
    ['both', 'deployer'],
    ['provider', undefined],
    [undefined, undefined],
  ])('DTPR: an organisation whose role is %p is shown as %p', (role, shown) => {
    expect(inDtpr({ role })).toMatchObject({ accountable: [{ element: 'institution' }] });
    expect((inDtpr({ role })['accountable'] as { context?: object }[])[0]!.context).toEqual(shown && { role: shown });
  });

  test('DTPR: who answers for it is whole with a description', () => {
    expect(missing('dtpr-ai', {})).toContain('accountable');
    expect(missing('dtpr-ai', { summary: { en: 'It counts.' }, provider: 'Maker' })).not.toContain('accountable');
    expect(missing('dtpr-ai', { summary: { nl: 'Het telt.' } })).toContain('accountable');
  });

  test.each([
    ['municipality', 'Local'],
    ['province', 'Regional'],
    ['ministry', 'National'],
    ['police', undefined],
    ['unknown', undefined],
  ])('the extent of a %s is %p', (kind, extent) => {
    const given = { ...context({}), organisation: { names: { en: 'X' }, kind, country: 'NL' } as Organisation };
    expect(toStandard(standards['pstw']!, given)['Geographical extent']).toBe(extent);
  });

  test.each([
    ['makes', 'FR', 'fr', true],
    ['assists', 'FR', 'fr', true],
    ['none', 'FR', 'fr', false],
    [undefined, 'FR', 'fr', false],
    ['makes', 'NL', 'fr', false],
    ['makes', 'FR', 'en', false],
  ])('French mention: it %p decisions, in %s, text in %s: %p', (decisions, country, language, isThere) => {
    const texts = { name: { [language]: 'X' }, purpose: { [language]: 'Y' }, contact: { email: 'a@b.example' } };
    const given = { ...context({ ...texts, decisions }), language };
    const organisation = { ...given.organisation, country } as Organisation;
    const { mention } = toStandard(standards['fr-mention']!, { ...given, organisation });
    expect(mention !== undefined).toBe(isThere);
    for (const part of [
      'Administration responsable',
      'Finalité du traitement',
      'Vous avez le droit',
      'Pour exercer ce droit',
    ])
      if (isThere) expect(mention).toContain(part);
  });

  test('a text of another language is missing, and the languages in which it is there are named', () => {
    const more = { name: { ca: 'Càmera', nl: 'Camera' }, summary: { ca: 'Mira.' } };
    const dutch = of('nl-1.0', more, 'nl');
    expect(dutch['description_short']).toBeUndefined();
    expect(dutch['missing']).toContainEqual({ field: 'description_short', from: ['summary'], languages: ['ca'] });
    const catalan = { ...context({ name: { ca: 'Càmera' } }).record };
    expect(languagesOf(standards['nl-1.0']!, catalan, 'nl')).toEqual(['ca']);
    expect(of('nl-1.0', { name: { ca: 'Càmera' } }, 'ca')).not.toHaveProperty('lang');
    // Of several others, the one in which it says most.
    const french = context({ name: { de: 'Kamera', fr: 'Caméra' }, summary: { fr: 'Elle voit.' } }).record;
    for (const id of ['nl-1.0', 'pstw', 'dtpr-ai']) expect(languagesOf(standards[id]!, french, 'it')).toEqual(['fr']);
    expect(languagesOf(standards['fr-inventaire']!, french, 'it')).toEqual(['fr']);
    expect(languagesOf(standards['dtpr-ai']!, french, 'de')).toEqual(['de']);
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
      expect(missing(id, { contact })).toEqual(expect.arrayContaining(['C1 deployer']));
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
    // Traffic is registered nationally (Art 49(5)).
    expect(isMeantFor).toBe(false);
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

  test('the list of standards, and one that is not there', async () => {
    const { standards: listed } = (await get('/v1/standards')) as { standards: { id: string; losses: object[] }[] };
    expect(listed.map(({ id }) => id)).toEqual(Object.keys(standards));
    expect((await fetch(`${t.url}${system}/none`)).status).toBe(400);
  });
});
