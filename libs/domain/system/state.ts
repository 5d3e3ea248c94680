import type { DomainEvent } from '../command.js';
import { effectiveFrom } from '../facts.js';
import { applicationDates, type Code } from '../generated/codelists.js';
import type { EventData } from '../generated/events.js';
import { dayBefore, toNumber } from '../time.js';
import {
  type Deployment,
  type DeploymentEvent,
  deploymentOf,
  evolveDeployment,
  replace,
  statusOf,
  withSystemStatus,
} from './deployments.js';

/** `annexI`: no point of Annex III is stated: high-risk by Annex I, or by a route that nobody stated. `pointTwo`: by point 2 alone (Art 27(1)); `prohibitedFrom`: from when its use is prohibited. */
type Risk = { class: Code<'risk-class'>; annexI: boolean; pointTwo: boolean; prohibitedFrom?: string };

/** What the rules need to know about a registered system. */
type Facts = {
  organisation: string;
  lots: Record<string, 'open' | 'ended'>;
  risk?: Risk;
  hasOversight: boolean;
  hasRightsAssessment: boolean;
  firstInUse?: string;
  /** When the provider placed it on the market, as the record says. */
  placedOnMarket?: string;
  /** `changedSince`: from when on a deployment is as it is. */
  deployments: readonly (Deployment & { changedSince: string })[];
  /** Since when the system as a whole was last changed: handed over, retired, its status corrected. Absent while it is as registered. */
  changedSince?: string;
  /** First and last day (YYYYMMDD) of each period with oversight figures, one after the other. */
  figureDays: readonly number[];
  incidents: Record<string, 'open' | 'closed'>;
  requests: Record<string, 'open' | 'answered'>;
};

/** `none`: not in the register yet. `lastDay`: the last day of use of what is no longer used. */
export type SystemState =
  | { status: 'none' }
  | (Facts & { status: Code<'system-status'>; lastDay?: string; successor?: string });

export type KnownSystem = Exclude<SystemState, { status: 'none' }>;

export const initialSystem: SystemState = { status: 'none' };

/** Events whose occurrence alone says enough, even when their content was erased. */
const speaksForItself = new Set<DomainEvent['type']>([
  'ContractAwarded',
  'OversightAssigned',
  'DeploymentStarted',
  'DeploymentSuspended',
  'DeploymentResumed',
  'DeploymentEnded',
  'SystemRetired',
  // Whom a system went to is known even then (facts.ts).
  'SystemDescribed',
]);

/**
 * Folds one event into the state. Never refuses: what is in the log is a fact; what was erased counts as unknown. Corrections and retractions
 * of other events are settled before (facts.ts).
 */
export function evolveSystem(state: SystemState, event: DomainEvent): SystemState {
  if (event.type === 'SystemRegistered') return onMarket(register(event.organisation), event.data.placedOnMarket);
  if (state.status === 'none') return state;
  if (event.erased && event.type === 'RiskClassified') return withoutRisk(state);
  if (event.erased && !speaksForItself.has(event.type)) return state;
  switch (event.type) {
    case 'SystemDescribed':
      return onMarket(
        event.data.transferTo
          ? { ...state, organisation: event.data.transferTo, changedSince: event.occurredAt }
          : state,
        event.data.set?.placedOnMarket,
      );
    case 'ProcurementStarted':
      return { ...state, lots: { ...state.lots, [event.data.lot]: 'open' } };
    case 'ProcurementEnded':
      return { ...state, lots: { ...state.lots, [event.data.lot]: 'ended' } };
    case 'ContractAwarded':
      return state.status === 'registered' ? { ...state, status: 'procured' } : state;
    case 'RiskClassified':
      return { ...state, risk: toRisk(event.data) };
    case 'AssessmentRecorded':
      return isRightsAssessment(event.data) ? { ...state, hasRightsAssessment: true } : state;
    case 'OversightAssigned':
      return { ...state, hasOversight: true };
    case 'DeploymentStarted':
    case 'DeploymentSuspended':
    case 'DeploymentResumed':
    case 'DeploymentEnded':
      return deploy(state, event);
    case 'IncidentReported':
      return { ...state, incidents: { ...state.incidents, [event.data.incident]: 'open' } };
    case 'IncidentClosed':
      return { ...state, incidents: { ...state.incidents, [event.data.incident]: 'closed' } };
    case 'CorrectionRequested':
      return { ...state, requests: { ...state.requests, [event.data.request]: 'open' } };
    case 'CorrectionAnswered':
      return { ...state, requests: { ...state.requests, [event.data.request]: 'answered' } };
    case 'RecordCorrected':
      return onMarket(
        event.data.status ? correctStatus(state, event.data.status, event.data.since) : state,
        event.data.set?.placedOnMarket,
      );
    case 'SystemRetired':
      return retire(state, event);
    case 'OversightFiguresReported':
      return event.data.period ? { ...state, figureDays: withPeriod(state.figureDays, event.data.period) } : state;
    case 'OrganisationRegistered':
    case 'OrganisationRenamed':
    case 'OrganisationClosed':
    case 'HumanOverrideRecorded':
    case 'SystemChanged':
    case 'CostReported':
    case 'EnergyReported':
    case 'ConsultationHeld':
    case 'SignalAnswered':
    case 'RecordConfirmed':
    case 'FieldWithheld':
    case 'EventCorrected':
    case 'EventRetracted':
    case 'PayloadErased':
      return state;
    default:
      return event satisfies never;
  }
}

