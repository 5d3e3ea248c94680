import type { Pool, PoolClient } from 'pg';
import { type Count, type EventData, settle, suppressAllCounts, suppressSmallCounts } from '#domain';
import { toTimestamp } from './facts.js';
import { type EventRow, groupBy, type Projection } from './projection.js';
import { eventOfRow } from './timeline.js';

/** A count as published: a number, "suppressed" for one that is hidden to protect people, null for one that nobody reported. */
export type PublishedCount = number | 'suppressed' | null;

export type OversightFigures = {
  system: string;
  period: { from: string; to: string };
  measured: boolean;
  outputs: PublishedCount;
  reviewed: PublishedCount;
  overridden: PublishedCount;
  overriddenByReason: Record<string, PublishedCount>;
  overriddenByOutcome: Record<string, PublishedCount>;
  objections: PublishedCount;
  objectionsByOutcome: Record<string, PublishedCount>;
  note?: EventData['OversightFiguresReported']['note'];
  position: number;
};
export type OverrideCount = { system: string; month: string; act: string; reason: string; count: number };

/** Figures on human oversight by period, and override acts recorded one by one, counted by month. */
export const oversight: Projection = {
  name: 'oversight',
  tables: `CREATE TABLE oversight_figures (
      system text, period_from text, period_to text, sequence bigint NOT NULL, position bigint NOT NULL, record text NOT NULL,
      PRIMARY KEY (system, period_from, period_to));
    CREATE TABLE override_count (system text, month text, act text, reason text, count bigint NOT NULL,
      PRIMARY KEY (system, month, act, reason))`,
  indexes: '',
  async apply(client, events) {
    const reported = events.map(({ envelope, data, stream: system, sequence, position }): Reported => {
      const { type, occurredAt } = envelope;
      return { type, occurredAt, data, system, sequence, position };
    });
    await add(client, reported);
  },
  async settle(client, streams) {
    await forget(client, streams);
    await add(client, await readReported(client, streams));
  },
  async forget(client, system) {
    await forget(client, [system]);
  },
};

type Reported = {
  type: string;
  occurredAt: string;
  data: object | null;
  system: string;
  sequence: number;
  position: number;
};

/** Adds figures and acts; figures for the same period replace those that were reported earlier. */
async function add(client: PoolClient, events: Reported[]): Promise<void> {
  const figures = new Map<string, [string, string, string, number, number, string]>();
  const overrides = new Map<string, number>();
  for (const { type, occurredAt, data, system, sequence, position } of events) {
    if (type === 'OversightFiguresReported' && data) {
      const { from, to } = (data as EventData['OversightFiguresReported']).period;
      figures.set(`${system} ${from} ${to}`, [system, from, to, sequence, position, JSON.stringify(data)]);
    } else if (type === 'HumanOverrideRecorded' && data) {
      const { act, reason } = data as EventData['HumanOverrideRecorded'];
      const key = [system, occurredAt.slice(0, 7), act, reason].join(' ');
      overrides.set(key, (overrides.get(key) ?? 0) + 1);
    }
  }
  const rows = [...figures.values()];
  if (rows.length > 0)
    await client.query(
      `INSERT INTO oversight_figures SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
       ON CONFLICT (system, period_from, period_to) DO UPDATE SET sequence = excluded.sequence, position = excluded.position, record = excluded.record`,
      [0, 1, 2, 3, 4, 5].map((column) => rows.map((row) => row[column])),
    );
  const keys = [...overrides.keys()].map((key) => key.split(' '));
  if (keys.length > 0)
    await client.query(
      `INSERT INTO override_count SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
       ON CONFLICT (system, month, act, reason) DO UPDATE SET count = override_count.count + excluded.count`,
      [...[0, 1, 2, 3].map((column) => keys.map((key) => key[column])), [...overrides.values()]],
    );
}

async function forget(client: PoolClient, systems: string[]): Promise<void> {
  await client.query('DELETE FROM oversight_figures WHERE system = ANY ($1)', [systems]);
  await client.query('DELETE FROM override_count WHERE system = ANY ($1)', [systems]);
}

/** The figures and acts of systems as they are in the timeline, with the last word on each; by what had been recorded by a time. */
async function readReported(db: Pick<Pool, 'query'>, systems: string[], recorded?: string): Promise<Reported[]> {
  const { rows } = await db.query<ReportedRow & { is_later: boolean }>(
    `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased, recorded_at > $3 AS is_later FROM timeline
     WHERE system = ANY ($1) AND type = ANY ($2) AND (recorded_at <= $3 OR type = 'PayloadErased') ORDER BY system, sequence`,
    [
      systems,
      ['OversightFiguresReported', 'HumanOverrideRecorded', 'EventCorrected', 'EventRetracted', 'PayloadErased'],
      toTimestamp(recorded),
    ],
  );
  const places = new Map(rows.map((row) => [row.event_id, row]));
  const [later, known] = [true, false].map((is) => rows.filter(({ is_later }) => is_later === is));
  const erasures = groupBy(later!, ({ system }) => system);
  return [...groupBy(known!, ({ system }) => system).entries()].flatMap(([of, own]) =>
    settle(own.map(eventOfRow), erasures.get(of)?.map(eventOfRow)).map(
      ({ event: { id, type, occurredAt, data, erased } }): Reported => {
        const { system, sequence, position } = places.get(id!)!;
        return { type, occurredAt, data: erased ? null : data, system, sequence, position };
      },
    ),
  );
}

