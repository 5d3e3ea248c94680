import { type SystemRow, systemTable } from '#exports';
import {
  countSystems,
  readAllRecordsAsOf,
  readOrganisationsById,
  readRecordAsOf,
  readSystem,
  readSystems,
  type SystemRecord,
} from '#projections';
import { fromCursor, toCursor } from '../../../http/cursors.js';
import { refuseForeignCursor } from '../../../http/parameters.js';
import { toQuery } from '../../../http/system-filter.js';
import type { Register } from '../../../register/register.js';
import { type Columns, list, resource } from '../operation.js';
import { asOf, asOfDay, filterOf, filters, language, order, recordedAsOf, search, systemId } from '../parameter.js';

/** A record as JSON, parsed when it is first needed. `names`: those of its organisation, for tables. */
type Item = { record: string; position?: number; parsed?: SystemRecord; names?: SystemRow['names'] };

const recordOf = (item: Item) => {
  item.parsed ??= JSON.parse(item.record) as SystemRecord;
  return item.parsed;
};

async function nameOrganisations({ pool }: Register, items: Item[]): Promise<void> {
  const ids = [...new Set(items.map((item) => recordOf(item).organisation))];
  const known = new Map((await readOrganisationsById(pool, ids)).map((one) => [one.id, one.names]));
  for (const item of items) item.names = known.get(recordOf(item).organisation);
}

const toRow = (item: Item, language: string): SystemRow => ({
  record: recordOf(item),
  language,
  position: item.position,
  names: item.names,
  fallsBack: true,
});

/** The columns of the dumps, in one language; and until the end of 2027 the URN of the organisation under its former column name. */
const systemColumns: Columns<Item> = {
  ...Object.fromEntries(
    systemTable.map(({ name, cell }) => [name, (item: Item, language: string) => cell(toRow(item, language))] as const),
  ),
  organisation_id: (item) => recordOf(item).organisation,
};

export const systems = [
  list({
    id: 'listSystems',
    path: '/systems',
    tag: 'systems',
    summary: 'Systems as they are now, or were on a day, filtered, searched and ordered.',
    parameters: { search, ...filters, order, language, asOf: asOfDay },
    name: 'systems',
    schema: 'SystemRecord',
    async read({ pool: now, days }, values, { first, after }) {
      const pool = values.asOf === undefined ? now : await days.at(values.asOf);
      const query = await toQuery(pool, { ...values, after, filter: filterOf(values) });
      const by = values.order ?? (query.search ? 'RELEVANCE' : 'NAME');
      const found = await readSystems(pool, query, { order: by, first, after }).catch(refuseForeignCursor);
      const total = found.total ?? (await countSystems(pool, query));
      const matched = found.systems.length > 0 ? query.search?.matched : undefined;
      return {
        items: found.systems as Item[],
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
    summary: 'The records of all systems that were in the register at a past date, as they were then, ordered by id.',
    parameters: { asOf, recordedAsOf },
    name: 'records',
    schema: 'SystemRecord',
    async read({ pool }, values, { first, after }) {
      const when = { effective: values.asOf, recorded: values.recordedAsOf };
      const from = fromCursor<[string]>(after, 'string')?.[0];
      const { records, hasMore } = await readAllRecordsAsOf(pool, when, { first, after: from });
      const items: Item[] = records.map((record) => ({ record: '', parsed: record }));
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
    summary: 'The record of one system: now or at a past date, from what is or had been recorded.',
    parameters: { systemId, asOf, recordedAsOf },
    schema: 'SystemRecord',
    async read({ pool }, values) {
      const { asOf: effective, recordedAsOf: recorded } = values;
      if (effective === undefined && recorded === undefined) return (await readSystem(pool, values.systemId))?.record;
      return readRecordAsOf(pool, values.systemId, { effective, recorded });
    },
  }),
];
