import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sqlite from 'node-sqlite3-wasm';
import readXlsx from 'read-excel-file/node';
import { labels, operator } from '#domain';
import { openEventStore, openRefill, type RecordedEvent } from '#event-store';
import { buildDump, eventColumns, licences, type Manifest, openSnapshot, tables } from '#exports';
import { readOrganisations } from '#projections';
import { submitOne } from '#server';
import { createTestDatabase } from './setup/database.js';
import { openDemoRegister, openTestRegister, type TestRegister } from './setup/register.js';

const actor = { organisation: operator, role: 'administrator' } as const;
const organisation = 'urn:vitrine:org:nl-tooi:gm0363';
const licence = licences[0]!;
const awkward = [
  'one\ntwo',
  'a "quoted", word',
  '=1+1',
  ' \u200b=1',
  'line\r\nline',
  "it's 🚋 \\ \t tab",
  'x'.repeat(33_000),
  '_x0041_ and _x000D__x0042_x0043_ are no characters by number',
];

const root = mkdtempSync(join(tmpdir(), 'vitrine-dumps-'));
let t: TestRegister;
let early: number;
let at: number;
const folder = join(root, 'newest');
const build = (to: string, register = t.register, position?: number) =>
  buildDump(register.exporting, join(root, to), { origin: register.origin, licence, at: position });
const names = (of: string) => readdirSync(join(root, of)).sort();
const bytes = (of: string, name: string) => readFileSync(join(root, of, name));
const manifest = (of: string) => JSON.parse(bytes(of, 'datapackage.json').toString()) as Manifest;
const lines = (of: string, name: string) =>
  bytes(of, name)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  t = await openDemoRegister();
  early = await build('early');
  for (const [i, text] of awkward.entries())
    await submitOne(
      t.register,
      {
        type: 'RegisterSystem',
        organisation,
        system: `urn:vitrine:sys:nl-tooi:gm0363:awkward-${i}`,
        occurredAt: '2026-10-01',
        idempotencyKey: `awkward-${i}`,
        data: {
          name: { en: text.slice(0, 300) || 'x', fr: text.slice(0, 20_000) },
          notes: { nl: text.slice(0, 20_000) },
        },
      },
      actor,
    );
  await t.settled();
  at = await build('newest');
});
afterAll(async () => {
  await t.close();
  rmSync(root, { recursive: true, force: true });
});

/** All rows of a table, computed with the columns' own functions instead of read from a format. */
async function expected(name: keyof typeof tables): Promise<Record<string, unknown>[]> {
  if (name === 'events') {
    const events = await t.register.store.readAll(-1, at + 1);
    return events.map((event: RecordedEvent) =>
      Object.fromEntries(Object.entries(eventColumns).map(([column, cell]) => [column, cell(event) ?? null])),
    );
  }
  const snapshot = await openSnapshot(t.register.exporting);
  const rows: Record<string, unknown>[] = [];
  for await (const page of tables[name].rows(snapshot))
    for (const row of page)
      rows.push(Object.fromEntries(tables[name].columns.map((column, i) => [column.name, row[i] ?? null])));
  await snapshot.release();
  return rows;
}

/** Reads a SQLite database: by Node's own SQLite where it has one, otherwise by the one that wrote it. */
async function sqliteReader(path: string): Promise<(sql: string) => Record<string, unknown>[]> {
  // A name that is not known when this is compiled: Node 20 does not have it.
  const own = 'node:sqlite';
  const built = (await import(own).catch(() => undefined)) as
    | { DatabaseSync: new (path: string, options: object) => { prepare(sql: string): { all(): object[] } } }
    | undefined;
  if (built) {
    const database = new built.DatabaseSync(path, { readOnly: true });
    return (sql) =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
  }
  const database = new sqlite.Database(path, { readOnly: true });
  return (sql) => database.all(sql) as Record<string, unknown>[];
}

const empty = (value: unknown) => value === null || value === undefined || value === '';
/** A cell in one form for all readers: text, or undefined if it is empty. */
function plain(value: unknown): string | undefined {
  if (empty(value)) return undefined;
  if (value instanceof Date) return value.toISOString();
  return String(value);
}
const rowsOf = (rows: Record<string, unknown>[]) =>
  rows.map((row) =>
    Object.fromEntries(Object.entries(row).flatMap(([name, value]) => (empty(value) ? [] : [[name, plain(value)]]))),
  );
// read-excel-file trims texts.
const unixLines = (text: string) => text.replaceAll('\r\n', '\n').trim();
const excelText = (text: string) => unixLines(text.length > 32_767 ? `${text.slice(0, 32_766)}…` : text);
/** A text as it is in tables for spreadsheets, which must not run it as a formula. */
const guarded = (text: string) => (/^[\s\u200b]*[=+\-@]|^[\t\r]/.test(text) ? `'${text}` : text);

