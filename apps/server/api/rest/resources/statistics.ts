import { dimensions, readCounts, readEventCounts, readStatusOverTime, readTotals } from '#projections';
import { codelistOf } from '../../../http/system-filter.js';
import { labelOf } from '../../in-language.js';
import { list, pageOf, resource } from '../operation.js';
import { asOfDay, choiceParameter, filterOf, filters } from '../parameter.js';

/** More values than any dimension but `supplier` can have. */
const maxValues = 10_000;

export const statistics = [
  resource({
    id: 'getTotals',
    path: '/statistics',
    tag: 'statistics',
    summary: 'Number of systems (that match a filter), organisations and events.',
    parameters: filters,
    schema: 'Totals',
    read: ({ pool }, values) => readTotals(pool, filterOf(values)),
  }),
  list({
    id: 'countSystems',
    path: '/statistics/systems',
    tag: 'statistics',
    summary: 'Number of systems per value of a dimension, most frequent first. A system can have several values.',
    parameters: { by: choiceParameter('The dimension.', dimensions, 'status'), ...filters, asOf: asOfDay },
    name: 'counts',
    schema: 'Count',
    async read({ pool: now, days }, values, page) {
      const pool = values.asOf === undefined ? now : await days.at(values.asOf);
      const counts = await readCounts(pool, filterOf(values), values.by, maxValues);
      const codelist = codelistOf[values.by];
      return pageOf(
        counts.map(({ key, count }) => ({ value: key, codelist, count })),
        page,
      );
    },
    toJson: ({ value, count }) => JSON.stringify({ value, count }),
    columns: {
      value: ({ value }) => value,
      label: ({ value, codelist }, wanted) => (codelist ? labelOf({ list: codelist, code: value }, wanted) : value),
      systems: ({ count }) => count,
    },
  }),
  list({
    id: 'countStatusByMonth',
    path: '/statistics/status-by-month',
    tag: 'statistics',
    summary: 'Number of systems per status at the end of each month, by the date on which it was true.',
    parameters: filters,
    name: 'months',
    schema: 'StatusCount',
    read: async ({ pool }, values, page) => pageOf(await readStatusOverTime(pool, filterOf(values)), page),
    columns: {
      month: ({ month }) => month,
      status: ({ status }) => status,
      status_label: ({ status }, wanted) => labelOf({ list: 'system-status', code: status }, wanted),
      systems: (row) => row.systems,
    },
  }),
  list({
    id: 'countEventsByMonth',
    path: '/statistics/events-by-month',
    tag: 'statistics',
    summary: 'Number of events by kind and by the month in which they were recorded.',
    parameters: {},
    name: 'months',
    schema: 'EventCount',
    read: async ({ pool }, _, page) => pageOf(await readEventCounts(pool), page),
    columns: { month: ({ month }) => month, type: ({ type }) => type, events: ({ events }) => events },
  }),
];