type ReportedRow = EventRow & { system: string; sequence: number; position: number };

/** Figures of each system by period. A period reported twice shows the later report. */
export async function readOversightFigures(pool: Pool, systems: string[]): Promise<Map<string, OversightFigures[]>> {
  const { rows } = await pool.query<FiguresRow>(
    `SELECT ${figureColumns} FROM oversight_figures f WHERE system = ANY ($1) ORDER BY system, period_from, period_to`,
    [systems],
  );
  const figures = rows.map(publish);
  return groupBy(figures, ({ system }) => system);
}

/** The figures of a system by what had been recorded by a time, by period. */
export async function readFiguresKnown(pool: Pool, system: string, recorded: string): Promise<OversightFigures[]> {
  const ofPeriod = new Map<string, FiguresRow & { period: Period }>();
  for (const { type, data, position } of await readReported(pool, [system], recorded))
    if (type === 'OversightFiguresReported' && data) {
      const { period } = data as EventData['OversightFiguresReported'];
      const record = JSON.stringify(data);
      ofPeriod.set(keyOf(period), { system, position, record, is_overlapped: false, period });
    }
  const all = [...ofPeriod.values()];
  return all
    .map((one) =>
      publish({ ...one, is_overlapped: all.some((other) => other !== one && isWithin(other.period, one.period)) }),
    )
    .sort((a, b) => (keyOf(a.period) < keyOf(b.period) ? -1 : 1));
}

type Period = OversightFigures['period'];

const keyOf = ({ from, to }: Period) => `${from} ${to}`;

/** Whether a period overlaps another one and is not longer (see `figureColumns`). */
const isWithin = (one: Period, other: Period) =>
  one.from <= other.to && one.to >= other.from && lengthOf(one) <= lengthOf(other);

const lengthOf = ({ from, to }: Period) => Date.parse(to) - Date.parse(from);

/** A page of figures after (system, from, to): of the whole register, or of the current systems of an organisation. */
export async function readAllFigures(
  pool: Pool,
  organisation: string | undefined,
  page: { first: number; after?: [string, string, string] | undefined },
): Promise<{ figures: OversightFigures[]; hasMore: boolean }> {
  const { rows } = await pool.query<FiguresRow>(
    `SELECT ${figureColumns} FROM oversight_figures f
     WHERE (system, period_from, period_to) > ($1, $2, $3)
       AND ($4::text IS NULL OR system IN (SELECT id FROM system WHERE tags @> ARRAY['organisation:' || $4]))
     ORDER BY system, period_from, period_to LIMIT $5`,
    [...(page.after ?? ['', '', '']), organisation ?? null, page.first + 1],
  );
  const figures = rows.slice(0, page.first).map(publish);
  return { figures, hasMore: rows.length > page.first };
}

/**
 * Counts of override acts that were recorded one by one, by system, month, act and reason. Each act is public in the log, so no count is
 * suppressed.
 */
export async function readOverrideCounts(pool: Pool, systems: string[]): Promise<Map<string, OverrideCount[]>> {
  const { rows } = await pool.query<OverrideCount>(
    'SELECT system, month, act, reason, count FROM override_count WHERE system = ANY ($1) ORDER BY system, month, act, reason',
    [systems],
  );
  return groupBy(rows, ({ system }) => system);
}

export type FiguresRow = { system: string; position: number; record: string; is_overlapped: boolean };

/**
 * Periods that overlap are refused today, but an older log may have them. Then the counts of the longer period are suppressed, because
 * subtracting those of the shorter ones could reveal small counts.
 */
export const figureColumns = `system, position, record, EXISTS (
  SELECT FROM oversight_figures o WHERE o.system = f.system AND o.period_from <= f.period_to AND o.period_to >= f.period_from
    AND (o.period_from, o.period_to) <> (f.period_from, f.period_to)
    AND o.period_to::date - o.period_from::date <= f.period_to::date - f.period_from::date) AS is_overlapped`;

/** Suppresses counts again: a log from elsewhere, or an older one, may hold counts that are too exact to publish. */
export function publish({ system, position, record, is_overlapped: isOverlapped }: FiguresRow): OversightFigures {
  const recorded = suppressSmallCounts(JSON.parse(record) as EventData['OversightFiguresReported']);
  const figures = isOverlapped ? suppressAllCounts(recorded) : recorded;
  const { period, measured, note } = figures;
  return {
    system,
    period,
    measured,
    outputs: figures.outputs ?? null,
    reviewed: figures.reviewed ?? null,
    overridden: figures.overridden ?? null,
    overriddenByReason: publishCounts(figures.overriddenByReason),
    overriddenByOutcome: publishCounts(figures.overriddenByOutcome),
    objections: figures.objections ?? null,
    objectionsByOutcome: publishCounts(figures.objectionsByOutcome),
    ...(note && { note }),
    position,
  };
}

function publishCounts(counts: Record<string, Count | undefined> | undefined): Record<string, PublishedCount> {
  return Object.fromEntries(Object.entries(counts ?? {}).map(([code, count]) => [code, count ?? null]));
}
