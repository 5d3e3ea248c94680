import type { Pool, PoolClient } from 'pg';
import type { FoldedRecord, Projection } from './projection.js';
import type { SystemRecord } from './record.js';

export type SystemFilter = {
  organisation?: string;
  status?: string;
  riskClass?: string;
  domain?: string;
  annexIII?: string;
  /** The register from which the record was taken over. */
  source?: string;
};
export const systemOrders = ['NAME', 'CHANGED', 'REGISTERED'] as const;
export type SystemOrder = (typeof systemOrders)[number];

/** A current record as JSON text, with the position of the last event that changed it. */
export type CurrentSystem = { id: string; record: string; position: number; cursor: string };
export type SystemPage = { systems: CurrentSystem[]; total: number; hasMore: boolean };

/** The current record of every system, with columns for what can be asked for. */
export const systems: Projection = {
  name: 'systems',
  tables: `CREATE TABLE system (
    id text PRIMARY KEY, organisation text NOT NULL, status text NOT NULL, risk_class text, domains text[] NOT NULL,
    annex_iii text[] NOT NULL, source text, sort_name text NOT NULL, registered_at text NOT NULL,
    position bigint NOT NULL, record text NOT NULL)`,
  indexes: `CREATE INDEX system_name ON system (sort_name, id);
    CREATE INDEX system_position ON system (position);
    CREATE INDEX system_registered ON system (registered_at, id);
    CREATE INDEX system_organisation ON system (organisation, sort_name, id);
    CREATE INDEX system_status ON system (status, sort_name, id);
    CREATE INDEX system_risk_class ON system (risk_class, sort_name, id);
    CREATE INDEX system_source ON system (source, id);
    CREATE INDEX system_domains ON system USING gin (domains);
    CREATE INDEX system_annex_iii ON system USING gin (annex_iii)`,
  applyRecords: writeSystems,
  async forget(client, system) {
    await client.query('DELETE FROM system WHERE id = $1', [system]);
  },
};

/** One row a record, sent as one JSON array: rows hold arrays, which unnest cannot. */
async function writeSystems(client: PoolClient, records: FoldedRecord[]): Promise<void> {
  const rows = records.map(({ record, position }) => ({
    id: record.id,
    organisation: record.organisation,
    status: record.status,
    risk_class: record.risk?.class ?? null,
    domains: [...new Set([record.domain, ...(record.furtherDomains ?? [])])].filter((code) => code !== undefined),
    annex_iii: record.risk?.annexIII ?? [],
    source: record.source?.register ?? null,
    sort_name: sortName(record.name),
    registered_at: record.registeredAt,
    position,
    record: JSON.stringify(record),
  }));
  await client.query(
    `INSERT INTO system SELECT r.* FROM json_populate_recordset(NULL::system, $1) r
     ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, status = excluded.status,
       risk_class = excluded.risk_class, domains = excluded.domains, annex_iii = excluded.annex_iii,
       source = excluded.source, sort_name = excluded.sort_name, registered_at = excluded.registered_at,
       position = excluded.position, record = excluded.record`,
    [JSON.stringify(rows)],
  );
}

/** English if there is one, else the first language by code, so that the order does not depend on who asks. */
function sortName(name: SystemRecord['name']): string {
  const languages = Object.keys(name ?? {}).sort() as (keyof NonNullable<typeof name>)[];
  return (name?.en ?? (languages[0] && name?.[languages[0]]) ?? '').toLowerCase().slice(0, 200);
}

/** The current record of one system; undefined if it is not in the register. */
export async function readSystem(pool: Pool, id: string): Promise<CurrentSystem | undefined> {
  const { rows } = await pool.query<{ id: string; record: string; position: number }>(
    'SELECT id, record, position FROM system WHERE id = $1',
    [id],
  );
  return rows[0] && { ...rows[0], cursor: '' };
}

/** A page of current records: filtered, ordered, after a cursor (as given with the record before), with the total. */
export async function readSystems(
  pool: Pool,
  filter: SystemFilter,
  page: { order: SystemOrder; first: number; after?: string },
): Promise<SystemPage> {
  const { where, values } = toWhere(filter);
  const order = orders[page.order];
  const from = page.after ? decodeCursor(page.after) : undefined;
  const conditions = from
    ? [
        ...where,
        `(${order.column}, id) ${order.direction === 'ASC' ? '>' : '<'} ($${values.length + 1}, $${values.length + 2})`,
      ]
    : where;
  const { rows } = await pool.query<{ id: string; record: string; position: number; key: string }>(
    `SELECT id, record, position, ${order.column}::text AS key FROM system ${whereClause(conditions)}
     ORDER BY ${order.column} ${order.direction}, id ${order.direction} LIMIT ${page.first + 1}`,
    [...values, ...(from ?? [])],
  );
  const total = await pool.query<{ total: number }>(
    `SELECT count(*) AS total FROM system ${whereClause(where)}`,
    values,
  );
  return {
    systems: rows.slice(0, page.first).map(({ key, ...row }) => ({ ...row, cursor: encodeCursor(key, row.id) })),
    total: total.rows[0]!.total,
    hasMore: rows.length > page.first,
  };
}

const orders: Record<SystemOrder, { column: string; direction: 'ASC' | 'DESC' }> = {
  NAME: { column: 'sort_name', direction: 'ASC' },
  CHANGED: { column: 'position', direction: 'DESC' },
  REGISTERED: { column: 'registered_at', direction: 'DESC' },
};

function toWhere(filter: SystemFilter): { where: string[]; values: unknown[] } {
  const conditions: [string, unknown][] = [
    ['organisation = $', filter.organisation],
    ['status = $', filter.status],
    ['risk_class = $', filter.riskClass],
    ['domains @> ARRAY[$]', filter.domain],
    ['annex_iii @> ARRAY[$]', filter.annexIII],
    ['source = $', filter.source],
  ];
  const asked = conditions.filter(([, value]) => value !== undefined);
  return {
    where: asked.map(([sql], i) => sql.replace('$', () => `$${i + 1}${sql.includes('ARRAY') ? '::text' : ''}`)),
    values: asked.map(([, value]) => value),
  };
}

function whereClause(conditions: string[]): string {
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
}

function encodeCursor(key: string, id: string): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

/** The two values of a cursor. Throws a SyntaxError on one that this register did not give. */
export function decodeCursor(cursor: string): [string, string] {
  const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(parts) || parts.length !== 2 || !parts.every((part) => typeof part === 'string'))
    throw new SyntaxError('not a cursor');
  return parts as [string, string];
}
