import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import writeXlsxFile from 'write-excel-file/node';
import { readRecordAsOf, readSystem, type SystemRecord } from '#projections';
import { openTestRegister, type TestRegister } from '../../test/setup/register.js';
import { importFile } from './run.js';

let t: TestRegister;
let folder: string;
const write = (name: string, content: string) => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};
const json = (name: string, content: unknown) => write(name, JSON.stringify(content));
const current = async (id: string) => {
  const found = await readSystem(t.register.pool, id);
  return found && (JSON.parse(found.record) as SystemRecord);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  await t?.close();
  t = await openTestRegister();
});
afterAll(() => t.close());

const listed = (id: string, rest: object = {}) => ({
  id,
  title: `Systeem ${id}`,
  organisatie: 'Gemeente Voorbeeld',
  doel: 'Een doel',
  juridische_basis: '',
  status: 'in_gebruik',
  impactassessment: 'Nee',
  geregistreerd: '2025-03-01',
  toegevoegd: '2026-01-01',
  url: `https://example.org/${id}`,
  ...rest,
});
const snapshot = (fetched_at: string, algoritmes: object[]) =>
  json(`${fetched_at}.json`, { fetched_at, count: algoritmes.length, algoritmes });
const one = 'urn:vitrine:sys:nl-lars:11111111';
const two = 'urn:vitrine:sys:nl-lars:22222222';

const announced = [expect.anything(), expect.anything(), 'organisation', expect.stringContaining('new organisation')];

describe('nl-snapshot', () => {
  test('registers, changes, withdraws, on their dates; and again does nothing', async () => {
    const january = snapshot('2026-01-10T10:00:00Z', [listed('11111111'), listed('22222222')]);
    const february = snapshot('2026-02-10T10:00:00Z', [
      listed('11111111', { title: 'Anders', status: 'buiten_gebruik', doel: '' }),
    ]);
    await importFile(t.register, 'nl-snapshot', january, {});
    await importFile(t.register, 'nl-snapshot', february, {});
    expect(await current(one)).toMatchObject({ name: { nl: 'Anders' }, status: 'retired' });
    expect(await current(one)).not.toHaveProperty('purpose');
    expect(await current(two)).toMatchObject({ status: 'in-use', source: { delistedOn: '2026-02-10' } });
    expect(await readRecordAsOf(t.register.pool, one, { effective: '2026-01-31' })).toMatchObject({
      name: { nl: 'Systeem 11111111' },
      status: 'in-use',
    });
    expect(await readRecordAsOf(t.register.pool, one, { effective: '2025-02-28' })).toBeUndefined();
    const head = await t.register.store.head();
    for (const file of [january, february])
      expect(await importFile(t.register, 'nl-snapshot', file, {})).toMatchObject({ planned: 0, refused: 0 });
    expect(await t.register.store.head()).toBe(head);
  });

  test('a record that is listed with a fault is not taken away, and an empty list takes nothing away', async () => {
    await importFile(t.register, 'nl-snapshot', snapshot('2026-01-10T10:00:00Z', [listed('11111111')]), {});
    const faulty = snapshot('2026-02-10T10:00:00Z', [listed('11111111', { doel: 5 })]);
    expect(await importFile(t.register, 'nl-snapshot', faulty, { keepGoing: true })).toMatchObject({
      recorded: 0,
      refused: 1,
    });
    expect((await current(one))!.source).not.toHaveProperty('delistedOn');
    await expect(importFile(t.register, 'nl-snapshot', snapshot('2026-03-10T10:00:00Z', []), {})).rejects.toThrow(
      'lists nothing',
    );
  });

  test('a dry run records nothing', async () => {
    const result = await importFile(t.register, 'nl-snapshot', snapshot('2026-01-10T10:00:00Z', [listed('11111111')]), {
      dryRun: true,
    });
    expect(result).toMatchObject({ planned: 3, recorded: 0 });
    expect(await t.register.store.head()).toBe(-1);
  });

  test('an organisation that all its systems leave for a new name was renamed; one system was handed over', async () => {
    await importFile(
      t.register,
      'nl-snapshot',
      snapshot('2026-01-10T10:00:00Z', [
        listed('11111111'),
        listed('22222222'),
        listed('33333333', { organisatie: 'Provincie X' }),
        listed('44444444', { organisatie: 'Provincie X' }),
      ]),
      {},
    );
    await importFile(
      t.register,
      'nl-snapshot',
      snapshot('2026-02-10T10:00:00Z', [
        listed('11111111', { organisatie: 'Gemeente Nieuw' }),
        listed('22222222', { organisatie: 'Gemeente Nieuw' }),
        listed('33333333', { organisatie: 'Gemeente Nieuw' }),
        listed('44444444', { organisatie: 'Provincie X' }),
      ]),
      {},
    );
    const types = (await t.register.store.readAll(-1, 1000)).map(({ envelope }) => envelope.type);
    expect(types.filter((type) => type === 'OrganisationRenamed')).toHaveLength(1);
    expect((await current('urn:vitrine:sys:nl-lars:33333333'))!.organisation).toBe((await current(one))!.organisation);
  });

  test('a retirement that the source takes back is a correction', async () => {
    for (const [day, status] of [
      ['10', 'buiten_gebruik'],
      ['11', 'in_gebruik'],
    ])
      await importFile(
        t.register,
        'nl-snapshot',
        snapshot(`2026-01-${day}T10:00:00Z`, [listed('11111111', { status })]),
        {},
      );
    expect(await current(one)).toMatchObject({ status: 'in-use' });
  });

  test.each([
    ['{', 'Expected'],
    ['{"algoritmes": []}', 'fetched_at'],
  ])('%s is refused in plain words', async (content, message) => {
    await expect(importFile(t.register, 'nl-snapshot', write('bad.json', content), {})).rejects.toThrow(message);
  });
});

