import { type Command, type Context, type DomainEvent, operator } from '../command.js';
import { eventOf } from '../events.js';
import { refuseReservedEnding } from '../names.js';
import { Refusal } from '../refusal.js';
import { refuseWithoutRight } from '../rights.js';
import { refuseImpossiblePeriod, refuseImpossibleTime, startOf } from '../time.js';
import { refuseDeployment, refuseResumption, refuseSuspension } from './deployment.js';
import { refuseImpossibleFigures, refusePeriodAfterRetirement } from './figures.js';
import { isInUse, type KnownSystem, type SystemState } from './state.js';

/** Commands that a retired system still takes (figures: for periods before the retirement). */
const afterRetirement = new Set<Command['type']>([
  'CorrectRecord',
  'ConfirmRecord',
  'ErasePayload',
  'ReportOversightFigures',
  'ReportCost',
  'ReportEnergy',
  'RequestCorrection',
  'AnswerCorrection',
]);

/** Decides a command about a system. Throws a Refusal, whose code names the rule. */
export function decideSystem(state: SystemState, command: Command, context: Context): DomainEvent[] {
  refuseWithoutRight(command, context.actor);
  refuseImpossibleTime(command.occurredAt, context.now);
  if (command.type === 'RegisterSystem') {
    refuseStranger(command.organisation, context);
    if (state.status !== 'none') throw new Refusal('SYSTEM_EXISTS', undefined, { path: '/system' });
    refuseReservedEnding(command.system!, '/system');
  } else {
    if (state.status === 'none') throw new Refusal('SYSTEM_UNKNOWN', undefined, { path: '/system' });
    refuseStranger(state.organisation, context);
    if (state.organisation !== command.organisation)
      throw new Refusal('OTHER_ORGANISATION', 'The system belongs to another organisation than the command names.', {
        path: '/organisation',
      });
    if (state.status === 'retired' && !afterRetirement.has(command.type)) throw new Refusal('SYSTEM_RETIRED');
    refuseOutOfOrder(state, command);
    refuse(state, command, context);
  }
  return [eventOf(command)];
}

/**
 * The record is folded in order of effect, the state in order of recording. So changes of status or organisation must be recorded in the
 * order in which they take effect.
 */
function refuseOutOfOrder(state: KnownSystem, command: Command): void {
  const effect = changesStatus(command);
  if (effect === undefined || state.changedSince === undefined || startOf(effect) >= startOf(state.changedSince))
    return;
  throw new Refusal(
    'OUT_OF_ORDER',
    `The status or the organisation changed on ${state.changedSince}; ${effect} is before that. Use ${state.changedSince} or a later day.`,
    {
      path: command.type === 'CorrectRecord' ? '/data/since' : '/occurredAt',
    },
  );
}

/** The day from which a command would change the status or the organisation; undefined if it changes neither. */
function changesStatus(command: Command): string | undefined {
  switch (command.type) {
    case 'StartDeployment':
    case 'SuspendDeployment':
    case 'ResumeDeployment':
    case 'RetireSystem':
      return command.occurredAt;
    case 'DescribeSystem':
      return command.data.transferTo && command.occurredAt;
    case 'CorrectRecord':
      return command.data.status && command.data.since;
    default:
      return undefined;
  }
}

/** The rules of each command. A command that is not listed has only the rules that all commands share. */
function refuse(state: KnownSystem, command: Command, context: Context): void {
  switch (command.type) {
    case 'StartProcurement':
      if (state.lots[command.data.lot] === 'open') throw new Refusal('LOT_OPEN', undefined, { path: '/data/lot' });
      return;
    case 'EndProcurement':
      if (state.lots[command.data.lot] !== 'open') throw new Refusal('LOT_NOT_OPEN', undefined, { path: '/data/lot' });
      return;
    case 'AwardContract':
      return refuseReversedDates(command.data.from, command.data.to);
    case 'ClassifyRisk':
      if (command.data.derogation && command.data.profiling === 'yes')
        throw new Refusal('DEROGATION_WITH_PROFILING', undefined, {
          path: '/data/derogation',
          source: 'Regulation (EU) 2024/1689 Art 6(3), last subparagraph',
        });
      return;
    case 'StartDeployment':
      return refuseDeployment(state, command.data.stage, command.data.from ?? command.occurredAt, command.occurredAt);
    case 'SuspendDeployment':
      return refuseSuspension(state);
    case 'ResumeDeployment':
      return refuseResumption(state, command.occurredAt);
    case 'RecordHumanOverride':
      if (!isInUse(state) && state.status !== 'suspended') throw new Refusal('NOT_DEPLOYED');
      return;
    case 'ReportOversightFigures':
      return refuseImpossibleFigures(state, command.data, context.now);
    case 'ReportCost':
    case 'ReportEnergy':
      refuseImpossiblePeriod(command.data.period, context.now);
      return refusePeriodAfterRetirement(state, command.data.period.to);
    case 'ReportIncident':
      if (state.incidents[command.data.incident])
        throw new Refusal('INCIDENT_EXISTS', undefined, { path: '/data/incident' });
      return refuseImpossibleTime(command.data.happenedOn, context.now);
    case 'CloseIncident':
      return refuseUnlessOpen(
        state.incidents[command.data.incident],
        'INCIDENT_UNKNOWN',
        'INCIDENT_CLOSED',
        '/data/incident',
      );
    case 'CorrectRecord':
      return refuseImpossibleTime(command.data.since, context.now);
    case 'RequestCorrection':
      if (state.requests[command.data.request])
        throw new Refusal('REQUEST_EXISTS', undefined, { path: '/data/request' });
      return;
    case 'AnswerCorrection':
      return refuseUnlessOpen(
        state.requests[command.data.request],
        'REQUEST_UNKNOWN',
        'REQUEST_ANSWERED',
        '/data/request',
      );
    case 'RetireSystem':
      if (command.data.successor && command.data.successor === command.system)
        throw new Refusal('SUCCESSOR_IS_ITSELF', undefined, { path: '/data/successor' });
      return;
    case 'RegisterOrganisation':
    case 'RenameOrganisation':
    case 'CloseOrganisation':
      throw new Refusal('UNKNOWN_COMMAND', `${command.type} is about an organisation, not a system.`);
    default:
      return;
  }
}

/** Only the organisation that owns the system may act, or the operator's administrator. */
function refuseStranger(owner: string, { actor }: Context): void {
  if (actor.organisation === owner) return;
  if (actor.organisation === operator && actor.role === 'administrator') return;
  throw new Refusal('OTHER_ORGANISATION', undefined, { path: '/organisation' });
}

function refuseReversedDates(from: string | undefined, to: string | undefined): void {
  if (from && to && to < from)
    throw new Refusal('PERIOD_REVERSED', `It ends on ${to}, before it begins on ${from}.`, { path: '/data/to' });
}

function refuseUnlessOpen(
  found: 'open' | 'closed' | 'answered' | undefined,
  unknown: 'INCIDENT_UNKNOWN' | 'REQUEST_UNKNOWN',
  closed: 'INCIDENT_CLOSED' | 'REQUEST_ANSWERED',
  path: string,
): void {
  if (found === undefined) throw new Refusal(unknown, undefined, { path });
  if (found !== 'open') throw new Refusal(closed, undefined, { path });
}
