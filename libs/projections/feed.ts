import type { Pool } from 'pg';
import { type EntryRow, entryColumns, type TimelineEntry, toEntry } from './timeline.js';

/** What a feed covers: the register, a system, an organisation, or the systems that currently have a given supplier or domain. */
export type FeedScope =
  | { kind: 'register' }
  | { kind: 'system' | 'organisation'; id: string }
  | { kind: 'supplier' | 'domain'; id: string };

/** `system` is null for an event of an organisation itself. */
export type FeedEntry = Omit<TimelineEntry, 'system'> & { system: string | null };

/** How many events a feed has in all. */
export async function countFeed(pool: Pool, scope: FeedScope): Promise<number> {
  if (scope.kind === 'register') {
    const { rows } = await pool.query<{ count: number }>('SELECT sequence + 1 AS count FROM checkpoint');
    return rows[0]!.count;
  }
  const { where, values } = select(scope);
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) FROM timeline WHERE ${where}`, values);
  return rows[0]!.count;
}

/** `count` events of a feed in the order of recording, after the first `from`. */
export async function readFeed(pool: Pool, scope: FeedScope, from: number, count: number): Promise<FeedEntry[]> {
  const { where, values } = select(scope);
  // Sequences count from 0 without gaps, so that no rows need to be skipped.
  const [skip, offset] = scope.kind === 'register' ? [`sequence >= ${from}`, 0] : [where, from];
  const { rows } = await pool.query<EntryRow>(
    `SELECT ${entryColumns} FROM timeline
     WHERE sequence IN (SELECT sequence FROM timeline WHERE ${skip} ORDER BY sequence OFFSET ${offset} LIMIT ${count}) ORDER BY sequence`,
    values,
  );
  return rows.map(toEntry);
}

/** The newest events of one type of a feed, newest first; those before a sequence. */
export async function readNewest(
  pool: Pool,
  scope: FeedScope,
  { type, before, first }: { type: string; before?: number | undefined; first: number },
): Promise<FeedEntry[]> {
  const { where, values } = select(scope);
  const n = values.length;
  const { rows } = await pool.query<EntryRow>(
    `SELECT ${entryColumns} FROM timeline WHERE ${where} AND type = $${n + 1} AND sequence < $${n + 2}
     ORDER BY sequence DESC LIMIT $${n + 3}`,
    [...values, type, before ?? Number.MAX_SAFE_INTEGER, first],
  );
  return rows.map(toEntry);
}

function select(scope: FeedScope): { where: string; values: string[] } {
  switch (scope.kind) {
    case 'register':
      return { where: 'true', values: [] };
    case 'system':
    case 'organisation':
      return { where: `${scope.kind} = $1`, values: [scope.id] };
    default:
      return {
        where: 'system IN (SELECT id FROM system WHERE tags @> ARRAY[$1])',
        values: [`${scope.kind}:${scope.id}`],
      };
  }
}