/** One that was not made, or that rejects the use, is none. */
function isRightsAssessment({ kind, result }: EventData['AssessmentRecorded']): boolean {
  return kind === 'fria' && result !== 'not-performed' && result !== 'rejected';
}

export function isUsed({ status }: KnownSystem): boolean {
  return status === 'piloted' || status === 'in-use' || status === 'suspended';
}

function toRisk({ class: riskClass, annexIII, route, article5 }: EventData['RiskClassified']): Risk {
  return {
    class: riskClass,
    annexI: !annexIII && route !== 'annex-iii',
    pointTwo: isPointTwoOnly(annexIII),
    ...(riskClass === 'prohibited' && { prohibitedFrom: prohibitedFrom(article5) }),
  };
}

/** The practices that were added in 2026 are prohibited later; where no practice is stated, it may be one of the others. */
function prohibitedFrom(practices: readonly string[] | undefined): string {
  const isNew = practices?.every((code) => code === 'A5-1-ba' || code === 'A5-1-bb') ?? false;
  return applicationDates[isNew ? 'prohibitions-2026' : 'prohibitions'].from;
}

/** Safety components of critical infrastructure: Art 27(1) requires no fundamental-rights impact assessment. */
function isPointTwoOnly(annexIII: readonly string[] | undefined): boolean {
  return annexIII?.every((point) => point === 'AIII-2') ?? false;
}

const onMarket = (state: KnownSystem, placedOnMarket: string | undefined): KnownSystem =>
  placedOnMarket === undefined ? state : { ...state, placedOnMarket };

function register(organisation: string): KnownSystem {
  return {
    status: 'registered',
    organisation,
    lots: {},
    deployments: [],
    hasOversight: false,
    hasRightsAssessment: false,
    figureDays: [],
    incidents: {},
    requests: {},
  };
}

function withPeriod(days: readonly number[], period: { from: string; to: string }): readonly number[] {
  const [from, to] = [toNumber(period.from), toNumber(period.to)];
  for (let i = 0; i < days.length; i += 2) if (days[i] === from && days[i + 1] === to) return days;
  return [...days, from, to];
}

function withoutRisk({ risk: _, ...state }: KnownSystem & { risk?: Risk }): KnownSystem {
  return state as KnownSystem;
}

function deploy(state: KnownSystem, event: DeploymentEvent): SystemState {
  const id = deploymentOf(event.data);
  const before = state.deployments.find(({ deployment }) => deployment === id);
  const changedSince = effectiveFrom(event);
  const { changedSince: _, ...known } = before ?? { changedSince: '' };
  const next = evolveDeployment(before && (known as Deployment), event);
  const deployments = replace(state.deployments, { ...next, changedSince });
  const { successor: __, ...rest } = state;
  const deployed = { ...(state.status === 'retired' ? rest : state), deployments, status: statusOf(deployments)! };
  if (event.type === 'DeploymentStarted' && next.status === 'in-use')
    return { ...deployed, firstInUse: earlier(state.firstInUse, event.data.from ?? event.occurredAt) };
  if (event.type === 'DeploymentEnded') return { ...deployed, lastDay: later(state.lastDay, lastDayOf(event)) };
  return deployed;
}

const earlier = (known: string | undefined, other: string) => (known !== undefined && known <= other ? known : other);
const later = (known: string | undefined, other: string) => (known !== undefined && known >= other ? known : other);

/** The last day of use that an event states, or else its own. */
function lastDayOf(event: DomainEvent): string {
  const from = effectiveFrom(event);
  return from === event.occurredAt ? from.slice(0, 10) : dayBefore(from);
}

function retire(state: KnownSystem, event: DomainEvent & { type: 'SystemRetired' }): SystemState {
  const { successor } = event.data;
  const retired = correctStatus(state, 'retired', effectiveFrom(event));
  return { ...retired, lastDay: lastDayOf(event), ...(successor && { successor }) };
}

function correctStatus(state: KnownSystem, status: Code<'system-status'>, since: string): KnownSystem {
  const { successor: _, lastDay: __, ...rest } = state;
  const deployments = withSystemStatus(
    state.deployments.map(({ changedSince: ___, ...one }) => one),
    status,
  ).map((one) => ({ ...one, changedSince: since }));
  const isOver = status === 'retired' || status === 'stopped';
  return { ...rest, status, deployments, changedSince: since, ...(isOver && { lastDay: since.slice(0, 10) }) };
}
