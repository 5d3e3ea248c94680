import type { Pool, PoolClient } from 'pg';
import type { Code } from '#domain';
import { never } from './duties/dates.js';
import type { Body } from './duties/facts.js';
import type { DutyStatus } from './duties/judge.js';
import { type Rectangle, rectanglesOf } from './duties/life.js';
import { duties } from './generated/duties.js';
import { readOrganisationsOf } from './organisations.js';
import { groupBy, insertColumns, type Projection, type RecordedRow } from './projection.js';

/**
 * A duty that is not met. `since`: from which day; `until`: the first day on which that changes though nothing happens, or has changed since (exclusive), null
 * if none; `bindingFrom`: the day from which the law requires it, null for good practice or if it cannot be told.
 */
export type Gap = {
  system: string;
  organisation: string;
  obligation: Code<'obligation'>;
  duty: string;
  dutyVersion: number;
  status: GapStatus;
  since: string;
  until: string | null;
  bindingFrom: string | null;
};

/** What a duty that is not met comes to. */
export const gapStatuses = [
  'missing',
  'missing-by-one-reading',
  'not-done',
  'rejected',
  'expired',
] as const satisfies DutyStatus[];
export type GapStatus = (typeof gapStatuses)[number];
/** Without a reading that says otherwise. */
export const surelyGaps: readonly GapStatus[] = gapStatuses.filter((status) => status !== 'missing-by-one-reading');

const isGap = ({ status }: { status: string }) => (gapStatuses as readonly string[]).includes(status);

/**
 * What the law or good practice requires of a system and its record does not show (schema/duties): for every day, as known on every day. A row is a
 * rectangle of both: from `since` to `until`, as known from the end of `known_from` to that of `known_until`. `gap_count`: by how much the number of gaps
 * changes on a day, by what is known now, so that a day is counted without reading its gaps.
 */
export const gaps: Projection = {
  name: 'gaps',
  tables: `CREATE TABLE gap (
    system text COLLATE "C", duty text COLLATE "C", version int, obligation text NOT NULL, organisation text NOT NULL, status text NOT NULL,
    since text, until text NOT NULL, binding_from text, known_from text, known_until text NOT NULL,
    PRIMARY KEY (system, duty, since, known_from));
    CREATE TABLE gap_count (obligation text, status text, day text, change bigint NOT NULL, PRIMARY KEY (obligation, status, day))`,
  indexes: `CREATE INDEX gap_organisation ON gap (organisation, system, duty);
    CREATE INDEX gap_obligation ON gap (obligation, system, duty);
    CREATE INDEX gap_count_zero ON gap_count (day) WHERE change = 0`,
  async applyRecords(client, records, _, histories) {
    const changes = await forget(
      client,
      histories.map(({ system }) => system),
    );
    const owners = new Map(records.map(({ record }) => [record.id, record.organisation]));
    const bodies = await readOrganisationsOf(client, [...new Set(owners.values())]);
    const found = histories.flatMap(({ system, rows }) => {
      const body = bodies.get(owners.get(system) ?? '') ?? {};
      return judged(rows, body).map((rectangle) => ({ ...rectangle, system }));
    });
    await insert(client, found);
    for (const { duty, status, since, until, knownUntil } of found) {
      if (knownUntil !== never) continue;
      add(changes, duty.obligation, status, since, 1);
      if (until !== never) add(changes, duty.obligation, status, until, -1);
    }
    await count(client, changes);
  },
  async forget(client, system) {
    await count(client, await forget(client, [system]));
  },
};

/** A log from elsewhere may hold events with odd content. A life that cannot be judged by them has no gaps that anybody could tell. */
function judged(rows: RecordedRow[], body: Body): Rectangle[] {
  try {
    return rectanglesOf(duties, rows, body, isGap);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return [];
    throw error;
  }
}

/** By how much the numbers of gaps change: by obligation, status and day. */
type Changes = Map<string, { obligation: string; status: string; day: string; change: number }>;

