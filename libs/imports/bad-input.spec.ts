import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { Refusal } from '#domain';
import { readSystem, type SystemRecord } from '#projections';
import { openTestRegister, type TestRegister } from '../../test/setup/register.js';
import type { ImportKind } from './kinds.js';
import { type ImportOptions, importFile } from './run.js';

let t: TestRegister;
let folder: string;
let files = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-bad-input-'));
  t = await openTestRegister();
});
afterAll(async () => {
  await t.close();
  rmSync(folder, { recursive: true });
});

const write = (name: string, content: string | Uint8Array) => {
  const file = join(folder, `${++files}-${name}`);
  writeFileSync(file, content);
  return file;
};

/** The report on a file: each fault and remark, or the refusal of the whole. */
async function tell(
  name: string,
  content: string | Uint8Array,
  options: ImportOptions = {},
  kind: ImportKind = 'nl-standard',
) {
  try {
    const result = await importFile(t.register, kind, write(name, content), { on: '2026-01-01', ...options });
    const said = result.remarks.filter(([, , , problem]) => !problem!.includes('taken as a new organisation'));
    return { refused: result.refused, recorded: result.recorded, said: said.map((remark) => remark.join(' | ')) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: 1, recorded: 0, said: [error.message] };
  }
}

/** The Uint8Array that `fflate` accepts here: jest has one of its own. */
const toBytes = (text: string) => Uint8Array.from(Buffer.from(text));
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const json = (value: unknown) => JSON.stringify(value);
const million = 'x'.repeat(1_000_000);
const head = 'Naam;Organisatie;Doel\n';
const good = 'Goed;Gemeente A;tellen\n';
const record = (more: object) => ({ name: 'Een', organization: 'Gemeente A', ...more });

/** A workbook with one sheet; `sheet`: its rows in XML. */
const workbook = (sheet: string, more: { [name: string]: Uint8Array } = {}, level: 0 | 1 = 1) =>
  zipSync(
    {
      '[Content_Types].xml': toBytes('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
      'xl/workbook.xml': toBytes(
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
      ),
      'xl/_rels/workbook.xml.rels': toBytes(
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
      ),
      'xl/worksheets/sheet1.xml': toBytes(
        `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${sheet}</sheetData></worksheet>`,
      ),
      ...more,
    },
    { level },
  );
const text = (at: string, value: string) => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
const header = `<row r="1">${text('A1', 'Naam')}${text('B1', 'Organisatie')}${text('C1', 'Doel')}</row>`;
const row = (n: number, third: string, name = 'Een') =>
  `<row r="${n}">${text(`A${n}`, name)}${text(`B${n}`, 'Gemeente A')}${third}</row>`;

/** Overwrites the unpacked size of a part, in both places where a ZIP states it. */
function lie(zip: Uint8Array, name: string, size: number): Uint8Array {
  const bytes = Buffer.from(zip);
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    if (bytes.subarray(at + 46, at + 46 + name.length).toString() !== name) continue;
    bytes.writeUInt32LE(size, at + 24);
    bytes.writeUInt32LE(size, bytes.readUInt32LE(at + 42) + 22);
  }
  return bytes;
}