test('nl-changes: added, changed, removed, and again nothing', async () => {
  await importFile(t.register, 'nl-snapshot', snapshot('2026-01-10T10:00:00Z', [listed('11111111')]), {});
  const change = (seq: number, rest: object) =>
    JSON.stringify({
      seq,
      observed_at: `2026-01-2${seq}T07:00:00Z`,
      field: '',
      old: '',
      new: '',
      title: 'Nieuw',
      organisatie: 'Gemeente Voorbeeld',
      status: 'ontwikkeling',
      ...rest,
    });
  const file = write(
    'changes.jsonl',
    [
      change(1, { change: 'added', id: '22222222' }),
      change(2, { change: 'changed', id: '22222222', field: 'status', new: 'in_gebruik' }),
      change(3, { change: 'changed', id: '11111111', field: 'title', new: 'Later' }),
      change(4, { change: 'removed', id: '11111111' }),
      change(5, { change: 'changed', id: '99999999', field: 'title', new: 'x' }),
    ].join('\n'),
  );
  const result = await importFile(t.register, 'nl-changes', file, {});
  expect(result).toMatchObject({
    refused: 0,
    remarks: [['seq 5', '99999999', 'title', expect.stringContaining('not in the register')]],
  });
  expect(await current(two)).toMatchObject({ name: { nl: 'Nieuw' }, status: 'in-use' });
  expect(await readRecordAsOf(t.register.pool, two, { effective: '2026-01-21' })).toMatchObject({
    status: 'registered',
  });
  expect(await current(one)).toMatchObject({ name: { nl: 'Later' }, source: { delistedOn: '2026-01-24' } });
  expect(await importFile(t.register, 'nl-changes', file, {})).toMatchObject({ planned: 0 });
});

