import type { Pool } from 'pg';
import { applicationDates, type Code, dutyDate, firstDayOf } from '#domain';
import { groupBy, type Projection } from './projection.js';
import type { SystemRecord } from './system-record.js';

/** A duty that no event fulfils. `since`: the first day on which it is missing; `bindingFrom`: the day from which the law requires it. */
export type Gap = {
  system: string;
  organisation: string;
  obligation: Code<'obligation'>;
  since: string;
  bindingFrom: string | null;
};

/** What the law or good practice requires of a system and its record does not show (schema/codelists/obligation.csv). */
export const gaps: Projection = {
  name: 'gaps',
  tables: `CREATE TABLE gap (
    system text, obligation text, organisation text NOT NULL, since text NOT NULL, binding_from text,
    PRIMARY KEY (system, obligation))`,
  indexes: 'CREATE INDEX gap_organisation ON gap (organisation, system)',
  async applyRecords(client, records) {
    const touched = records.map(({ record }) => record.id);
    const { rows } = await client.query<{ system: string; period_to: string }>(
      'SELECT system, max(period_to) AS period_to FROM oversight_figures WHERE system = ANY ($1) GROUP BY system',
      [touched],
    );
    const figuresUntil = new Map(rows.map((row) => [row.system, row.period_to]));
    const found = records.flatMap(({ record }) => findGaps(record, figuresUntil.get(record.id)));
    await client.query('DELETE FROM gap WHERE system = ANY ($1)', [touched]);
    await client.query(
      'INSERT INTO gap SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])',
      [
        found.map((gap) => gap.system),
        found.map((gap) => gap.obligation),
        found.map((gap) => gap.organisation),
        found.map((gap) => gap.since),
        found.map((gap) => gap.bindingFrom),
      ],
    );
  },
  async forget(client, system) {
    await client.query('DELETE FROM gap WHERE system = $1', [system]);
  },
};

/** The gaps of a record. A gap that lies in the future (an upcoming review) has a `since` after today. */
export function findGaps(record: SystemRecord, figuresUntil?: string): Gap[] {
  const used = ['piloted', 'in-use', 'suspended'].includes(record.status);
  const day = (time: string) => time.slice(0, 10);
  const { deployment } = record;
  const since = deployment ? firstDayOf(deployment.from ?? day(deployment.occurredAt)) : day(record.statusSince);
  const isHigh = record.risk?.class === 'high';
  const high = used && isHigh;
  // High-risk by Annex III. What is high-risk without a point of it is so by Annex I, or by a route that nobody stated.
  const { annexIII = [] } = record.risk ?? {};
  const duties = { annexI: annexIII.length === 0 };
  const from = record.deployment && (record.deployment.from ?? record.deployment.occurredAt);
  const binding = isHigh ? dutyDate({ risk: duties }, from) : null;
  // An assessment that is withheld may be there. One that was not made, or that rejects the use, meets no duty.
  const assessed = (kind: string) =>
    record.withheld?.['assessment'] !== undefined ||
    record.assessments?.some(
      (assessment) => assessment.kind === kind && !['not-performed', 'rejected'].includes(assessment.result),
    );
  const found: [Code<'obligation'>, boolean | undefined, string, string | null][] = [
    ['prohibited-practice', used && record.risk?.class === 'prohibited', since, prohibitedFrom(record.risk?.article5)],
    ['risk-class', used && !record.risk && record.aiSystem !== 'no', since, null],
    ['human-oversight', high && !record.oversight, since, binding],
    // Art 27(1): systems of Art 6(2), except those of point 2.
    ['rights-assessment', high && annexIII.some(isNotPointTwo) && !assessed('fria'), since, binding],
    [
      'data-protection-assessment',
      used && record.personalData === 'yes' && !assessed('dpia') && !assessed('pre-scan-dpia'),
      since,
      '2018-05-25',
    ],
    // Art 49(3) excepts point 2 (49(5): a national register) and, in law enforcement and migration, points 1, 6 and 7 (49(4): no public entry).
    ['eu-database', high && annexIII.some(isInPublicDatabase) && !record.euDatabaseUrl, since, binding],
    [
      'transparency',
      used && record.risk?.article50?.some(isDeployersDuty) && !isTold(record.deployment?.peopleAreToldBy),
      since,
      applicationDates.transparency.from,
    ],
    ['legal-basis', used && !record.legalBasis && !record.withheld?.['legalBasis'], since, null],
    ['appeal', used && !record.appeal, since, null],
    ['oversight-figures', used, plusYear(figuresUntil ?? since), null],
    ['review', used && reviewDate(record) !== undefined, reviewDate(record) ?? '', null],
  ];
  const gap = (obligation: Code<'obligation'>, when: string, bindingFrom: string | null): Gap => ({
    system: record.id,
    organisation: record.organisation,
    obligation,
    since: when,
    bindingFrom,
  });
  const list = found
    .filter(([, missing]) => missing)
    .map(([obligation, , when, bindingFrom]) => gap(obligation, when, bindingFrom));
  const untold = record.incidents?.find((incident) => incident.class?.startsWith('A3-49') && !toldProvider(incident));
  // Art 26(5) binds deployers of high-risk systems.
  if (isHigh && untold?.happenedOn) list.push(gap('provider-notice', untold.happenedOn, binding));
  const unanswered = record.correctionRequests
    ?.filter((request) => !request.answered)
    .flatMap((request) => request.due ?? [])
    .sort()[0];
  if (unanswered) list.push(gap('correction-answer', nextDay(unanswered), null));
  return list;
}