function add(changes: Changes, obligation: string, status: string, day: string, change: number): void {
  const key = `${obligation} ${status} ${day}`;
  const known = changes.get(key);
  if (known) known.change += change;
  else changes.set(key, { obligation, status, day, change });
}

/** Removes the gaps of systems. Returns what that changes in the counts. */
async function forget(client: PoolClient, systems: string[]): Promise<Changes> {
  const { rows } = await client.query<{ obligation: string; status: string; day: string; change: number }>(
    `WITH gone AS (DELETE FROM gap WHERE system = ANY ($1) RETURNING obligation, status, since, until, known_until)
     SELECT obligation, status, day, sum(change)::float8 AS change
     FROM (SELECT *, since AS day, -1 AS change FROM gone UNION ALL SELECT *, until, 1 FROM gone WHERE until <> '${never}') c
     WHERE known_until = '${never}' GROUP BY 1, 2, 3`,
    [systems],
  );
  const changes: Changes = new Map();
  for (const { obligation, status, day, change } of rows) add(changes, obligation, status, day, change);
  return changes;
}

async function count(client: PoolClient, changes: Changes): Promise<void> {
  const changed = [...changes.values()].filter(({ change }) => change !== 0);
  if (changed.length === 0) return;
  await client.query(
    `INSERT INTO gap_count SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) ORDER BY 1, 2, 3
     ON CONFLICT (obligation, status, day) DO UPDATE SET change = gap_count.change + excluded.change`,
    (['obligation', 'status', 'day', 'change'] as const).map((name) => changed.map((each) => each[name])),
  );
  await client.query('DELETE FROM gap_count WHERE change = 0');
}

async function insert(client: PoolClient, found: (Rectangle & { system: string })[]): Promise<void> {
  await insertColumns(client, 'gap', {
    system: { type: 'text', values: found.map(({ system }) => system) },
    duty: { type: 'text', values: found.map(({ duty }) => duty.id) },
    version: { type: 'int', values: found.map(({ duty }) => duty.version) },
    obligation: { type: 'text', values: found.map(({ duty }) => duty.obligation) },
    organisation: { type: 'text', values: found.map(({ organisation }) => organisation) },
    status: { type: 'text', values: found.map(({ status }) => status) },
    since: { type: 'text', values: found.map(({ since }) => since) },
    until: { type: 'text', values: found.map(({ until }) => until) },
    binding_from: { type: 'text', values: found.map(({ bindingFrom }) => bindingFrom) },
    known_from: { type: 'text', values: found.map(({ knownFrom }) => knownFrom) },
    known_until: { type: 'text', values: found.map(({ knownUntil }) => knownUntil) },
  });
}

/** On which day (UTC), as known at the end of which day; by default as known now. */
export type GapDays = { on: string; knownOn?: string | undefined };

const columns = `system, organisation, obligation, duty, version AS "dutyVersion", status, since, nullif(until, '${never}') AS until,
  binding_from AS "bindingFrom"`;
/** The gaps of a day: three parameters, the first of which has this number. */
const thatDay = (n = 1) =>
  `since <= $${n} AND until > $${n} AND known_from <= $${n + 1} AND known_until > $${n + 1} AND status = ANY ($${n + 2})`;
/** Later than any day on which something was recorded, and before `never`. */
const now = '9999-12-30';

/** The gaps of each system on a day. */
export async function readGapsOf(pool: Pool, { on, knownOn }: GapDays, systems: string[]): Promise<Map<string, Gap[]>> {
  const { rows } = await pool.query<Gap>({ name: 'gaps-of', ...gapsOfDay({ on, knownOn }, systems) });
  return groupBy(rows, ({ system }) => system);
}

/** The statement that reads the gaps of systems on a day. `first`: the number of its first parameter. */
export function gapsOfDay({ on, knownOn }: GapDays, systems: string[], first = 1): { text: string; values: unknown[] } {
  return {
    text: `SELECT ${columns} FROM gap WHERE ${thatDay(first)} AND system = ANY ($${first + 3}) ORDER BY system, duty`,
    values: [on, knownOn ?? now, surelyGaps, systems],
  };
}

