import type { PoolClient } from 'pg';
import { readStreamsAfter } from '#event-store';
import { applyRecords, retake } from './batch.js';
import type { OddRow } from './compare.js';
import type { Intake } from './intake.js';
import { readReached } from './live.js';

/** Streams with more events are left to `vitrine verify`: applying them again would delay new events. */
const maxEvents = 1000;

/** The next stream after `after`, by id, starting over after the last; streams of the log and of the tables are both considered. */
export async function nextStream(client: PoolClient, after: string): Promise<string | undefined> {
  const one = (table: string, where: string) => `(SELECT id FROM ${table} ${where} ORDER BY id LIMIT 1)`;
  const parts = ['system', 'organisation'].flatMap((table) => [one(table, 'WHERE id > $1'), one(table, '')]);
  const { rows } = await client.query<{ id: string }>(parts.join(' UNION ALL '), [after]);
  const stored = await readStreamsAfter(client, after);
  const all = [...rows.map(({ id }) => id), ...[stored.next, stored.first].flatMap((id) => id ?? [])].sort();
  return all.find((id) => id > after) ?? all[0];
}

/**
 * Applies the events of one stream again, as an erasure does, and compares its rows before and after. Everything is rolled back. Meant for the
 * process that projects, between two batches. Returns the rows that differ.
 */
export async function checkStream(client: PoolClient, intake: Intake, stream: string): Promise<OddRow[]> {
  await client.query('BEGIN');
  try {
    const { sequence } = await readReached(client, 'FOR UPDATE');
    if ((await intake.countStream(stream)) > maxEvents) return [];
    const before = await readRows(client, stream);
    const again = await retake(client, intake, stream, sequence);
    if (again[0]?.envelope.system) await applyRecords(client, [stream]);
    return findOdd(before, await readRows(client, stream));
  } finally {
    await client.query('ROLLBACK');
  }
}

/** The rows of a stream: from table and primary key to the row as text. */
async function readRows(client: PoolClient, stream: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `SELECT 'timeline ' || sequence AS name, t::text AS value FROM timeline t WHERE system = $1 OR (system IS NULL AND organisation = $1)
     UNION ALL SELECT 'system ' || id, t::text FROM system t WHERE id = $1
     UNION ALL SELECT 'organisation ' || id, t::text FROM organisation t WHERE id = $1
     UNION ALL SELECT 'contract ' || system || ' ' || number, t::text FROM contract t WHERE system = $1
     UNION ALL SELECT 'incident ' || system || ' ' || number, t::text FROM incident t WHERE system = $1
     UNION ALL SELECT 'oversight_figures ' || system || ' ' || period_from || ' ' || period_to, t::text FROM oversight_figures t WHERE system = $1
     UNION ALL SELECT 'override_count ' || system || ' ' || month || ' ' || act || ' ' || reason, t::text FROM override_count t WHERE system = $1
     UNION ALL SELECT 'gap ' || system || ' ' || obligation, t::text FROM gap t WHERE system = $1
     UNION ALL SELECT 'status_period ' || system || ' ' || ordinal, t::text FROM status_period t WHERE system = $1
     UNION ALL SELECT 'presence ' || system || ' ' || ordinal, t::text FROM presence t WHERE system = $1`,
    [stream],
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

function findOdd(live: Map<string, string>, right: Map<string, string>): OddRow[] {
  const names = [...new Set([...live.keys(), ...right.keys()])];
  return names.flatMap((name): OddRow[] => {
    const [own, other] = [live.get(name), right.get(name)];
    if (own === other) return [];
    const [table, ...key] = name.split(' ');
    const what = own === undefined ? 'missing' : other === undefined ? 'added' : 'changed';
    return [{ table: table!, key: key.join(' '), what }];
  });
}