const isNotPointTwo = (point: string) => point !== 'AIII-2';
/** Of points 1, 6 and 7 nobody states whether the use is in law enforcement, migration or border control. */
const isInPublicDatabase = (point: string) => isNotPointTwo(point) && !/^AIII-[167]-/.test(point);
/** Art 50(2) binds the provider. */
const isDeployersDuty = (point: string) => point !== 'A50-2';
/** The practices that were added in 2026 are prohibited later; where no practice is stated, the later day is certain. */
const prohibitedFrom = (practices: readonly string[] = []): string =>
  applicationDates[practices.some((code) => !/^A5-1-b[ab]$/.test(code)) ? 'prohibitions' : 'prohibitions-2026'].from;
const isTold = (by: readonly string[] | undefined) => by?.some((measure) => measure !== 'none') ?? false;

/** The gaps of each system on a day (UTC). */
export async function readGapsOf(pool: Pool, on: string, systems: string[]): Promise<Map<string, Gap[]>> {
  const { rows } = await pool.query<Gap>(
    `SELECT system, organisation, obligation, since, binding_from AS "bindingFrom" FROM gap
     WHERE since <= $1 AND system = ANY ($2) ORDER BY system, obligation`,
    [on, systems],
  );
  return groupBy(rows, ({ system }) => system);
}

/** A page, after (system, obligation), of the gaps on a day (UTC): all, or only those of an organisation or of a kind. `total` counts all pages. */
export async function readGaps(
  pool: Pool,
  on: string,
  filter: { organisation?: string | undefined; obligation?: string | undefined },
  page: { first: number; after?: [string, string] | undefined },
): Promise<{ gaps: Gap[]; total: number; hasMore: boolean }> {
  const [system, obligation] = page.after ?? ['', ''];
  const where = 'since <= $1 AND ($2::text IS NULL OR organisation = $2) AND ($3::text IS NULL OR obligation = $3)';
  const values = [on, filter.organisation ?? null, filter.obligation ?? null];
  const { rows } = await pool.query<Gap>(
    `SELECT system, organisation, obligation, since, binding_from AS "bindingFrom" FROM gap
     WHERE ${where} AND (system, obligation) > ($4, $5) ORDER BY system, obligation LIMIT $6`,
    [...values, system, obligation, page.first + 1],
  );
  const total = await pool.query<{ total: number }>(`SELECT count(*) AS total FROM gap WHERE ${where}`, values);
  return { gaps: rows.slice(0, page.first), total: total.rows[0]!.total, hasMore: rows.length > page.first };
}

function toldProvider(incident: NonNullable<SystemRecord['incidents']>[number]): boolean {
  const told = [...(incident.notified ?? []), ...(incident.closed?.notified ?? [])];
  return told.some((notice) => notice.party === 'provider');
}

function reviewDate(record: SystemRecord): string | undefined {
  const dates = [record.nextReview ?? record.reviewDue, record.risk?.nextReview].filter((date) => date !== undefined);
  const earliest = dates.sort()[0];
  return earliest && nextDay(earliest);
}

function nextDay(date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
}

function plusYear(date: string): string {
  return `${Number(date.slice(0, 4)) + 1}${date.slice(4, 10)}`;
}