describe('nl-standard', () => {
  const old = {
    Naam: ' Kijker ',
    Organisatie: 'Gemeente Voorbeeld',
    'Korte omschrijving': '<p>Ziet &amp; telt.</p><ul><li>een</li></ul>',
    Status: 'Actief.',
    'Type algoritme': 'Zelflerend',
    Domein: 'Verkeer',
    'Link naar broncode': 'volgt',
    'Link naar publiekspagina': 'zie https://example.org/a, dank',
    Herzieningsdatum: '44889',
    'Data Protection Impact Assessment (DPIA)': 'Ja',
    'Omschrijving van de DPIA': 'Gedaan in 2021.',
    'E-mailadres van de contactpersoon': 'mail info@example.org',
    Omschrijving: 'Meer tekst',
    Taal: 'Nederlands',
    Schema: 'Metadatstandaard 0.2',
  };
  const system = 'urn:vitrine:sys:nl-standard:gemeente-voorbeeld:kijker';

  test('old Dutch columns arrive; what does not fit is in the notes and the report', async () => {
    const file = json('old.json', [
      old,
      { Naam: 'Zonder organisatie' },
      { ...old, Naam: 'Vreemd', Status: 'Kapot gegaan', Herzieningsdatum: 'ooit' },
    ]);
    expect(await importFile(t.register, 'nl-standard', file, { on: '2026-01-01' })).toMatchObject({
      recorded: 0,
      refused: 1,
    });
    const result = await importFile(t.register, 'nl-standard', file, { on: '2026-01-01', keepGoing: true });
    expect(await current(system)).toMatchObject({
      name: { nl: 'Kijker' },
      summary: { nl: 'Ziet & telt.\n\n- een' },
      status: 'in-use',
      selfLearning: 'yes',
      domain: 'traffic-and-mobility',
      reviewDue: '2022-11-24',
      links: [{ kind: 'public-page', url: 'https://example.org/a' }],
      contact: { email: 'info@example.org' },
      source: { standard: 'Metadatstandaard 0.2', fields: { Status: 'Actief.' } },
      assessments: [{ kind: 'dpia', summary: { nl: 'Gedaan in 2021.' } }],
    });
    expect((await current(system))!.notes!.nl).toContain('Omschrijving: Meer tekst');
    expect((await current(system))!.notes!.nl).toContain('Link naar broncode: volgt');
    const report = result.remarks.map(([line, id, field]) => [line, id, field]);
    expect(report).toEqual(
      expect.arrayContaining([
        ['record 2', 'Zonder organisatie', 'organisation'],
        ['record 3', 'Vreemd', 'Status'],
        ['record 3', 'Vreemd', 'Herzieningsdatum'],
        ['record 1', 'Kijker', 'Link naar broncode'],
      ]),
    );
    expect(await importFile(t.register, 'nl-standard', file, { on: '2026-02-01', keepGoing: true })).toMatchObject({
      planned: 0,
    });
  });

  test('version 1.0 with groupings, a high-risk category and an algorithm id', async () => {
    const file = json('new.json', [
      {
        lars: '11111111',
        name: 'Nieuw',
        organization: 'Gemeente Voorbeeld',
        status: 'In ontwikkeling',
        publication_category: 'Hoog-risico AI-systeem',
        category: ['Verkeer', 'Onbekend thema'],
        begin_date: '2024-05',
        lawful_basis_grouping: [
          { title: 'Wet', link: 'https://example.org/wet' },
          { title: 'Plan', link: 'nvt' },
        ],
        impacttoetsen_grouping: [{ title: 'IAMA' }],
        lang: 'ENG',
        tags: 'a, b, a',
      },
    ]);
    const result = await importFile(t.register, 'nl-standard', file, { on: '2026-01-01' });
    expect(await current(one)).toMatchObject({
      name: { en: 'Nieuw' },
      status: 'registered',
      inUseFrom: '2024-05',
      risk: { class: 'high' },
      legalReferences: [{ title: 'Wet', url: 'https://example.org/wet' }, { title: 'Plan' }],
      assessments: [{ kind: 'iama' }],
      tags: ['a', 'b'],
    });
    expect(result.remarks.map(([, , field]) => field)).toEqual(['category', 'lawful_basis_grouping', 'organisation']);
  });

  test('the organisation can be given for records that name none', async () => {
    const file = json('template.json', [{ name: 'Sjabloon', organization: null, status: 'In gebruik' }]);
    expect(await importFile(t.register, 'nl-standard', file, { organisation: 'Gemeente Eigen' })).toMatchObject({
      refused: 0,
      remarks: [announced],
    });
  });
});

