import {
  countSystems,
  readOrganisationsById,
  readRecordAsOf,
  readSystem,
  readSystems,
  type SystemRecord,
} from '#projections';
import { refuseForeignCursor } from '../../parameters.js';
import { toQuery } from '../../system-filter.js';
import { labelOf, toText } from '../../texts.js';
import { list, resource } from '../operation.js';
import { asOf, filterOf, filters, language, order, recordedAsOf, search, systemId } from '../parameter.js';

type Row = { record: string; parsed?: SystemRecord; organisation?: { names: object } | undefined };

/** What a table says of a system; the dumps say everything. */
const recordOf = (row: Row) => {
  row.parsed ??= JSON.parse(row.record) as SystemRecord;
  return row.parsed;
};
const label = (codelist: string, code: string | undefined, wanted: string) =>
  code && labelOf({ list: codelist, code }, wanted);

export const systems = [
  list({
    id: 'listSystems',
    path: '/systems',
    tag: 'systems',
    summary: 'Systems as they are now, filtered, searched and ordered.',
    parameters: { search, ...filters, order, language },
    name: 'systems',
    schema: 'SystemRecord',
    async read({ pool }, values, { first, after, table }) {
      const query = await toQuery(pool, { ...values, filter: filterOf(values) });
      const by = values.order ?? (query.search ? 'RELEVANCE' : 'NAME');
      const found = await readSystems(pool, query, { order: by, first, after }).catch(refuseForeignCursor);
      const total = found.total ?? (await countSystems(pool, query));
      const items: Row[] = found.systems.map(({ record }) => ({ record }));
      if (table) {
        const ids = [...new Set(items.map((row) => recordOf(row).organisation))];
        const known = new Map((await readOrganisationsById(pool, ids)).map((one) => [one.id, one]));
        for (const row of items) row.organisation = known.get(recordOf(row).organisation);
      }
      return { items, total, next: found.hasMore ? found.systems.at(-1)?.cursor : undefined };
    },
    toJson: ({ record }) => record,
    columns: {
      id: (row) => recordOf(row).id,
      name: (row, wanted) => toText(recordOf(row).name, wanted)?.value,
      organisation_id: (row) => recordOf(row).organisation,
      organisation: (row, wanted) => toText(row.organisation?.names, wanted)?.value,
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
      suppliers: (row) =>
        [...new Set(recordOf(row).contracts?.flatMap(({ supplier }) => supplier?.name ?? []))].join('; '),
      oversight_mode: (row) => recordOf(row).oversight?.at(-1)?.mode,
      registered_at: (row) => recordOf(row).registeredAt,
      confirmed_at: (row) => recordOf(row).confirmedAt,
    },
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
