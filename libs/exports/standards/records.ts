import type { Organisation, SystemRecord } from '#projections';
import { isFor, languagesOf, type Standard, toStandard } from '#standards';
import { type Cell, toCsv } from '../csv.js';
import { irisOf } from '../rdf/resources.js';
import type { Snapshot } from '../snapshot.js';
import { systemRecords } from '../tables/systems.js';
import { organisationRecords } from '../tables/tables.js';

/** A record in the form of a standard. */
export type InStandard = { system: string; language: string; record: { [name: string]: unknown } };

/** A record in a standard: once, or once in each of its languages. */
export function inStandard(
  standard: Standard,
  record: SystemRecord,
  organisation: Organisation | undefined,
  origin: string,
  asked = 'en',
): InStandard[] {
  const url = irisOf(origin).system(record.id);
  return languagesOf(standard, record, asked).map((language) => ({
    system: record.id,
    language,
    record: toStandard(standard, { record, organisation, language, url }),
  }));
}

/** All records of a snapshot to which a standard applies, a page at a time. */
export async function* recordsInStandard(
  snapshot: Snapshot,
  standard: Standard,
  origin: string,
): AsyncGenerator<InStandard[]> {
  const organisations = new Map(
    (await organisationRecords(snapshot)).map((organisation) => [organisation.id, organisation]),
  );
  for await (const page of systemRecords(snapshot))
    yield page
      .map(({ record }) => JSON.parse(record) as SystemRecord)
      .filter((record) => isFor(standard, record, organisations.get(record.organisation)))
      .flatMap((record) => inStandard(standard, record, organisations.get(record.organisation), origin));
}

/** The records of `recordsInStandard` as one JSON array. */
export async function* standardAsJson(pages: AsyncIterable<InStandard[]>): AsyncGenerator<string> {
  let isFirst = true;
  yield '[';
  for await (const page of pages) {
    const text = page.map(({ record }) => JSON.stringify(record)).join(',\n');
    if (text === '') continue;
    yield `${isFirst ? '\n' : ',\n'}${text}`;
    isFirst = false;
  }
  yield '\n]\n';
}

/** The same as CSV: one column per field of the standard; lists and structures are JSON in a cell. */
export async function* standardAsCsv(standard: Standard, pages: AsyncIterable<InStandard[]>): AsyncGenerator<string> {
  const names = standard.fields.map(({ name }) => name);
  yield toCsv([names]);
  for await (const page of pages)
    if (page.length > 0) yield toCsv(page.map(({ record }) => names.map((name) => toCell(record[name]))));
}

function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : (value as Cell);
}
