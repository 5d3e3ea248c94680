import type { Pool } from 'pg';
import { groupBy, insertColumns, type Projection } from './projection.js';
import type { SystemRecord } from './system-record.js';

/** `number`: from 0, in the order of effect within the system. */
export type Contract = NonNullable<SystemRecord['contracts']>[number] & {
  system: string;
  organisation: string;
  number: number;
};
export type SupplierSummary = { name: string; contracts: number; systems: number; organisations: number };

/** Contracts as the records show them, and the suppliers named in them. A supplier that is withheld is left out. */
export const contracts: Projection = {
  name: 'contracts',
  tables: `CREATE TABLE contract (
    system text, number integer, organisation text NOT NULL, supplier text, awarded text COLLATE "C" NOT NULL, record text NOT NULL, PRIMARY KEY (system, number))`,
  indexes: `CREATE INDEX contract_supplier ON contract (supplier, system, number);
    CREATE INDEX contract_organisation ON contract (organisation, system, number);
    CREATE INDEX contract_awarded ON contract (awarded, system, number)`,
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
      awarded: { type: 'text', values: rows.map(({ contract }) => contract.occurredAt) },
      record: { type: 'text', values: rows.map(({ contract }) => JSON.stringify(contract)) },
    });
  },
  async forget(client, system) {
    await client.query('DELETE FROM contract WHERE system = $1', [system]);
  },
};

/** Contracts of each system, oldest first. */
export async function readContractsOf(pool: Pool, systems: string[]): Promise<Map<string, Contract[]>> {
  const { rows } = await pool.query<ContractRow>(
    'SELECT system, number, organisation, record FROM contract WHERE system = ANY ($1) ORDER BY system, number',
    [systems],
  );
  return groupBy(rows.map(toContract), ({ system }) => system);
}

/** A page of contracts after (system, number): all, or only those of a supplier or an organisation. */
export async function readContracts(
  pool: Pool,
  filter: { supplier?: string | undefined; organisation?: string | undefined },
  page: { first: number; after?: [string, number] | undefined },
): Promise<{ contracts: Contract[]; hasMore: boolean }> {
  const { rows } = await pool.query<ContractRow>(
    `SELECT system, number, organisation, record FROM contract WHERE ${ofFilter} AND (system, number) > ($3, $4)
     ORDER BY system, number LIMIT $5`,
    [filter.supplier ?? null, filter.organisation ?? null, ...(page.after ?? ['', -1]), page.first + 1],
  );
  return { contracts: rows.slice(0, page.first).map(toContract), hasMore: rows.length > page.first };
}

/** A page of all contracts, the newest first, after (occurredAt, system, number). */
export async function readNewestContracts(
  pool: Pool,
  page: { first: number; after?: [string, string, number] | undefined },
): Promise<{ contracts: Contract[]; hasMore: boolean }> {
  const { rows } = await pool.query<ContractRow>({
    name: 'newest-contracts',
    text: `SELECT system, number, organisation, record FROM contract WHERE (awarded, system, number) < ($1, $2, $3)
      ORDER BY awarded DESC, system DESC, number DESC LIMIT $4`,
    values: [...(page.after ?? ['9999-12-31', '', 0]), page.first + 1],
  });
  return { contracts: rows.slice(0, page.first).map(toContract), hasMore: rows.length > page.first };
}

/** The number of contracts: in all, or of a supplier or an organisation. */
export async function countContracts(
  pool: Pool,
  filter: { supplier?: string | undefined; organisation?: string | undefined },
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) FROM contract WHERE ${ofFilter}`, [
    filter.supplier ?? null,
    filter.organisation ?? null,
  ]);
  return rows[0]!.count;
}

/** A page of suppliers after (contracts, name), those with the most contracts first; and the number of all suppliers. */
export async function readSuppliers(
  pool: Pool,
  page: { first: number; after?: [number, string] | undefined },
): Promise<{ suppliers: SupplierSummary[]; total: number; hasMore: boolean }> {
  const { rows } = await pool.query<SupplierSummary & { total: number }>(
    `WITH found AS (
       SELECT supplier AS name, count(*) AS contracts, count(DISTINCT system) AS systems, count(DISTINCT organisation) AS organisations
       FROM contract WHERE supplier IS NOT NULL GROUP BY supplier)
     SELECT *, (SELECT count(*) FROM found) AS total FROM found WHERE (-contracts, name) > (-$1::bigint, $2) ORDER BY contracts DESC, name LIMIT $3`,
    [...(page.after ?? [Number.MAX_SAFE_INTEGER, '']), page.first + 1],
  );
  const suppliers = rows.slice(0, page.first).map(({ total: _, ...supplier }) => supplier);
  return { suppliers, total: rows[0]?.total ?? 0, hasMore: rows.length > page.first };
}

type ContractRow = { system: string; number: number; organisation: string; record: string };

const ofFilter = '($1::text IS NULL OR supplier = $1) AND ($2::text IS NULL OR organisation = $2)';

function toContract({ record, ...row }: ContractRow): Contract {
  return { ...(JSON.parse(record) as NonNullable<SystemRecord['contracts']>[number]), ...row };
}