export type GapFilter = {
  organisation?: string | undefined;
  obligations?: readonly string[] | undefined;
  statuses?: readonly GapStatus[] | undefined;
};

/** A page, after (system, duty), of the gaps on a day: all, or only those of an organisation, some obligations or some statuses. */
export async function readGaps(
  pool: Pool,
  { on, knownOn }: GapDays,
  filter: GapFilter,
  page: { first: number; after?: [string, string] | undefined },
): Promise<{ gaps: Gap[]; hasMore: boolean }> {
  const [system, duty] = page.after ?? ['', ''];
  const { rows } = await pool.query<Gap>(
    `SELECT ${columns} FROM gap WHERE ${thatDay()} AND ${ofFilter} AND (system, duty) > ($6, $7) ORDER BY system, duty LIMIT $8`,
    [...valuesOf({ on, knownOn }, filter), system, duty, page.first + 1],
  );
  return { gaps: rows.slice(0, page.first), hasMore: rows.length > page.first };
}

/** How many gaps there are on a day. By what is known now, and of no organisation, they are counted already. */
export async function countGaps(pool: Pool, days: GapDays, filter: GapFilter): Promise<number> {
  const { organisation, obligations, statuses = surelyGaps } = filter;
  if (days.knownOn === undefined && organisation === undefined) {
    const { rows } = await pool.query<{ total: number }>({
      name: 'gap-count',
      text: `SELECT coalesce(sum(change), 0)::bigint AS total FROM gap_count
        WHERE day <= $1 AND status = ANY ($2) AND ($3::text[] IS NULL OR obligation = ANY ($3))`,
      values: [days.on, statuses, obligations ?? null],
    });
    return rows[0]!.total;
  }
  const { rows } = await pool.query<{ total: number }>(
    `SELECT count(*) AS total FROM gap WHERE ${thatDay()} AND ${ofFilter}`,
    valuesOf(days, filter),
  );
  return rows[0]!.total;
}

/** The obligations that are duties by law; the others are good practice. */
export const ofLaw = [...new Set(duties.filter(({ kind }) => kind === 'law').map(({ obligation }) => obligation))];

/** Whether what is not met is a duty by law; the others are good practice. */
export const isOfLaw = ({ obligation }: Pick<Gap, 'obligation'>): boolean => ofLaw.includes(obligation);

/** How many duties by law are not met on a day, by what is known now. */
export const countLegalGaps = (pool: Pool, on: string): Promise<number> =>
  countGaps(pool, { on }, { obligations: ofLaw });

export type ObligationCount = { obligation: Gap['obligation']; count: number };

/** How many gaps there are on a day of each obligation, in all or of an organisation, by what is known now; the most frequent first. */
export async function countGapsByObligation(
  pool: Pool,
  on: string,
  organisation: string | undefined,
): Promise<ObligationCount[]> {
  const { rows } = await pool.query<ObligationCount>(
    organisation === undefined
      ? `SELECT obligation, sum(change)::bigint AS count FROM gap_count WHERE day <= $1 AND status = ANY ($2)
         GROUP BY obligation HAVING sum(change) > 0 ORDER BY 2 DESC, 1`
      : `SELECT obligation, count(*) AS count FROM gap WHERE since <= $1 AND until > $1 AND known_until = '${never}' AND status = ANY ($2)
         AND organisation = $3 GROUP BY obligation ORDER BY 2 DESC, 1`,
    [on, surelyGaps, ...(organisation === undefined ? [] : [organisation])],
  );
  return rows;
}

const ofFilter = '($4::text IS NULL OR organisation = $4) AND ($5::text[] IS NULL OR obligation = ANY ($5))';
const valuesOf = ({ on, knownOn }: GapDays, { statuses = surelyGaps, organisation, obligations }: GapFilter) => [
  on,
  knownOn ?? now,
  statuses,
  organisation ?? null,
  obligations ?? null,
];