describe('nothing is recorded, and it is said where and why', () => {
  afterEach(async () => expect(await t.register.store.head()).toBe(-1));

  test.each<[string, string, string | Uint8Array, string[], ImportOptions?]>([
    // Encodings
    [
      'Windows-1252',
      'a.csv',
      latin1(`${head}${good}Café;Gemeente A;x\n`),
      ['line 3 |  | Naam | "Caf�" has bytes that are no text'],
    ],
    ['Windows-1252 in a header', 'a.csv', latin1(`Naam;Organisatie;Catégorie\n${good}`), ['The header "Cat�gorie"']],
    ['UTF-16 without its mark', 'a.csv', utf16(head + good), ['There are zero bytes in it. It may be UTF-16']],
    [
      'an encoding that there is not',
      'a.csv',
      head + good,
      ['There is no encoding "latin-99"'],
      { encoding: 'latin-99' },
    ],
    ['JSON in Windows-1252', 'a.json', latin1('[\n{"name": "Café"}]'), ['The file is not UTF-8 (line 2).']],
    // Separators and quotation marks
    [
      'a comma that is not quoted',
      'a.csv',
      `Naam,Organisatie,Doel\nEen,Gemeente A,tellen, meten\n`,
      ['line 2 |  |  | 4 cells, but the header has 3'],
    ],
    ['too few cells', 'a.csv', `${head}${good}Twee;Gemeente A\n`, ['line 3 |  |  | 2 cells, but the header has 3']],
    [
      'another separator below the header',
      'a.csv',
      `${head}Een,Gemeente A,x\n`,
      ['line 2 |  |  | 1 cells, but the header has 3'],
    ],
    [
      'an unknown separator',
      'a.csv',
      'Naam:Organisatie\nEen:Gemeente A\n',
      ['None of the columns is known. The first line, read with the comma as separator, is: Naam:Organisatie'],
    ],
    [
      'a quotation mark that is never closed',
      'a.csv',
      `${head}"Een;Gemeente A;x\n${good}`,
      ['Line 2, cell 1: a quotation mark is opened and never closed'],
    ],
    [
      'the same below a line that names the separator',
      'a.csv',
      `sep=;\n${head}"Een;Gemeente A;x\n${good}`,
      ['Line 3, cell 1: a quotation mark is opened and never closed'],
    ],
    [
      'a quotation mark within a cell',
      'a.csv',
      `${head}Een;Gemeente A;een 5" scherm\n`,
      ['Line 2, cell 3: a quotation mark within a cell'],
    ],
    [
      'text after a quotation mark',
      'a.csv',
      `${head}"Een" x;Gemeente A;y\n`,
      ['Line 2, cell 1: something follows a closing quotation mark'],
    ],
    [
      'lines counted through quoted breaks',
      'a.csv',
      `${head}Een;Gemeente A;"a\nb\nc"\nTwee;Gemeente A\n`,
      ['line 5 |  |  | 2 cells'],
    ],
    // Headers
    [
      'two columns of one name',
      'a.csv',
      'Naam;Organisatie;naam\nEen;Gemeente A;Twee\n',
      ['Two columns are called "naam"'],
    ],
    [
      'a column without a name',
      'a.csv',
      'Naam;Organisatie;\nEen;Gemeente A;x\n',
      ['line 2 |  | column 3 | The column has no name'],
    ],
    ['no header', 'a.csv', 'Een;Gemeente A;tellen\n', ['None of the columns is known. The first line']],
    [
      'a first line of a thousand characters',
      'a.csv',
      `${'x'.repeat(1000)}\nEen\n`,
      [`is: ${'x'.repeat(200)}…. Is it the line`],
    ],
    [
      'no column for the name',
      'a.csv',
      'Organisatie;Doel\nGemeente A;x\n',
      ['No column holds the name of a system. The columns are: Organisatie, Doel.'],
    ],
    ['only a header', 'a.csv', head, ['It is empty, or has nothing but a header line.']],
    ['nothing', 'a.csv', '', ['None of the columns is known']],
    ['only empty lines', 'a.csv', '\n\n \n', ['None of the columns is known']],
    ['no name in a line', 'a.csv', `${head};Gemeente A;x\n`, ['line 2 |  | name | The record has no name.']],
    [
      'no organisation in a line',
      'a.csv',
      `${head}Een;;x\n`,
      ['line 2 | Een | organisation | The record names no organisation.'],
    ],
    // Cells
    [
      'a cell of a million characters',
      'a.csv',
      `${head}Een;Gemeente A;${million}\n`,
      ['line 2 |  | Doel | The cell has 1000000 characters; at most 100000 are read'],
    ],
    [
      'the same where there is no such column',
      'a.csv',
      `${head.trim()};Iets\nEen;Gemeente A;x;${million}\n`,
      ['line 2 |  | Iets | The cell has 1000000 characters'],
    ],
    [
      'the same in JSON',
      'a.json',
      json([record({ goal: million })]),
      ['record 1 |  | goal | The cell has 1000000 characters'],
    ],
    [
      'the same in a workbook',
      'a.xlsx',
      workbook(header + row(2, text('C2', million))),
      ['row 2 |  | Doel | The cell has 1000000 characters'],
    ],
    [
      'a text longer than the field',
      'a.csv',
      `${head}Een;Gemeente A;${'x'.repeat(20_001)}\n`,
      ['line 2 | urn:vitrine:sys:nl-standard:gemeente-a:een | Doel | /data/purpose/nl: '],
    ],
    [
      'more than goes into the notes',
      'a.csv',
      `${head.trim()};Iets\nEen;Gemeente A;x;${'y'.repeat(20_001)}\n`,
      ['line 2 | Een | Iets | What has no field of its own'],
    ],
    [
      'too many tags',
      'a.json',
      json([record({ tags: Array.from({ length: 60 }, (_, i) => `t${i}`) })]),
      ['record 1 | urn:vitrine:sys:nl-standard:gemeente-a:een | tags | '],
    ],
    // Workbooks
    [
      'a ZIP file that is no workbook',
      'a.xlsx',
      zipSync({ 'a.txt': toBytes('a') }),
      ['This is a ZIP file, but no workbook'],
    ],
    [
      'a workbook that breaks off',
      'a.xlsx',
      workbook(header + row(2, '')).subarray(0, 300),
      ['The workbook is damaged'],
    ],
    [
      'a workbook that unpacks to 130 MB',
      'a.xlsx',
      workbook(header, { 'xl/bomb.xml': new Uint8Array(130_000_000) }),
      ['The workbook unpacks to 131 MB in 5 parts; at most 128 MB'],
    ],
    [
      'a workbook of 2,000 parts',
      'a.xlsx',
      workbook(header, Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i}.xml`, new Uint8Array(1)]))),
      ['in 2004 parts'],
    ],
    [
      'a workbook of 1,001 parts',
      'a.xlsx',
      workbook(header, Object.fromEntries(Array.from({ length: 997 }, (_, i) => [`${i}.xml`, new Uint8Array(1)]))),
      ['in 1001 parts'],
    ],
    [
      'a workbook of 1,000 parts, without a system',
      'a.xlsx',
      workbook(header, Object.fromEntries(Array.from({ length: 996 }, (_, i) => [`${i}.xml`, new Uint8Array(1)]))),
      ['It is empty, or has nothing but a header line.'],
    ],
    [
      'a single cell far out',
      'a.xlsx',
      workbook(header + row(1_048_576, text('XFD1048576', 'x'))),
      ['reaches to row 1048576, column 16384'],
    ],
    [
      'a row without end',
      'a.xlsx',
      workbook(`${header}<row r="999999999999">${text('A2', 'x')}</row>`),
      ['reaches to row 999999999999'],
    ],
    [
      'a formula that gives an error',
      'a.xlsx',
      workbook(header + row(2, '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')),
      ['row 2 |  | Doel | A formula whose value is the error #DIV/0!'],
    ],
    [
      'a formula that nobody calculated',
      'a.xlsx',
      workbook(header + row(2, '<c r="C2"><f>1+1</f></c>')),
      ['row 2 |  | Doel | A formula without a value.'],
    ],
    // Identifiers
    [
      'an algorithm id twice',
      'a.json',
      json([record({ lars: '11111111' }), record({ name: 'Twee', lars: '11111111' })]),
      ['record 2 | Twee | lars | The identifier "11111111" is on record 1 already.'],
    ],
    [
      'an identifier twice',
      'a.json',
      json([record({ id: 'A-1' }), record({ name: 'Twee', id: 'A-1' })]),
      ['record 2 | Twee | id | The identifier "A-1" is on record 1 already.'],
    ],
    // JSON
    ['JSON that breaks off', 'a.json', '[\n{"name": "Een",\n', ['The file is not JSON (line 3)']],
    [
      'a field twice',
      'a.json',
      '[\n{"name": "Een",\n"name": "Twee"}]',
      ['The field "name" appears twice in one object (line 3).'],
    ],
    [
      'no records',
      'a.json',
      json(['Een', 5, null]),
      [
        'record 1 |  |  | Not a record, but "Een".',
        'record 2 |  |  | Not a record, but 5.',
        'record 3 |  |  | Not a record, but null.',
      ],
    ],
    ['nothing', 'a.json', '[]', ['It is empty']],
    ['two lists', 'a.json', json({ a: [record({})], b: [record({})] }), ['There are several lists in it: a, b.']],
    ['no field that is known', 'a.json', json([{ x: 1 }]), ['None of the fields is known. The records have: x.']],
    [
      'a value nested deeply',
      'a.json',
      json([record({ goal: { a: { b: { c: { d: { e: 1 } } } } } })]),
      ['record 1 |  | goal | The value is nested too deeply'],
    ],
    ['100,000 brackets', 'a.json', `[{"name": ${'['.repeat(100_000)}${']'.repeat(100_000)}}]`, ['nested too deeply']],
    // Other files
    [
      'an old workbook',
      'a.xls',
      latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
      ['This is an old Excel workbook (.xls), or one with a password.'],
    ],
    ['a PDF', 'a.pdf', '%PDF-1.7', ['This is a PDF.']],
    ['a file in gzip', 'a.csv.gz', latin1('\x1f\x8b\x08'), ['This is compressed by gzip.']],
  ])('%s', async (...[, name, content, expected, options]) => {
    const { refused, recorded, said } = await tell(name, content, options);
    expect(said).toEqual(expected.map((part) => expect.stringContaining(part)));
    expect([refused > 0, recorded]).toEqual([true, 0]);
  });

  test('a workbook that lies about what it unpacks to is not unpacked further', async () => {
    const bomb = lie(workbook(header + row(2, text('C2', 'x'.repeat(50_000_000)))), 'xl/worksheets/sheet1.xml', 1000);
    const before = process.memoryUsage().rss;
    expect(await tell('a.xlsx', bomb)).toMatchObject({
      refused: 1,
      recorded: 0,
      said: [expect.stringMatching(/damaged|cannot be read/)],
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  test.each<[string, string]>([
    ['tags that never close', '<li'.repeat(33_000)],
    ['dots', '.'.repeat(99_000)],
    ['an address of commas', `https://${','.repeat(99_000)}x`],
    ['words without an at sign', 'a.'.repeat(49_000)],
    ['an at sign and no end', `a@${'a.'.repeat(49_000)}`],
    ['line breaks', '\n'.repeat(99_000)],
    ['brackets', '['.repeat(99_000)],
    ['ampersands', '&'.repeat(99_000)],
    ['a tag of many parts', `<p${' a=b'.repeat(24_000)}`],
    ['links that never end', '<a href="https://x.example/">'.repeat(3400)],
  ])('a cell of %s takes no longer than any other, in whatever column', async (_, cell) => {
    const columns = [
      'goal',
      'contact_email',
      'status',
      'category',
      'website',
      'begin_date',
      'lawful_basis_link',
      'tags',
      'id',
      'type',
      'iama',
      'revision_date',
      'x',
    ];
    const begun = performance.now();
    for (const column of columns) await tell('a.json', json([record({ [column]: `z${cell}z` })]), { dryRun: true });
    expect((performance.now() - begun) / columns.length).toBeLessThan(1000);
  });

  test('a table of more columns than a worksheet has is refused, one of as many is read soon', async () => {
    const wide = (columns: number, separator: string) =>
      `Naam${separator}Organisatie${separator}${Array.from({ length: columns - 2 }, (_, n) => `k${n}`).join(separator)}\nEen${separator}Gemeente A${separator.repeat(columns - 2)}`;
    const begun = performance.now();
    for (const columns of [16_385, 80_000])
      expect(await tell('a.csv', wide(columns, ';'))).toMatchObject({
        refused: 1,
        said: [expect.stringContaining(`${columns} columns`)],
      });
    expect(await tell('a.csv', wide(16_384, ';'), { dryRun: true })).toMatchObject({ refused: 0 });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test('a sheet of comments is read no slower than it is long', async () => {
    const begun = performance.now();
    const sheet = `<!-- ${'<c '.repeat(300_000)}-->${header}${row(2, '')}`;
    expect(await tell('a.xlsx', workbook(sheet), { dryRun: true })).toMatchObject({ refused: 0 });
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test('of a map: what is wrong in it', async () => {
    const map = (content: unknown) => write('map.json', typeof content === 'string' ? content : json(content));
    const fine = { source: 'test', language: 'fr', columns: { Nom: 'name' } };
    for (const [content, problem] of [
      ['{', 'The column map is not JSON (line 1)'],
      [{ ...fine, language: 'klingon' }, '/language must be equal to one of the allowed values: '],
      [{ ...fine, colums: {} }, 'must NOT have additional properties: colums'],
      [{ ...fine, statuses: { ja: 'yes' } }, '/statuses/ja must be equal to one of the allowed values: registered'],
      [{ ...fine, columns: { Nom: 'nmae' } }, 'an unknown target: "nmae"'],
      [{ ...fine, columns: { Nom: 'name', Ville: 'link:nonsense' } }, 'an unknown target: "link:nonsense"'],
      [{ ...fine, columns: { Nom: 'name', Ville: 'references' } }, 'an unknown target: "references"'],
      [{ ...fine, columns: { Nom: 'name', Prix: 'note' } }, 'columns that the file does not have: prix'],
    ] as const)
      expect((await tell('a.csv', 'Nom;Ville\nUn;Paris\n', { map: map(content) }, 'csv')).said).toEqual([
        expect.stringContaining(problem),
      ]);
    const said = await tell(
      'a.csv',
      'Nom;Ville\nUn;Paris\n',
      { map: map({ ...fine, columns: { Nom: 'name', Ville: 'organisation' } }) },
      'csv',
    );
    expect(said).toMatchObject({
      refused: 1,
      said: [expect.stringContaining('line 2 | Un | organisation | "Paris" is not in the register. Register it first')],
    });
  });

  test('of the listing of the Dutch register: records that are none, or twice', async () => {
    const listed = {
      id: '11111111',
      title: 'Een',
      organisatie: 'Gemeente A',
      doel: '',
      juridische_basis: '',
      status: 'in_gebruik',
      impactassessment: '',
      geregistreerd: '2025-01-01',
      toegevoegd: '',
      url: '',
    };
    const { doel: _, ...without } = listed;
    const snapshot = json({
      fetched_at: '2026-01-01T00:00:00Z',
      algoritmes: [listed, listed, 5, without, { ...listed, id: 'x y' }],
    });
    const said = await tell('a.json', snapshot, {}, 'nl-snapshot');
    expect(said.recorded).toBe(0);
    expect(said.said.filter((one) => !one.startsWith('record 3'))).toEqual([
      'record 2 | 11111111 | id | The same number is on record 1 already.',
      'record 4 | 11111111 | doel | It is missing, or no text.',
      expect.stringContaining('record 4 | 11111111 | id | The same number'),
      'record 5 | x y | id | Not a number of the register.',
    ]);
    // A record with a fault is listed all the same.
    const changed = (more: object) =>
      json({ change: 'changed', id: 1, observed_at: '2026-01-01', field: 'doel', old: 'a', new: 'b', ...more });
    const odd = [
      { field: 'id' },
      { field: 'surprise' },
      { new: 7 },
      { id: 'x' },
      { observed_at: 'yesterday' },
      { observed_at: 7 },
      { change: 'moved' },
    ].map(changed);
    expect((await tell('a.jsonl', odd.join('\n'), {}, 'nl-changes')).said).toEqual(
      odd.map((_, n) => expect.stringContaining(`line ${n + 1} |  |  | Not a change`)),
    );
    const changes = '{"change": "added"}\n{\n\n[]\n';
    expect((await tell('a.jsonl', changes, {}, 'nl-changes')).said).toEqual([
      expect.stringContaining('line 1 |  |  | Not a change: "change", "id" and "observed_at" are needed'),
      expect.stringContaining('line 2 |  |  | The line is not JSON'),
      expect.stringContaining('line 4 |  |  | Not a change'),
    ]);
  });
});

describe('what is taken', () => {
  const current = async (name: string) => {
    const found = await readSystem(t.register.pool, `urn:vitrine:sys:nl-standard:gemeente-a:${name}`);
    return found && (JSON.parse(found.record) as SystemRecord);
  };

  test.each<[string, string, string | Uint8Array, ImportOptions?]>([
    [
      'windows',
      'a.csv',
      latin1(`${head}windows;Gemeente A;Café €\n`.replace('€', '\x80')),
      { encoding: 'windows-1252' },
    ],
    ['utf16', 'a.csv', utf16(`\ufeff${head}utf16;Gemeente A;Café €\n`)],
    ['mark', 'a.csv', `\ufeff${head}mark;Gemeente A;Café €\n`],
    ['tab', 'a.tsv', 'Naam\tOrganisatie\tDoel\ntab\tGemeente A\tCafé €\n'],
    ['bar', 'a.txt', 'Naam|Organisatie|Doel\nbar|Gemeente A|Café €\n'],
    ['stated', 'a.csv', 'sep=;\nNaam;Organisatie;Doel\nstated;Gemeente A;Café €\n'],
    ['returns', 'a.csv', 'Naam;Organisatie;Doel\rreturns;Gemeente A;Café €\r'],
    ['quoted', 'a.csv', '"Naam";"Organisatie";"Doel"\n"quoted";"Gemeente A";"Café €"\n'],
    ['commas', 'a.csv', '"Naam","Organisatie","Doel, kort; of lang","Doel"\ncommas,Gemeente A,,Café €\n'],
    ['calculated', 'a.xlsx', workbook(header + row(2, '<c r="C2" t="str"><f>A1</f><v>Café €</v></c>', 'calculated'))],
    ['wrapped', 'a.json', json({ status: 'ok', pages: [1, 2], data: [record({ name: 'wrapped', goal: 'Café €' })] })],
    ['named', 'workbook.csv', workbook(header + row(2, text('C2', 'Café €'), 'named'))],
  ])('%s', async (...[name, file, content, options]) => {
    expect(await tell(file, content, options)).toMatchObject({ refused: 0, said: [] });
    expect(await current(name)).toMatchObject({ name: { nl: name }, purpose: { nl: 'Café €' } });
  });

  test('a formula in CSV is a text, and goes out again as one', async () => {
    const { said } = await tell(
      'a.csv',
      `${head}som;Gemeente A;"=HYPERLINK(""http://example.org"")"\nvoorzien;Gemeente A;'- een\n`,
    );
    expect(said).toEqual([expect.stringContaining('line 2 | som | Doel | It begins like a formula.')]);
    expect(await current('som')).toMatchObject({ purpose: { nl: '=HYPERLINK("http://example.org")' } });
    expect(await current('voorzien')).toMatchObject({ purpose: { nl: '- een' } });
  });

  let books = 0;
  // Day 42000 in one date system or the other.
  test.each([
    ['', '2014-12-27'],
    ['date1904="0"', '2014-12-27'],
    ['date1904="false"', '2014-12-27'],
    ['date1904="1"', '2018-12-28'],
    ['date1904="true"', '2018-12-28'],
    ["filterPrivacy='1' date1904='true'", '2018-12-28'],
    ['date1904 = " 1 "', '2018-12-28'],
  ])(
    'a workbook that says %p counts from its own first day, whether a cell is said to be a date or not',
    async (says, date) => {
      const styles =
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>';
      for (const style of ['', ' s="1"']) {
        const name = `book${++books}`;
        const sheet = `<row r="1">${text('A1', 'Naam')}${text('B1', 'Organisatie')}${text('C1', 'revision_date')}</row>${row(2, `<c r="C2"${style}><v>42000</v></c>`, name)}`;
        const book = workbook(sheet, {
          'xl/workbook.xml': toBytes(
            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr ${says}/><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
          ),
          'xl/styles.xml': toBytes(styles),
          'xl/_rels/workbook.xml.rels': toBytes(
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
          ),
        });
        expect(await tell('a.xlsx', book)).toMatchObject({ refused: 0 });
        expect([style, (await current(name))?.reviewDue]).toEqual([style, date]);
      }
    },
  );

  test('text that was misread before is told', async () => {
    const { said } = await tell('a.csv', `${head}misread;Gemeente A;CafÃ©\nlost;Gemeente A;Caf\ufffd\n`);
    expect(said).toEqual([
      expect.stringContaining('line 2 | misread | Doel | It looks as if it had once been read in a wrong encoding'),
      expect.stringContaining('line 3 | lost | Doel | Characters were lost in it'),
    ]);
  });

  test('one name twice without identifiers is two systems; one identifier in two languages is one', async () => {
    const { said } = await tell(
      'a.json',
      json([
        record({ name: 'Dubbel' }),
        record({ name: 'Dubbel' }),
        record({ name: 'Taal', id: 'T-1', lang: 'nl' }),
        record({ name: 'Language', id: 'T-1', lang: 'en' }),
      ]),
    );
    expect(said).toEqual([
      expect.stringContaining('record 2 | Dubbel | name | The system on record 1 has this name too'),
    ]);
    expect(await current('dubbel-2')).toBeDefined();
    expect(await current('t-1')).toMatchObject({ name: { nl: 'Taal', en: 'Language' } });
  });

  test('told to keep going: the rest of a file', async () => {
    const file = `${head}Half;Gemeente A\nHeel;Gemeente A;x\n`;
    expect(await tell('a.csv', file)).toMatchObject({ refused: 1, recorded: 0 });
    expect(await tell('a.csv', file, { keepGoing: true })).toMatchObject({ refused: 1, recorded: 1 });
    expect(await current('heel')).toBeDefined();
  });

  test('a workbook with a title above its table, more sheets, hidden rows and merged cells', async () => {
    const sheets =
      '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Eerst" sheetId="1" state="hidden" r:id="rId2"/><sheet name="Tweede" sheetId="2" r:id="rId1"/></sheets></workbook>';
    const relation = (id: string, target: string) =>
      `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/${target}.xml"/>`;
    const cell = (at: string, value: string) => text(at, value);
    const rows = `<row r="1">${cell('A1', 'Algoritmeregister 2026')}</row><row r="3">${cell('A3', 'Naam')}${cell('B3', 'Organisatie')}${cell('C3', 'Doel')}</row><row r="4" hidden="1">${cell('A4', 'titel')}${cell('B4', 'Gemeente A')}${cell('C4', 'tellen')}</row><row r="5">${cell('A5', 'leeg')}${cell('B5', 'Gemeente A')}<c r="C5" t="e"><v>#N/A</v></c></row>`;
    const file = workbook('', {
      'xl/workbook.xml': toBytes(sheets),
      'xl/_rels/workbook.xml.rels': toBytes(
        `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relation('rId1', 'sheet2')}${relation('rId2', 'sheet1')}</Relationships>`,
      ),
      'xl/worksheets/sheet2.xml': toBytes(
        `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData><mergeCells count="1"><mergeCell ref="A1:C1"/></mergeCells></worksheet>`,
      ),
    });
    const { said, recorded } = await tell('a.xlsx', file, { keepGoing: true });
    expect(recorded).toBe(1);
    expect(said).toEqual([
      'row 5 |  | Doel | A formula whose value is the error #N/A.',
      ' |  |  | Only the first sheet that shows is read, and not: Eerst.',
      ' |  |  | Rows that are hidden are read like others: 1.',
      ' |  |  | Of merged cells only the first has what stands in them: A1:C1.',
    ]);
    expect(await current('titel')).toMatchObject({ purpose: { nl: 'tellen' } });
  });

  test('identifiers that look alike in a name stay apart, whatever file they come in', async () => {
    await tell('a.json', json([record({ name: 'Tien', id: 'B.1' }), record({ name: 'Elf', id: 'B-1' })]));
    const { said } = await tell('a.json', json([record({ name: 'Elf', id: 'B-1', goal: 'x' })]));
    expect(said).toEqual([]);
    expect(await current('b-1')).toMatchObject({ name: { nl: 'Tien' } });
    expect(await current('b-1-2')).toMatchObject({ name: { nl: 'Elf' }, purpose: { nl: 'x' } });
    await tell('a.json', json([record({ name: 'Ander', id: 'B_1' })]));
    expect(await current('b-1-3')).toMatchObject({ name: { nl: 'Ander' } });
    await tell('a.json', json([record({ name: 'Κάμερα' }), record({ name: 'Βοηθός' })]));
    await tell('a.json', json([record({ name: 'Βοηθός', goal: 'tweede' })]));
    expect([await current('x'), await current('x-2')]).toMatchObject([
      { name: { nl: 'Κάμερα' } },
      { name: { nl: 'Βοηθός' }, purpose: { nl: 'tweede' } },
    ]);
  });

  test('a language at a time, or both at once: the same record, whatever comes first', async () => {
    const dutch = record({
      name: 'Slim',
      id: 'L-1',
      lang: 'nld',
      impacttoetsen_grouping: [{ title: 'DPIA' }, { title: 'IAMA' }],
    });
    const english = record({
      name: 'Smart',
      id: 'L-1',
      lang: 'English',
      status: 'In gebruik',
      contact_email: 'a@example.org',
      impacttoetsen_grouping: [{ title: 'IAMA in English' }, { title: 'Data protection impact assessment' }],
    });
    const { said } = await tell('a.json', json([dutch, english]));
    expect(said).toEqual([]);
    const both = await current('l-1');
    expect(both).toMatchObject({
      name: { nl: 'Slim', en: 'Smart' },
      status: 'in-use',
      contact: { email: 'a@example.org' },
      assessments: [
        { kind: 'dpia', title: { nl: 'DPIA', en: 'Data protection impact assessment' } },
        { kind: 'iama', title: { nl: 'IAMA', en: 'IAMA in English' } },
      ],
    });
    for (const again of [[dutch], [english], [english, dutch], [dutch], [dutch, english]])
      expect(await tell('a.json', json(again))).toMatchObject({ refused: 0, recorded: 0 });
    await tell('a.json', json([{ ...dutch, goal: 'Nieuw' }]));
    expect(await current('l-1')).toMatchObject({ name: { nl: 'Slim', en: 'Smart' }, purpose: { nl: 'Nieuw' } });
  });

  test('what is not high-risk is not; a pilot becomes use; what was so before can be so again', async () => {
    const say = (more: object) => tell('a.json', json([record({ name: 'Wissel', ...more })]));
    await say({ status: 'Pilot', publication_category: 'Geen hoog-risico AI-systeem', goal: 'a' });
    expect(await current('wissel')).toMatchObject({ status: 'piloted' });
    expect(await current('wissel')).not.toHaveProperty('risk');
    for (const goal of ['b', 'a', 'b', 'a']) await say({ status: 'In gebruik', goal });
    expect(await current('wissel')).toMatchObject({ status: 'in-use', purpose: { nl: 'a' } });
    const rate = (risk_category: string) =>
      tell('a.json', json([record({ name: 'Rated', uuid: 'r1', risk_category })]), { country: 'NL' }, 'eurocities');
    for (const category of ['high risk', 'limited risk', 'high risk']) await rate(category);
    const rated = await readSystem(t.register.pool, 'urn:vitrine:sys:eurocities:gemeente-a:r1');
    expect(JSON.parse(rated!.record)).toMatchObject({ risk: { class: 'high' } });
    expect(await tell('a.json', json([record({ name: 'Wissel', goal: 'c' })]), { on: '2025-01-01' })).toMatchObject({
      refused: 1,
      said: [expect.stringContaining('only from a day after 2025-01-01')],
    });
  });

  test('addresses in angle brackets and in links stay; nothing that a second column says is lost', async () => {
    await tell(
      'a.json',
      json([
        record({
          name: 'Heel',
          id: 'H-1',
          contact_email: 'P. de Vries <p.devries@example.org>',
          goal: '<p class="x">Zie <a href="https://example.org/doel"><strong>hier</strong></a>, <b>vet</b>, <a href=mailto:a@example.org>mail</a></p>',
          domein: 'Verkeer',
          thema: 'Werk',
          provider: 'Een',
          leverancier: 'Twee',
          dpia: 'Nee, geen persoonsgegevens',
          dpia_description: 'Zie bijlage',
          lawful_basis_grouping: ['Wet BRP', { title: '', link: 'https://example.org/wet' }],
        }),
      ]),
    );
    const heel = await current('h-1');
    expect(heel).toMatchObject({
      contact: { email: 'p.devries@example.org', address: 'P. de Vries <p.devries@example.org>' },
      purpose: { nl: 'Zie hier (https://example.org/doel), vet, mail (a@example.org)' },
      domain: 'traffic-and-mobility',
      provider: 'Een',
      notes: { nl: 'leverancier: Twee' },
      legalReferences: [{ title: 'Wet BRP' }, { title: 'https://example.org/wet', url: 'https://example.org/wet' }],
      assessments: [{ notPerformedReason: { nl: 'Nee, geen persoonsgegevens\n\nZie bijlage' } }],
    });
    expect(heel!.furtherDomains).toHaveLength(1);
  });

  test('names that are kept for good are spelled out, and told', async () => {
    const rows = ['Œuilly', 'Uilly', 'Łódź-Straße', 'Æble Ø'].map((organization) => ({
      ...record({ name: 'Il' }),
      organization,
    }));
    expect(await tell('a.json', json(rows))).toMatchObject({ refused: 0 });
    for (const name of ['oeuilly', 'uilly', 'lodz-strasse', 'aeble-o'])
      expect(await readSystem(t.register.pool, `urn:vitrine:sys:nl-standard:${name}:il`)).toBeDefined();
    // Spelled alike in URNs, and still two, each with its own systems.
    await tell('a.json', json([{ ...record({ name: 'Il' }), organization: 'Oeuilly' }]));
    expect(await readSystem(t.register.pool, 'urn:vitrine:sys:nl-standard:oeuilly-2:il')).toBeDefined();
  });

  test('what one language says otherwise is told, and changes nothing back and forth', async () => {
    const dutch = record({
      name: 'Naam',
      id: 'V-1',
      lang: 'nld',
      department: 'Verkeer',
      publication_dt: '2024',
      tags: 'a',
      dpia: 'Ja, hier',
    });
    const english = record({
      name: 'Name',
      id: 'V-1',
      lang: 'eng',
      department: 'Traffic',
      publication_dt: '2025',
      tags: 'b',
      dpia: 'Yes, here',
    });
    await tell('a.json', json([dutch]));
    const { said } = await tell('a.json', json([english]));
    expect(said.sort()).toEqual([
      expect.stringContaining(
        '| Name | department | The record in en says something else than the one in nl, which stays.',
      ),
      expect.stringContaining('| Name | tags | The record in en'),
    ]);
    for (const again of [[dutch], [english], [dutch, english]])
      expect(await tell('a.json', json(again))).toMatchObject({ refused: 0, recorded: 0 });
    expect(await current('v-1')).toMatchObject({
      name: { nl: 'Naam', en: 'Name' },
      department: 'Verkeer',
      assessments: [{ kind: 'dpia' }],
      source: { fields: { publication_dt: '2024', 'publication_dt (en)': '2025' } },
    });
  });

  test('two languages that contradict each other on an assessment are told', async () => {
    const both = [
      record({ name: 'Naam', id: 'V-9', lang: 'nld', dpia: 'Ja, hier' }),
      record({ name: 'Name', id: 'V-9', lang: 'eng', dpia: 'No' }),
    ];
    const { said } = await tell('a.json', json(both));
    expect(said).toEqual([
      expect.stringContaining('The record in en says something else than the one in nl, which is taken.'),
    ]);
    expect((await current('v-9'))!.assessments).toMatchObject([{ kind: 'dpia', result: 'no-result-published' }]);
  });

  test('a system keeps its numbers, its organisation, and goes back to a pilot', async () => {
    const uuid = '850e8400-e29b-41d4-a716-446655440000';
    const rows = [
      record({ name: 'Lars', lang: 'nl', algorithm_id: '33345678', uuid }),
      record({ name: 'LarsEn', lang: 'en', uuid }),
    ];
    expect(await tell('a.json', json(rows))).toMatchObject({ refused: 0, recorded: 1 });
    expect(await tell('a.json', json(rows))).toMatchObject({ refused: 0, recorded: 0 });
    const { said, recorded } = await tell('a.json', json([{ ...rows[0], organization: 'Gemeente Nergens' }]));
    expect([recorded, said]).toEqual([
      0,
      [
        expect.stringContaining(
          'The register has this system under "Gemeente A", and leaves it there: not under "Gemeente Nergens".',
        ),
      ],
    ]);
    const at = (on: string, more: object) =>
      tell('a.json', json([record({ name: 'Terug', id: 'P-1', ...more })]), { on });
    await at('2025-01-01', { status: 'Pilot' });
    await at('2025-02-01', { status: 'In gebruik' });
    expect(await at('2025-03-01', { status: 'Pilot' })).toMatchObject({ refused: 0 });
    expect(await current('p-1')).toMatchObject({ status: 'piloted' });
    await at('2025-04-01', { status: 'Buiten gebruik' });
    const late = await at('2025-05-01', { status: 'Buiten gebruik', dpia: 'Ja, in 2023' });
    expect([late.said, late.recorded]).toEqual([[], 1]);
  });
});
