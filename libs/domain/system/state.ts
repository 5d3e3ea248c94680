import type { DomainEvent } from '../command.js';
import { effectiveFrom } from '../facts.js';
import type { Code } from '../generated/codelists.js';
import type { EventData } from '../generated/events.js';
import { dayBefore, toNumber } from '../time.js';

/** `annexI`: no point of Annex III is stated: high-risk by Annex I, or by a route that nobody stated. `pointTwo`: by point 2 alone (Art 27(1)). */
type Risk = { class: Code<'risk-class'>; annexI: boolean; pointTwo: boolean };

/** What the rules need to know about a registered system. */
type Facts = {
  organisation: string;
  lots: Record<string, 'open' | 'ended'>;
  risk?: Risk;
  hasOversight: boolean;
  hasRightsAssessment: boolean;
  firstInUse?: string;
  /** Since when the status and the organisation are as they are; absent while they are as registered. */
  changedSince?: string;
  /** First and last day (YYYYMMDD) of each period with oversight figures, one after the other. */
  figureDays: readonly number[];
  incidents: Record<string, 'open' | 'closed'>;
  requests: Record<string, 'open' | 'answered'>;
};

type Use = 'piloted' | 'in-use';

/** A union on status; `none`: not in the register yet. `lastDay`: the last day of use. */
export type SystemState =
  | { status: 'none' }
  | (Facts & { status: 'registered' | 'procured' | Use })
  | (Facts & { status: 'suspended'; before: Use })
  | (Facts & { status: 'retired'; lastDay: string; successor?: string });

export type KnownSystem = Exclude<SystemState, { status: 'none' }>;

export const initialSystem: SystemState = { status: 'none' };

/** Events whose occurrence alone says enough, even when their content was erased. */
const speaksForItself = new Set<DomainEvent['type']>([
  'ContractAwarded',
  'OversightAssigned',
  'DeploymentStarted',
  'DeploymentSuspended',
  'DeploymentResumed',
  'SystemRetired',
  // Whom a system went to is known even then (facts.ts).
  'SystemDescribed',
]);

/**
 * Folds one event into the state. Never refuses: what is in the log is a fact; what was erased counts as unknown. Corrections and retractions
 * of other events are settled before (facts.ts).
 */
export function evolveSystem(state: SystemState, event: DomainEvent): SystemState {
  if (event.type === 'SystemRegistered') return register(event.organisation);
  if (state.status === 'none') return state;
  if (event.erased && event.type === 'RiskClassified') return withoutRisk(state);
  if (event.erased && !speaksForItself.has(event.type)) return state;
  switch (event.type) {
    case 'SystemDescribed':
      return event.data.transferTo
        ? { ...state, organisation: event.data.transferTo, changedSince: event.occurredAt }
        : state;
    case 'ProcurementStarted':
      return { ...state, lots: { ...state.lots, [event.data.lot]: 'open' } };
    case 'ProcurementEnded':
      return { ...state, lots: { ...state.lots, [event.data.lot]: 'ended' } };
    case 'ContractAwarded':
      return state.status === 'registered' ? { ...state, status: 'procured' } : state;
    case 'RiskClassified':
      return { ...state, risk: toRisk(event.data) };
    case 'AssessmentRecorded':
      return event.data.kind === 'fria' ? { ...state, hasRightsAssessment: true } : state;
    case 'OversightAssigned':
      return { ...state, hasOversight: true };
    case 'DeploymentStarted':
      return {
        ...deploy(state, event.data.stage, event.data.from ?? event.occurredAt),
        changedSince: effectiveFrom(event),
      };
    case 'DeploymentSuspended':
      return isInUse(state)
        ? { ...state, status: 'suspended', before: state.status, changedSince: event.occurredAt }
        : state;
    case 'DeploymentResumed':
      return state.status === 'suspended' ? withStatus(state, state.before, event.occurredAt) : state;
    case 'IncidentReported':
      return { ...state, incidents: { ...state.incidents, [event.data.incident]: 'open' } };
    case 'IncidentClosed':
      return { ...state, incidents: { ...state.incidents, [event.data.incident]: 'closed' } };
    case 'CorrectionRequested':
      return { ...state, requests: { ...state.requests, [event.data.request]: 'open' } };
    case 'CorrectionAnswered':
      return { ...state, requests: { ...state.requests, [event.data.request]: 'answered' } };
    case 'RecordCorrected':
      return event.data.status ? withStatus(state, event.data.status, event.data.since) : state;
    case 'SystemRetired':
      return retire(state, event);
    case 'OversightFiguresReported':
      return event.data.period ? { ...state, figureDays: withPeriod(state.figureDays, event.data.period) } : state;
    case 'OrganisationRegistered':
    case 'OrganisationRenamed':
    case 'OrganisationClosed':
    case 'HumanOverrideRecorded':
    case 'CostReported':
    case 'EnergyReported':
    case 'ConsultationHeld':
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

export function isInUse(state: SystemState): state is Facts & { status: Use } {
  return state.status === 'piloted' || state.status === 'in-use';
}

function toRisk({ class: riskClass, annexIII }: EventData['RiskClassified']): Risk {
  return { class: riskClass, annexI: !annexIII, pointTwo: isPointTwoOnly(annexIII) };
}

/** Safety components of critical infrastructure: Art 27(1) requires no fundamental-rights impact assessment. */
function isPointTwoOnly(annexIII: readonly string[] | undefined): boolean {
  return annexIII?.every((point) => point === 'AIII-2') ?? false;
}

function register(organisation: string): SystemState {
  return {
    status: 'registered',
    organisation,
    lots: {},
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

function deploy(state: KnownSystem, stage: Code<'deployment-stage'>, from: string): KnownSystem {
  const { before: _, ...facts } = { before: undefined, ...state };
  if (stage === 'pilot') return { ...facts, status: 'piloted' };
  return { ...facts, status: 'in-use', firstInUse: state.firstInUse ?? from };
}

function retire(state: KnownSystem, event: DomainEvent & { type: 'SystemRetired' }): SystemState {
  const { successor } = event.data;
  const from = effectiveFrom(event);
  const lastDay = from === event.occurredAt ? from.slice(0, 10) : dayBefore(from);
  return { ...withStatus(state, 'retired', from), lastDay, ...(successor && { successor }) } as SystemState;
}

const notRetired = { before: undefined, lastDay: undefined, successor: undefined };

function withStatus(before: KnownSystem, status: Code<'system-status'>, since: string): SystemState {
  const state = { ...before, changedSince: since };
  if (status === 'suspended') return { ...state, status, before: state.status === 'piloted' ? 'piloted' : 'in-use' };
  if (status === 'retired') return { ...state, status, lastDay: since.slice(0, 10) };
  const { before: _, lastDay: __, successor: ___, ...facts } = { ...notRetired, ...state };
  return { ...facts, status };
}