test('csv: any table by a column map, in its own language', async () => {
  const file = write(
    'inventaire.csv',
    'Nom;Commune;État;Finalité;Réf.;Coût\r\nCaméra;Ville de Test;en service;"Compter; mesurer";A-1;"10\u00a0000 €"\r\n;Ville de Test;arrêté;;;\r\n',
  );
  const map = json('map.json', {
    source: 'inventaire',
    language: 'fr',
    country: 'FR',
    columns: { Nom: 'name', Commune: 'organisation', État: 'status', Finalité: 'purpose', 'Réf.': 'identifier' },
    statuses: { 'en service': 'in-use' },
  });
  const result = await importFile(t.register, 'csv', file, { map, on: '2026-01-01', keepGoing: true });
  expect(await current('urn:vitrine:sys:inventaire:ville-de-test:a-1')).toMatchObject({
    name: { fr: 'Caméra' },
    purpose: { fr: 'Compter; mesurer' },
    status: 'in-use',
    notes: { fr: expect.stringContaining('Coût') },
  });
  expect(result.remarks.map(([line, , field]) => [line, field])).toEqual([
    ['line 3', 'name'],
    ['line 2', 'organisation'],
  ]);
  await expect(importFile(t.register, 'csv', file, {})).rejects.toThrow('--map');
});

test('one bad row keeps a whole file out, unless told to keep going', async () => {
  const file = json('bad-row.json', [
    { name: 'Goed', organization: 'Gemeente Voorbeeld' },
    {
      name: 'Slecht',
      organization: 'Gemeente Voorbeeld',
      website: `https://example.org/${'x'.repeat(10)}`,
      description_short: 'x'.repeat(20_001),
    },
  ]);
  const result = await importFile(t.register, 'nl-standard', file, { on: '2026-01-01' });
  expect(result).toMatchObject({
    recorded: 0,
    refused: 1,
    remarks: [
      announced,
      ['record 2', expect.stringContaining('slecht'), 'description_short', expect.stringContaining('SCHEMA_VIOLATION')],
    ],
  });
  expect(await t.register.store.head()).toBe(-1);
  expect(await importFile(t.register, 'nl-standard', file, { on: '2026-01-01', keepGoing: true })).toMatchObject({
    recorded: 2,
    refused: 1,
  });
});

test.each([
  ['upright', (table: string[][]) => table],
  ['on its side', (table: string[][]) => table[0]!.map((_, column) => table.map((row) => row[column]!))],
])('xlsx: a sheet %s', async (name, turn) => {
  const table = turn([
    ['Naam', 'Organisatie', 'Doel', 'Status'],
    ['Een', 'Gemeente Voorbeeld', 'Tellen', 'In gebruik'],
    ['Twee', 'Gemeente Voorbeeld', '', 'Buiten gebruik'],
  ]);
  const file = join(folder, `${name}.xlsx`);
  await writeXlsxFile(table.map((row) => row.map((value) => ({ value, type: String })))).toFile(file);
  expect(await importFile(t.register, 'nl-standard', file, { on: '2026-01-01' })).toMatchObject({
    refused: 0,
    remarks: [announced],
  });
  expect(await current('urn:vitrine:sys:nl-standard:gemeente-voorbeeld:twee')).toMatchObject({
    name: { nl: 'Twee' },
    status: 'retired',
  });
});
