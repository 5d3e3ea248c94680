import type { Pool } from 'pg';
import type { EventData } from '#domain';
import { insertColumns, type Projection } from './projection.js';

export type Contract = EventData['ContractAwarded'] & {
  position: number;
  system: string;
  organisation: string;
  awardedAt: string;
};
export type SupplierSummary = { name: string; contracts: number; systems: number; organisations: number };

/** Contracts, and through them who supplies whom. A supplier that is withheld is not shown. */
export const contracts: Projection = {
  name: 'contracts',
  tables: `CREATE TABLE contract (
    position bigint PRIMARY KEY, system text NOT NULL, organisation text NOT NULL, supplier text, awarded_at text NOT NULL,
    record text NOT NULL)`,
  indexes: `CREATE INDEX contract_system ON contract (system, position);
    CREATE INDEX contract_supplier ON contract (supplier, position)`,
  async apply(client, events) {
    const awarded = events.filter(({ envelope, data }) => envelope.type === 'ContractAwarded' && data);
    const data = awarded.map((event) => event.data as EventData['ContractAwarded']);
    await insertColumns(client, 'contract', {
      position: { type: 'bigint', values: awarded.map(({ position }) => position) },
      system: { type: 'text', values: awarded.map(({ stream }) => stream) },
      organisation: { type: 'text', values: awarded.map(({ envelope }) => envelope.organisation) },
      supplier: { type: 'text', values: data.map(({ supplier }) => supplier?.name ?? null) },
      awarded_at: { type: 'text', values: awarded.map(({ envelope }) => envelope.occurredAt) },
      record: { type: 'text', values: data.map((contract) => JSON.stringify(contract)) },
    });
    for (const { envelope, data: withheld, stream } of events) {
      if (envelope.type !== 'FieldWithheld' || !withheld) continue;
      const field = { supplier: 'supplier', 'contract-value': 'value' }[withheld['field'] as string];
      if (field)
        await client.query(
          `UPDATE contract SET record = (record::jsonb - $2)::text, supplier = CASE WHEN $2 = 'supplier' THEN NULL ELSE supplier END
           WHERE system = $1`,
          [stream, field],
        );
    }
  },
  async forget(client, system) {
    await client.query('DELETE FROM contract WHERE system = $1', [system]);
  },
};

/** Contracts of a system, oldest first. */
export async function readContracts(pool: Pool, system: string): Promise<Contract[]> {
  const { rows } = await pool.query<{
    position: number;
    system: string;
    organisation: string;
    awarded_at: string;
    record: string;
  }>('SELECT * FROM contract WHERE system = $1 ORDER BY position', [system]);
  return rows.map(({ position, system: id, organisation, awarded_at, record }) => ({
    ...(JSON.parse(record) as EventData['ContractAwarded']),
    position,
    system: id,
    organisation,
    awardedAt: awarded_at,
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
