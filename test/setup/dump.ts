import pg from 'pg';
import type { Database } from '#event-store';

/** Every row of every read table, as text, in a fixed order: for comparing live tables with rebuilt ones. */
export async function dumpReadModels(database: Database): Promise<Record<string, string[]>> {
  const client = new pg.Client(database.owner);
  await client.connect();
  try {
    const tables = await client.query<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'read' ORDER BY 1",
    );
    const rows: Record<string, string[]> = {};
    for (const { table_name: table } of tables.rows) {
      const result = await client.query<{ row: string }>(`SELECT t::text AS row FROM read.${table} t`);
      rows[table] = result.rows.map(({ row }) => row).sort();
    }
    return rows;
  } finally {
    await client.end();
  }
}
