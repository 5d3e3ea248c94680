import { type Contract, countContracts, readContracts, readSuppliers } from '#projections';
import { fromCursor, toCursor } from '../../../http/cursors.js';
import { labelOf } from '../../in-language.js';
import { list } from '../operation.js';
import { textParameter } from '../parameter.js';

export const suppliers = [
  list({
    id: 'listSuppliers',
    path: '/suppliers',
    tag: 'suppliers',
    summary: 'Suppliers, ordered by number of contracts. A supplier is identified by its name.',
    parameters: {},
    name: 'suppliers',
    schema: 'SupplierSummary',
    async read({ pool }, _, { first, after }) {
      const from = fromCursor<[number, string]>(after, 'number', 'string');
      const page = await readSuppliers(pool, { first, after: from });
      const last = page.suppliers.at(-1);
      const next = page.hasMore && last ? toCursor(last.contracts, last.name) : undefined;
      return { items: page.suppliers, next, total: page.total };
    },
    columns: {
      name: ({ name }) => name,
      contracts: ({ contracts }) => contracts,
      systems: ({ systems }) => systems,
      organisations: ({ organisations }) => organisations,
    },
  }),
  list({
    id: 'listContracts',
    path: '/contracts',
    tag: 'suppliers',
    summary: 'Contracts by system, of one supplier, of one organisation, or all.',
    parameters: {
      supplier: textParameter('Only this supplier, by the exact name in the contracts (see /suppliers).'),
      organisation: textParameter('Only this organisation (URN).'),
    },
    name: 'contracts',
    schema: 'SystemContract',
    async read({ pool }, { supplier, organisation }, { first, after }) {
      const filter = { supplier, organisation };
      const from = fromCursor<[string, number]>(after, 'string', 'number');
      const page = await readContracts(pool, filter, { first, after: from });
      const last = page.contracts.at(-1);
      const next = page.hasMore && last ? toCursor(last.system, last.number) : undefined;
      return { items: page.contracts, next, total: await countContracts(pool, filter) };
    },
    columns: {
      system: ({ system }: Contract) => system,
      organisation: ({ organisation }) => organisation,
      supplier: ({ supplier }) => supplier?.name,
      supplier_country: ({ supplier }) => supplier?.country,
      occurred_at: ({ occurredAt }) => occurredAt,
      kind: ({ kind }) => kind,
      kind_label: ({ kind }, wanted) => kind && labelOf({ list: 'contract-kind', code: kind }, wanted),
      amount: ({ value }) => value?.amount,
      currency: ({ value }) => value?.currency,
      vat: ({ value }) => value?.vat,
      procedure: ({ procedure }) => procedure,
      from: ({ from }) => from,
      to: ({ to }) => to,
      contract_id: ({ contractId }) => contractId,
      ted_notice: ({ noticeId }) => noticeId,
      ocid: ({ ocid }) => ocid,
    },
  }),
];
