import { type Code, firstDayOf } from '#domain';
import type { SystemRecord } from '../system-record.js';

/** What the law asks about the body that is in charge of a system. */
export type Body = { kind?: Code<'organisation-kind'>; country?: string; staff?: number };

/**
 * A start of regular use: its first and last possible day, the day on which that was recorded, whether evidence is named, and whether it was only seen that it had
 * begun.
 */
export type Start = { from: string; atLatest: string; recordedOn: string; hasEvidence: boolean; isSeen: boolean };

/**
 * A system on a day and on the days after it, until the next snapshot. `record`: what was stated of it, even if it is withheld by now; `withheld`: what
 * is; `figuresUntil`: the last day for which there are figures on human oversight.
 */
export type Snapshot = {
  day: string;
  record: SystemRecord;
  withheld: NonNullable<SystemRecord['withheld']>;
  starts: readonly Start[];
  figuresUntil?: string | undefined;
  body: Body;
};

/** The value of a fact; undefined is unknown. */
type Value = string | number | readonly string[] | undefined;

const bodiesOfTheState: ReadonlySet<string> = new Set<Code<'organisation-kind'>>([
  'municipality',
  'district',
  'metropolitan-area',
  'intermunicipal-body',
  'region',
  'province',
  'ministry',
  'agency',
  'water-board',
  'safety-region',
  'environment-service',
  'police',
]);

/** Where the AI Act applies (Art 2(1)(b)), and what the GDPR adds to that (the EEA). */
const union: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);
const eea: ReadonlySet<string> = new Set(['IS', 'LI', 'NO']);

/** Whether a country (ISO 3166-1 alpha-2) is in the European Union. */
export const isInUnion = (country: string | undefined): boolean => union.has(country ?? '');

function areaOf({ body: { country } }: Snapshot): Value {
  if (country === undefined) return undefined;
  return isInUnion(country) ? 'union' : eea.has(country) ? 'eea' : 'elsewhere';
}

const known = (code: string | undefined): string | undefined => (code === 'unknown' ? undefined : code);
const isOfTheState = ({ body }: Snapshot): Value => (bodiesOfTheState.has(body.kind ?? '') ? 'yes' : undefined);

/**
 * Points that a classification states. Who classifies a system names those that it falls under, so what is not named does not apply: but for the points of
 * Annex III of what is high-risk, and the practice of what is prohibited, which cannot be none.
 */
function pointsOf({ record: { risk, aiSystem } }: Snapshot, list: 'annexIII' | 'article5' | 'article50'): Value {
  if (aiSystem === 'no') return [];
  if (!risk) return undefined;
  if (risk[list]) return risk[list];
  if (list === 'annexIII') return risk.class !== 'high' || risk.route?.startsWith('annex-i-') ? [] : undefined;
  return list === 'article5' && risk.class === 'prohibited' ? undefined : [];
}

/** Art 25 stands in Section 3 of Chapter III: before, nobody became a provider by it. */
const article25From = '2027-12-02';

/** Who substantially modifies what is high-risk becomes its provider (Art 25(1)(b)). */
function isProvider({ record: { role, risk, changes = [] } }: Snapshot): Value {
  if (role === 'provider' || role === 'both') return 'yes';
  const own = changes.filter(
    ({ occurredAt, substantialModification, madeBy }) =>
      risk?.class === 'high' &&
      occurredAt.slice(0, 10) >= article25From &&
      substantialModification !== 'no' &&
      (madeBy ?? 'organisation') === 'organisation',
  );
  if (own.some((change) => change.substantialModification === 'yes' && change.madeBy)) return 'yes';
  return role === undefined || own.length > 0 ? undefined : 'no';
}

/** Who uses a system under its authority is its deployer (Art 3(4)); who says that it is the provider only may still use it itself. */
function isDeployer({ record: { role, deployments = [] } }: Snapshot): Value {
  if (role !== 'provider') return 'yes';
  return deployments.some(({ status }) => status !== 'stopped') ? undefined : 'no';
}

const article5Exception = ({ record: { risk } }: Snapshot): Value => (risk?.article5Exception ? 'yes' : 'no');

/** The facts on which duties depend. */
export const facts = {
  status: ({ record }: Snapshot): Value => record.status,
  aiSystem: ({ record }: Snapshot): Value => (record.aiSystem === 'unclear' ? undefined : record.aiSystem),
  class: ({ record: { risk, aiSystem } }: Snapshot): Value => (aiSystem === 'no' ? 'none' : risk?.class),
  annexIII: (snapshot: Snapshot): Value => pointsOf(snapshot, 'annexIII'),
  article5: (snapshot: Snapshot): Value => pointsOf(snapshot, 'article5'),
  article50: (snapshot: Snapshot): Value => pointsOf(snapshot, 'article50'),
  article5Exception,
  route: ({ record: { risk } }: Snapshot): Value => (risk?.annexIII ? 'annex-iii' : risk?.route),
  derogationClaimed: ({ record: { risk } }: Snapshot): Value => risk && (risk.derogation ? 'yes' : 'no'),
  profiling: ({ record: { risk } }: Snapshot): Value => known(risk?.profiling),
  deployer: isDeployer,
  provider: isProvider,
  bodyGovernedByPublicLaw: isOfTheState,
  publicAuthority: isOfTheState,
  area: areaOf,
  country: ({ body }: Snapshot): Value => body.country,
  staff: ({ body }: Snapshot): Value => body.staff,
  lawEnforcement: ({ record, body }: Snapshot): Value =>
    known(record.lawEnforcement) ?? (body.kind === 'police' ? 'yes' : undefined),
  migrationControl: ({ record }: Snapshot): Value => known(record.migrationControl),
  personalData: ({ record }: Snapshot): Value => known(record.personalData),
  highRiskProcessing: ({ record }: Snapshot): Value => known(record.highRiskProcessing),
  decisions: ({ record }: Snapshot): Value => known(record.decisions),
  atWork: ({ record }: Snapshot): Value => known(record.atWork),
  rightsAssessed: ({ record: { assessments = [] } }: Snapshot): Value =>
    assessments.some(({ kind, result }) => kind === 'fria' && result !== 'not-performed') ? 'yes' : 'no',
} satisfies { [fact: string]: (snapshot: Snapshot) => Value };

export type FactName = keyof typeof facts;

/** The members of a record on which facts depend, what is told beside them, and the parts that can meet a duty. */
export const membersOfFacts: readonly (keyof SystemRecord)[] = [
  'status',
  'organisation',
  'risk',
  'aiSystem',
  'role',
  'changes',
  'assessments',
  'lawEnforcement',
  'migrationControl',
  'personalData',
  'highRiskProcessing',
  'decisions',
  'atWork',
  'placedOnMarket',
  'oversight',
  'deployments',
  'incidents',
  'correctionRequests',
  'nextReview',
  'reviewDue',
];

/** The first and the last possible day of a year, a month or a day; of a month the 31st, for comparisons. */
export function daysOf(partial: string): [string, string] {
  if (partial.length === 10) return [partial, partial];
  return [firstDayOf(partial), partial.length === 4 ? `${partial}-12-31` : `${partial}-31`];
}
