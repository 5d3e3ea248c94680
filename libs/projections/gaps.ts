import type { Pool } from 'pg';
import { applicationDates, type Code, dutyDate, isPointTwoOnly } from '#domain';
import { groupBy, type Projection } from './projection.js';
import type { SystemRecord } from './record.js';

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
    PRIMARY KEY (system, obligation));
    CREATE TABLE last_figures (system text PRIMARY KEY, period_to text NOT NULL)`,
  indexes: 'CREATE INDEX gap_organisation ON gap (organisation, system)',
  async apply(client, events) {
    const reported = events.filter(({ envelope, data }) => envelope.type === 'OversightFiguresReported' && data);
    const latest = new Map<string, string>();
    for (const { stream, data } of reported) {
      const { to } = data!['period'] as { to: string };
      if (to > (latest.get(stream) ?? '')) latest.set(stream, to);
    }
    if (latest.size > 0)
      await client.query(
        `INSERT INTO last_figures SELECT * FROM unnest($1::text[], $2::text[])
         ON CONFLICT (system) DO UPDATE SET period_to = greatest(last_figures.period_to, excluded.period_to)`,
        [[...latest.keys()], [...latest.values()]],
      );
  },
  async applyRecords(client, records) {
    const touched = records.map(({ record }) => record.id);
    const { rows } = await client.query<{ system: string; period_to: string }>(
      'SELECT * FROM last_figures WHERE system = ANY ($1)',
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
    await client.query('DELETE FROM last_figures WHERE system = $1', [system]);
  },
};

/** The gaps of a record. A gap that lies in the future (an upcoming review) has a `since` after today. */
export function findGaps(record: SystemRecord, figuresUntil?: string): Gap[] {
  const used = ['piloted', 'in-use', 'suspended'].includes(record.status);
  const day = (time: string) => time.slice(0, 10);
  const since = day(record.deployment?.occurredAt ?? record.statusSince);
  const high = used && record.risk?.class === 'high';
  const duties = { annexI: !record.risk?.annexIII };
  const from = record.deployment && (record.deployment.from ?? record.deployment.occurredAt);
  const binding = high ? dutyDate({ risk: duties }, from) : null;
  const assessed = (kind: string) => record.assessments?.some((assessment) => assessment.kind === kind);
  const found: [Code<'obligation'>, boolean | undefined, string, string | null][] = [
    ['risk-class', used && !record.risk && record.aiSystem !== 'no', since, null],
    ['human-oversight', high && !record.oversight, since, binding],
    ['rights-assessment', high && !assessed('fria') && !isPointTwoOnly(record.risk?.annexIII), since, binding],
    [
      'data-protection-assessment',
      used && record.personalData === 'yes' && !assessed('dpia') && !assessed('pre-scan-dpia'),
      since,
      '2018-05-25',
    ],
    ['eu-database', high && !record.euDatabaseUrl, since, binding],
    [
      'transparency',
      used && record.risk?.article50 !== undefined && !record.deployment?.peopleAreToldBy,
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
  if (untold?.happenedOn) list.push(gap('provider-notice', untold.happenedOn, applicationDates.incidents.from));
  const unanswered = record.correctionRequests
    ?.filter((request) => !request.answered)
    .flatMap((request) => request.due ?? [])
    .sort()[0];
  if (unanswered) list.push(gap('correction-answer', nextDay(unanswered), null));
  return list;
}

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