describe('independent readers find what is in the register', () => {
  let duck: Awaited<ReturnType<DuckDBInstance['connect']>>;
  beforeAll(async () => {
    duck = await (await DuckDBInstance.create(':memory:')).connect();
  });
  const query = async (sql: string) => (await duck.runAndReadAll(sql)).getRowObjectsJS() as Record<string, unknown>[];

  test.each(['organisations', 'systems', 'events'] as const)('%s.csv by DuckDB', async (name) => {
    const found = await query(
      `SELECT * FROM read_csv('${folder}/${name}.csv', all_varchar = true, strict_mode = true)`,
    );
    const wanted = rowsOf(await expected(name)).map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, guarded(value as string)])),
    );
    expect(rowsOf(found)).toEqual(wanted);
  });

  test.each(['organisations', 'systems', 'events'] as const)('%s.parquet by DuckDB, with its types', async (name) => {
    const days = tables[name].columns.flatMap((column) =>
      column.type === 'date' ? [`CAST(${column.name} AS VARCHAR) AS ${column.name}`] : [],
    );
    const found = await query(
      `SELECT * ${days.length ? `REPLACE (${days.join()})` : ''} FROM '${folder}/${name}.parquet'`,
    );
    expect(rowsOf(found)).toEqual(rowsOf(await expected(name)));
    const types = await query(`DESCRIBE SELECT * FROM '${folder}/${name}.parquet'`);
    const duckTypes = {
      string: 'VARCHAR',
      integer: 'BIGINT',
      boolean: 'BOOLEAN',
      date: 'DATE',
      datetime: 'TIMESTAMP WITH TIME ZONE',
      object: 'JSON',
      array: 'JSON',
    };
    expect(types.map(({ column_name, column_type }) => [column_name, column_type])).toEqual(
      tables[name].columns.map((column) => [column.name, duckTypes[column.type]]),
    );
  });

  test.each(['organisations', 'systems', 'events'] as const)(
    '%s.jsonl by DuckDB, and %s.json is the same as one list',
    async (name) => {
      const found = await query(
        `SELECT count(*) AS count FROM read_json('${folder}/${name}.jsonl', format = 'newline_delimited', maximum_object_size = 30000000)`,
      );
      const own = lines('newest', `${name}.jsonl`);
      expect(Number(found[0]!['count'])).toBe(own.length);
      expect(JSON.parse(bytes('newest', `${name}.json`).toString())).toEqual(own);
    },
  );

  test('register.sqlite by SQLite, with the columns and codes explained', async () => {
    const read = await sqliteReader(join(folder, 'register.sqlite'));
    for (const name of ['organisations', 'systems', 'events'] as const) {
      const order = tables[name].primaryKey.map((column) => `"${column}" COLLATE BINARY`);
      const found = read(`SELECT * FROM ${name} ORDER BY ${name === 'events' ? 'position' : order.join(', ')}`);
      const wanted = rowsOf(await expected(name)).map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([column, value]) => [
            column,
            value === 'true' ? '1' : value === 'false' ? '0' : value,
          ]),
        ),
      );
      const keyOf = (row: object) => tables[name].primaryKey.map((column) => String(row[column as never])).join('\n');
      const sorted = (rows: object[]) =>
        name === 'events' ? rows : rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      expect(sorted(rowsOf(found))).toEqual(sorted(wanted));
      expect(read(`SELECT "column" FROM columns WHERE "table" = '${name}' ORDER BY rowid`)).toEqual(
        tables[name].columns.map((column) => ({ column: column.name })),
      );
    }
    expect(read("SELECT label_fr FROM codes WHERE list = 'risk-class' AND code = 'high'")).toEqual([
      { label_fr: labels['risk-class']!['high']!.fr },
    ]);
    expect(read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    // JSON is JSON to SQLite as well.
    expect(read('SELECT count(*) AS n FROM events WHERE data IS NOT NULL AND NOT json_valid(data)')).toEqual([
      { n: 0 },
    ]);
  });

  test('the lines are the records and events that the API gives', async () => {
    const { organisations } = await readOrganisations(t.register.pool, 100);
    expect(lines('newest', 'organisations.jsonl')).toEqual(organisations);
    for (const record of lines('newest', 'systems.jsonl')) {
      const answer = await fetch(`${t.url}/v1/systems/${record['id'] as string}`);
      expect((await answer.json()) as object).toMatchObject(record);
    }
    const log = await (await fetch(`${t.url}/v1/events`)).text();
    expect(bytes('newest', 'events.jsonl').toString()).toBe(log);
  });

  test.each(['organisations', 'systems', 'events'] as const)('%s.xlsx by read-excel-file', async (name) => {
    const [header = [], ...rows] = (await readXlsx(join(folder, `${name}.xlsx`)))[0]!.data as unknown[][];
    const found = rows.map((row) =>
      Object.fromEntries(row.map((cell, i) => [String(header[i]), typeof cell === 'string' ? unixLines(cell) : cell])),
    );
    const wanted = rowsOf(await expected(name)).map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, excelText(value as string)])),
    );
    expect(rowsOf(found)).toEqual(wanted);
  });
});

