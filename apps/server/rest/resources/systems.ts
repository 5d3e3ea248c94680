import {
  countSystems,
  readAllRecordsAsOf,
  readOrganisationsById,
  readRecordAsOf,
  readSystem,
  readSystems,
  type SystemRecord,
} from '#projections';
import { fromCursor, toCursor } from '../../cursors.js';
import { refuseForeignCursor } from '../../parameters.js';
import type { Register } from '../../register.js';
import { toQuery } from '../../system-filter.js';
import { labelOf, toText } from '../../texts.js';
import { type Columns, list, resource } from '../operation.js';
import { asOf, filterOf, filters, language, order, recordedAsOf, search, systemId } from '../parameter.js';

/** A record as JSON, parsed when somebody looks into it; for a table with the names of its organisation. */
type Row = { record: string; parsed?: SystemRecord; names?: object | undefined };

/** What a table says of a system; the dumps say everything. */
const recordOf = (row: Row) => {
  row.parsed ??= JSON.parse(row.record) as SystemRecord;
  return row.parsed;
};
const label = (codelist: string, code: string | undefined, wanted: string) =>
  code && labelOf({ list: codelist, code }, wanted);

async function nameOrganisations({ pool }: Register, rows: Row[]): Promise<void> {
  const ids = [...new Set(rows.map((row) => recordOf(row).organisation))];
  const known = new Map((await readOrganisationsById(pool, ids)).map((one) => [one.id, one.names]));
  for (const row of rows) row.names = known.get(recordOf(row).organisation);
}

const systemColumns: Columns<Row> = {
  id: (row) => recordOf(row).id,
  name: (row, wanted) => toText(recordOf(row).name, wanted)?.value,
  name_language: (row, wanted) => toText(recordOf(row).name, wanted)?.language,
  organisation_id: (row) => recordOf(row).organisation,
  organisation: (row, wanted) => toText(row.names, wanted)?.value,
  status: (row) => recordOf(row).status,
  status_label: (row, wanted) => label('system-status', recordOf(row).status, wanted),
  status_since: (row) => recordOf(row).statusSince,
  risk_class: (row) => recordOf(row).risk?.class ?? 'unclassified',
  annex_iii: (row) => recordOf(row).risk?.annexIII?.join(' '),
  domain: (row) => recordOf(row).domain,
  domain_label: (row, wanted) => label('domain', recordOf(row).domain, wanted),
  summary: (row, wanted) => toText(recordOf(row).summary, wanted)?.value,
  purpose: (row, wanted) => toText(recordOf(row).purpose, wanted)?.value,
  personal_data: (row) => recordOf(row).personalData,
  ai_system: (row) => recordOf(row).aiSystem,
  technologies: (row) => recordOf(row).technologies?.join(' '),
  suppliers: (row) => [...new Set(recordOf(row).contracts?.flatMap(({ supplier }) => supplier?.name ?? []))].join('; '),
  oversight_mode: (row) => recordOf(row).oversight?.at(-1)?.mode,
  registered_at: (row) => recordOf(row).registeredAt,
  confirmed_at: (row) => recordOf(row).confirmedAt,
};

export const systems = [
  list({
    id: 'listSystems',
    path: '/systems',
    tag: 'systems',
    summary: 'Systems as they are now, filtered, searched and ordered.',
    parameters: { search, ...filters, order, language },
    name: 'systems',
    schema: 'SystemRecord',
    async read({ pool }, values, { first, after }) {
      const query = await toQuery(pool, { ...values, after, filter: filterOf(values) });
      const by = values.order ?? (query.search ? 'RELEVANCE' : 'NAME');
      const found = await readSystems(pool, query, { order: by, first, after }).catch(refuseForeignCursor);
      const total = found.total ?? (await countSystems(pool, query));
      const matched = found.systems.length > 0 ? query.search?.matched : undefined;
      return {
        items: found.systems as Row[],
        total,
        matched,
        replaced: query.search?.replaced,
        next: found.hasMore ? found.systems.at(-1)?.cursor : undefined,
      };
    },
    complete: nameOrganisations,
    toJson: ({ record }) => record,
    columns: systemColumns,
  }),
  list({
    id: 'listRecordsAsOf',
    path: '/records',
    tag: 'systems',
    summary: 'The records of all systems that were in the register then, as they were, by id.',
    parameters: { asOf, recordedAsOf },
    name: 'records',
    schema: 'SystemRecord',
    async read({ pool }, values, { first, after }) {
      const when = { effective: values.asOf, recorded: values.recordedAsOf };
      const from = fromCursor<[string]>(after, 'string')?.[0];
      const { records, hasMore } = await readAllRecordsAsOf(pool, when, { first, after: from });
      const items: Row[] = records.map((record) => ({ record: '', parsed: record }));
      return { items, next: hasMore ? toCursor(records.at(-1)!.id) : undefined };
    },
    complete: nameOrganisations,
    toJson: ({ parsed }) => JSON.stringify(parsed),
    columns: systemColumns,
  }),
  resource({
    id: 'getSystem',
    path: '/systems/{systemId}',
    tag: 'systems',
    summary: 'The record of one system: now, or as it was, going by what is or was recorded.',
    parameters: { systemId, asOf, recordedAsOf },
    schema: 'SystemRecord',
    async read({ pool }, values) {
      const { asOf: effective, recordedAsOf: recorded } = values;
      if (effective === undefined && recorded === undefined) return (await readSystem(pool, values.systemId))?.record;
      return readRecordAsOf(pool, values.systemId, { effective, recorded });
    },
  }),
];
