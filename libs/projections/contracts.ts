import type { Pool } from 'pg';
import { insertColumns, type Projection } from './projection.js';
import type { SystemRecord } from './record.js';

/** `number`: from 0, in the order of effect within the system. */
export type Contract = NonNullable<SystemRecord['contracts']>[number] & {
  system: string;
  organisation: string;
  number: number;
};
export type SupplierSummary = { name: string; contracts: number; systems: number; organisations: number };

/** Contracts as the records show them, and through them who supplies whom. A supplier that is withheld is not there. */
export const contracts: Projection = {
  name: 'contracts',
  tables: `CREATE TABLE contract (
    system text, number integer, organisation text NOT NULL, supplier text, record text NOT NULL, PRIMARY KEY (system, number))`,
  indexes: 'CREATE INDEX contract_supplier ON contract (supplier, system)',
  async applyRecords(client, records) {
    await client.query('DELETE FROM contract WHERE system = ANY ($1)', [records.map(({ record }) => record.id)]);
    const rows = records.flatMap(({ record }) =>
      (record.contracts ?? []).map((contract, number) => ({ record, contract, number })),
    );
    await insertColumns(client, 'contract', {
      system: { type: 'text', values: rows.map(({ record }) => record.id) },
      number: { type: 'integer', values: rows.map(({ number }) => number) },
      organisation: { type: 'text', values: rows.map(({ record }) => record.organisation) },
      supplier: { type: 'text', values: rows.map(({ contract }) => contract.supplier?.name ?? null) },
      record: { type: 'text', values: rows.map(({ contract }) => JSON.stringify(contract)) },
    });
  },
  async forget(client, system) {
    await client.query('DELETE FROM contract WHERE system = $1', [system]);
  },
};

/** Contracts of a system, oldest first. */
export async function readContracts(pool: Pool, system: string): Promise<Contract[]> {
  const { rows } = await pool.query<{ number: number; organisation: string; record: string }>(
    'SELECT number, organisation, record FROM contract WHERE system = $1 ORDER BY number',
    [system],
  );
  return rows.map(({ number, organisation, record }) => ({
    ...(JSON.parse(record) as NonNullable<SystemRecord['contracts']>[number]),
    system,
    organisation,
    number,
  }));
}

/** Suppliers by number of contracts. */
export async function readSuppliers(pool: Pool, limit: number): Promise<SupplierSummary[]> {
  const { rows } = await pool.query<SupplierSummary>(
    `SELECT supplier AS name, count(*) AS contracts, count(DISTINCT system) AS systems, count(DISTINCT organisation) AS organisations
     FROM contract WHERE supplier IS NOT NULL GROUP BY supplier ORDER BY count(*) DESC, supplier LIMIT $1`,
    [limit],
  );
  return rows;
}
