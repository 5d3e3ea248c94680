import type { Readable } from 'node:stream';
import { irisOf } from '../rdf/resources.js';
import { nodesOfTable } from '../rdf/tables.js';
import { rdfFormats, rdfOf } from '../rdf/write.js';
import type { Snapshot } from '../snapshot.js';
import { eventCsv, eventLines, eventMembers } from '../tables/events.js';
import { type TableName, tables } from '../tables/tables.js';
import { OutFile, type Written } from './file.js';
import { writeParquet } from './parquet.js';
import { csvOf, recordLines } from './text.js';
import { writeWorkbook } from './workbook.js';

/** The formats of every table. */
export const dumpFormats = {
  csv: { media: 'text/csv', title: 'CSV' },
  jsonl: { media: 'application/jsonl', title: 'JSON Lines' },
  json: { media: 'application/json', title: 'JSON' },
  xlsx: { media: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', title: 'Excel workbook' },
  parquet: { media: 'application/vnd.apache.parquet', title: 'Apache Parquet' },
  ...rdfFormats,
} as const;
export type DumpFormat = keyof typeof dumpFormats;

/** Writes a table in a format. `rows`: the number of its rows. */
export async function writeTable(
  snapshot: Snapshot,
  name: TableName,
  format: DumpFormat,
  path: string,
  rows: number,
  origin: string,
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
    default:
      return writeText(path, rdfOf(format, nodesOfTable[name](snapshot, irisOf(origin))));
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

async function* inBrackets(text: AsyncIterable<string | Buffer>): AsyncGenerator<string | Buffer> {
  yield '[';
  yield* text;
  yield ']\n';
}
