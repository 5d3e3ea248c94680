import type { Readable } from 'node:stream';
import { type Cell, toCsv } from '../csv.js';
import type { Snapshot } from '../snapshot.js';
import { eventCsv, eventLines, eventMembers } from '../tables/events.js';
import { systemRecords } from '../tables/systems.js';
import { organisationRecords, type TableName, tables } from '../tables/tables.js';
import { OutFile, type Written } from './file.js';
import { writeParquet } from './parquet.js';
import { writeWorkbook } from './workbook.js';

/** The forms in which every table is given. */
export const dumpFormats = {
  csv: { media: 'text/csv', title: 'CSV' },
  jsonl: { media: 'application/jsonl', title: 'JSON Lines' },
  json: { media: 'application/json', title: 'JSON' },
  xlsx: { media: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', title: 'Excel workbook' },
  parquet: { media: 'application/vnd.apache.parquet', title: 'Apache Parquet' },
} as const;
export type DumpFormat = keyof typeof dumpFormats;

/** Writes a table in a form. `rows`: how many rows it has. */
export async function writeTable(
  snapshot: Snapshot,
  name: TableName,
  format: DumpFormat,
  path: string,
  rows: number,
): Promise<Written> {
  const table = tables[name];
  switch (format) {
    case 'csv':
      return writeText(path, name === 'events' ? eventCsv(snapshot) : csvOf(table.columns, table.rows(snapshot)));
    case 'jsonl':
      return writeText(path, name === 'events' ? eventLines(snapshot) : recordLines(snapshot, name, '', '\n'));
    case 'json':
      return writeText(
        path,
        inBrackets(name === 'events' ? eventMembers(snapshot) : recordLines(snapshot, name, ',', '\n')),
      );
    case 'xlsx':
      return writeWorkbook(
        path,
        name,
        table.columns.map((column) => column.name),
        rows,
        table.rows(snapshot),
      );
    case 'parquet':
      return writeParquet(path, table.columns, table.rows(snapshot));
  }
}

export async function writeText(path: string, text: Readable | AsyncIterable<string | Buffer>): Promise<Written> {
  const file = new OutFile(path);
  try {
    for await (const chunk of text) await file.write(chunk as string | Buffer);
    return await file.end();
  } catch (error) {
    file.destroy();
    throw error;
  }
}

/** A table as CSV, with its header. */
export async function* csvOf(columns: { name: string }[], pages: AsyncIterable<Cell[][]>): AsyncGenerator<string> {
  yield toCsv([columns.map(({ name }) => name)]);
  for await (const page of pages) if (page.length > 0) yield toCsv(page);
}

/** Records as JSON, each with something before it (but the first) and behind it. */
export async function* recordLines(
  snapshot: Snapshot,
  name: 'organisations' | 'systems',
  before: string,
  behind: string,
): AsyncGenerator<string> {
  let isFirst = true;
  const write = (records: string[]) => {
    const text = records.map((record, i) => `${isFirst && i === 0 ? '' : before}${record}${behind}`).join('');
    isFirst = false;
    return text;
  };
  if (name === 'organisations')
    yield write((await organisationRecords(snapshot)).map((organisation) => JSON.stringify(organisation)));
  else for await (const page of systemRecords(snapshot)) yield write(page.map(({ record }) => record));
}

async function* inBrackets(text: AsyncIterable<string | Buffer>): AsyncGenerator<string | Buffer> {
  yield '[';
  yield* text;
  yield ']\n';
}
