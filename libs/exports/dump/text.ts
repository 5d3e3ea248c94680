import { type Cell, toCsv } from '../csv.js';
import type { Snapshot } from '../snapshot.js';
import { systemRecords } from '../tables/systems.js';
import { organisationRecords } from '../tables/tables.js';

/** A table as CSV, with its header. */
export async function* csvOf(columns: { name: string }[], pages: AsyncIterable<Cell[][]>): AsyncGenerator<string> {
  yield toCsv([columns.map(({ name }) => name)]);
  for await (const page of pages) if (page.length > 0) yield toCsv(page);
}

/** Records as JSON, each preceded by `before` (except the first) and followed by `behind`. */
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
