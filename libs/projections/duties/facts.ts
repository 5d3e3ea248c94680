import { type Code, firstDayOf } from '#domain';
import type { SystemRecord } from '../system-record.js';

/** What the law asks about the body that is in charge of a system. */
export type Body = { kind?: Code<'organisation-kind'>; country?: string; staff?: number };

/** A start of regular use: since when, the day on which that was recorded, and whether evidence is named. */
export type Start = { from: string; recordedOn: string; hasEvidence: boolean };

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

const known = (code: string | undefined): string | undefined => (code === 'unknown' ? undefined : code);
const isOfTheState = ({ body }: Snapshot): Value => (bodiesOfTheState.has(body.kind ?? '') ? 'yes' : undefined);

/** Points that a classification states. Of one that states none, a list of them is empty only where the class says so. */
function pointsOf({ record: { risk, aiSystem } }: Snapshot, list: 'annexIII' | 'article5' | 'article50'): Value {
  if (risk?.[list]) return risk[list];
  if (!risk) return aiSystem === 'no' ? [] : undefined;
  if (list === 'annexIII') return risk.class !== 'high' || risk.route === 'annex-i' ? [] : undefined;
  if (list === 'article5') return risk.class === 'prohibited' ? undefined : [];
  return risk.class === 'minimal' ? [] : undefined;
}

/** A substantial modification by the organisation makes it the provider (Art 25(1)(b)). */
function isProvider({ record: { role, changes = [] } }: Snapshot): Value {
  if (role !== undefined && role !== 'deployer') return 'yes';
  const own = changes.filter(({ substantialModification }) => substantialModification === 'yes');
  if (own.some(({ madeBy }) => madeBy === 'organisation')) return 'yes';
  return role === undefined || own.some(({ madeBy }) => madeBy === undefined) ? undefined : 'no';
}

const article5Exception = ({ record: { risk } }: Snapshot): Value => (risk?.article5Exception ? 'yes' : 'no');

/** The facts on which duties depend. Who uses a system under its authority is its deployer (Art 3(4)), unless it says otherwise. */
export const facts = {
  status: ({ record }: Snapshot): Value => record.status,
  aiSystem: ({ record }: Snapshot): Value => (record.aiSystem === 'unclear' ? undefined : record.aiSystem),
  class: ({ record: { risk, aiSystem } }: Snapshot): Value => risk?.class ?? (aiSystem === 'no' ? 'none' : undefined),
  annexIII: (snapshot: Snapshot): Value => pointsOf(snapshot, 'annexIII'),
  article5: (snapshot: Snapshot): Value => pointsOf(snapshot, 'article5'),
  article50: (snapshot: Snapshot): Value => pointsOf(snapshot, 'article50'),
  article5Exception,
  route: ({ record: { risk } }: Snapshot): Value => (risk?.annexIII ? 'annex-iii' : risk?.route),
  derogationClaimed: ({ record: { risk } }: Snapshot): Value => risk && (risk.derogation ? 'yes' : 'no'),
  profiling: ({ record: { risk } }: Snapshot): Value => known(risk?.profiling),
  deployer: ({ record: { role } }: Snapshot): Value => (role === 'provider' ? 'no' : 'yes'),
  provider: isProvider,
  bodyGovernedByPublicLaw: isOfTheState,
  publicAuthority: isOfTheState,
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
  'consultations',
  'correctionRequests',
  'nextReview',
  'reviewDue',
];

/** The first and the last possible day of a year, a month or a day; of a month the 31st, for comparisons. */
export function daysOf(partial: string): [string, string] {
  if (partial.length === 10) return [partial, partial];
  return [firstDayOf(partial), partial.length === 4 ? `${partial}-12-31` : `${partial}-31`];
}