describe('the manifest', () => {
  test('names every file with its size and hash', () => {
    const { resources, version, log } = manifest('newest');
    expect(resources.map(({ path }) => path).sort()).toEqual(
      names('newest').filter((name) => !/\.(gz|zst)$|^datapackage.json$|^SHA256SUMS$/.test(name)),
    );
    for (const { path, bytes: size, hash } of resources) {
      const content = bytes('newest', path);
      expect([size, hash]).toEqual([content.length, `sha256:${createHash('sha256').update(content).digest('hex')}`]);
    }
    expect([version, log.size]).toEqual([String(at), at + 1]);
  });

  test('what lies there compressed is the same', () => {
    const ways: [string, ((bytes: Buffer) => Buffer) | undefined][] = [
      ['.gz', zlib.gunzipSync],
      // Node 20 has no Zstandard.
      ['.zst', (zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer }).zstdDecompressSync],
    ];
    for (const [ending, unpack] of ways) {
      const compressed = names('newest').filter((name) => name.endsWith(ending));
      expect(compressed).toHaveLength(unpack ? 39 : 0);
      for (const name of compressed)
        expect(unpack!(bytes('newest', name)).equals(bytes('newest', name.slice(0, -ending.length)))).toBe(true);
    }
  });
});

describe('a dump is a function of the log', () => {
  test('the same position later gives the same bytes', async () => {
    await build('early-again', t.register, early);
    expect(names('early-again')).toEqual(names('early'));
    for (const name of names('early'))
      expect([name, bytes('early-again', name).equals(bytes('early', name))]).toEqual([name, true]);
  });

  test('another database, filled from the same log, gives the same bytes, wherever it stands', async () => {
    // Swedish sorts ö after z; every output format that PostgreSQL can vary is set to another value.
    const database = await createTestDatabase("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'sv-SE'", {
      timezone: 'Asia/Kathmandu',
      datestyle: 'SQL, DMY',
      intervalstyle: 'sql_standard',
      bytea_output: 'escape',
      extra_float_digits: '0',
    });
    const store = await openEventStore(database, t.register.origin);
    const refill = openRefill(database);
    for (let after = -1; after < at; after += 100) await refill.write(await t.register.store.readStored(after, 100));
    await refill.close();
    await store.close();
    const other = await openTestRegister({ database });
    await other.settled();
    await build('other', other.register);
    for (const name of names('newest'))
      expect([name, bytes('other', name).equals(bytes('newest', name))]).toEqual([name, true]);
    await other.close();
    await database.drop();
  });

  test('there is no position that is not reached yet', async () => {
    await expect(build('never', t.register, at + 1)).rejects.toThrow('There is no position');
  });

  test('what is erased is in no dump that is made later, of whatever position', async () => {
    const [event] = (await t.register.store.readAll(early, 1)) as [RecordedEvent];
    const { envelope } = event;
    const erasure = await submitOne(
      t.register,
      {
        type: 'ErasePayload',
        organisation,
        system: envelope.system,
        occurredAt: '2026-11-20',
        idempotencyKey: 'erase',
        data: { event: envelope.id, part: 'content', commitment: envelope.parts[0]!.commitment, basis: 'court-order' },
      },
      actor,
    );
    await t.settled();
    await build('after-erasure');
    await build('before-erasure', t.register, at);
    const system = lines('before-erasure', 'systems.jsonl').find(({ id }) => id === envelope.system)!;
    expect(system).not.toHaveProperty('name');
    // A row without texts still has a complete key.
    const row = new RegExp(`^${envelope.system},([^,]*),`, 'm');
    expect(row.exec(bytes('before-erasure', 'systems.csv').toString())![1]).toBe('und');
    expect(manifest('before-erasure').erasedLater).toEqual([erasure.eventId]);
    expect(manifest('after-erasure').erasedLater).toEqual([]);
    for (const of of ['after-erasure', 'before-erasure'])
      for (const name of names(of).filter((name) => !/gz$|xlsx$|parquet$/.test(name)))
        expect([name, bytes(of, name).includes('one\\ntwo')]).toEqual([name, false]);
  });
});
