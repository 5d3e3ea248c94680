import { type Command, type Context, type DomainEvent, operator } from '../command.js';
import { refuseWord } from '../corrections.js';
import { eventOf } from '../events.js';
import { effectiveFrom } from '../facts.js';
import { refuseReservedEnding } from '../names.js';
import { Refusal } from '../refusal.js';
import { refuseWithoutRight } from '../rights.js';
import { dayBefore, firstDayOf, refuseImpossiblePeriod, refuseImpossibleTime, startOf } from '../time.js';
import { isWordCommand } from '../word-commands.js';
import { refuseIncoherentRisk } from './classification.js';
import {
  refuseDeployment,
  refuseEnd,
  refuseResumption,
  refuseSuspension,
  refuseUnknownDeployment,
} from './deployment.js';
import { deploymentOf } from './deployments.js';
import { refuseImpossibleFigures, refusePeriodAfterRetirement } from './figures.js';
import { evolveSystem, initialSystem, isUsed, type KnownSystem, type SystemState } from './state.js';

/** Commands that a retired system still takes (figures and acts: of the time before). Audits and harm are often found afterwards. */
const afterRetirement = new Set<Command['type']>([
  'CorrectEvent',
  'RetractEvent',
  'CorrectRecord',
  'ConfirmRecord',
  'ErasePayload',
  'RecordAssessment',
  'ReportIncident',
  'CloseIncident',
  'RecordHumanOverride',
  'ReportOversightFigures',
  'ReportCost',
  'ReportEnergy',
  'RequestCorrection',
  'AnswerCorrection',
  'AnswerSignal',
]);

/** Decides a command about a system. Throws a Refusal, whose code names the rule. */
export function decideSystem(state: SystemState, command: Command, context: Context): DomainEvent[] {
  refuseWithoutRight(command, context.actor);
  refuseImpossibleTime(command.occurredAt, context.now);
  if (command.type === 'RegisterSystem') {
    refuseStranger(command.organisation, context);
    if (state.status !== 'none') throw new Refusal('SYSTEM_EXISTS', undefined, { path: '/system' });
    refuseReservedEnding(command.system!, '/system');
  } else if (state.status !== 'none') {
    refuseOther(state.organisation, command, context);
    if (state.status === 'retired' && !afterRetirement.has(command.type)) throw new Refusal('SYSTEM_RETIRED');
    refuseOutOfOrder(state, command);
    refuse(state, command, context);
  } else {
    // Of a system whose registration was retracted, what was recorded can still be erased and put right.
    const owner = context.history?.at(-1)?.organisation;
    if (owner === undefined || !(isWordCommand(command) || command.type === 'ErasePayload'))
      throw new Refusal('SYSTEM_UNKNOWN', undefined, { path: '/system' });
    refuseOther(owner, command, context);
  }
  if (isWordCommand(command))
    refuseWord(command, context, { initial: initialSystem, decide: decideSystem, evolve: evolveSystem });
  return [eventOf(command)];
}

/**
 * The record is folded in order of effect, the state in order of recording. So changes of one deployment must be recorded in the order in which
 * they take effect, and those of the system as a whole after all that takes effect before.
 */
function refuseOutOfOrder(state: KnownSystem, command: Command): void {
  const effect = changesStatus(command);
  if (effect === undefined) return;
  const own = aboutDeployment.has(command.type) ? deploymentOf(command.data as { deployment?: string }) : undefined;
  const others = state.deployments.filter(({ deployment }) => own === undefined || deployment === own);
  const times = [state.changedSince, ...others.map(({ changedSince }) => changedSince)].filter(
    (time) => time !== undefined,
  );
  const last = times.toSorted((a, b) => startOf(b) - startOf(a))[0];
  if (last === undefined || startOf(effect) >= startOf(last)) return;
  throw new Refusal(
    'OUT_OF_ORDER',
    `The status or the organisation changed on ${last}; ${effect} is before that. Use ${last} or a later day.`,
    { path: namedAt(command) ?? '/occurredAt' },
  );
}

const aboutDeployment = new Set<Command['type']>([
  'StartDeployment',
  'SuspendDeployment',
  'ResumeDeployment',
  'EndDeployment',
]);

/** The day from which a command would change the status or the organisation; undefined if it changes neither. */
function changesStatus(command: Command): string | undefined {
  switch (command.type) {
    case 'StartDeployment':
    case 'SuspendDeployment':
    case 'ResumeDeployment':
    case 'EndDeployment':
    case 'RetireSystem':
      return effectiveFrom(eventOf(command));
    case 'DescribeSystem':
      return command.data.transferTo && command.occurredAt;
    case 'CorrectRecord':
      return command.data.status && command.data.since;
    default:
      return undefined;
  }
}

/** Where a command names the day from which it counts, if it does. */
function namedAt(command: Command): string | undefined {
  if (command.type === 'CorrectRecord') return '/data/since';
  if (command.type === 'StartDeployment' && command.data.from) return '/data/from';
  const isEnd = command.type === 'RetireSystem' || command.type === 'EndDeployment';
  return isEnd && command.data.on ? '/data/on' : undefined;
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
      return refuseIncoherentRisk(command.data);
    case 'StartDeployment':
      if (command.data.from) refuseImpossibleTime(firstDayOf(command.data.from), context.now, '/data/from');
      return refuseDeployment(state, command);
    case 'SuspendDeployment':
      return refuseSuspension(state, command.data);
    case 'ResumeDeployment':
      return refuseResumption(state, command.data, command.occurredAt);
    case 'EndDeployment':
      refuseFutureEnd(command, context.now);
      return refuseEnd(state, command.data);
    case 'ChangeSystem':
      return refuseUnknownDeployment(state, command.data.deployment);
    case 'RecordHumanOverride':
      return refuseUnused(state, command.occurredAt);
    case 'ReportOversightFigures':
      return refuseImpossibleFigures(state, command.data, context.now);
    case 'ReportCost':
      return refuseImpossiblePeriod(command.data.period, context.now);
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
    case 'AnswerSignal':
      if (command.data.period) refuseImpossiblePeriod(command.data.period, context.now);
      return;
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
      refuseFutureEnd(command, context.now);
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

/** Nobody overrides a system that is not used; of one that is no longer used, acts of the time before may still be recorded. */
function refuseUnused(state: KnownSystem, occurredAt: string): void {
  if (isUsed(state)) return;
  const wasUsed = state.status === 'retired' || state.status === 'stopped';
  if (!wasUsed || state.lastDay === undefined || occurredAt.slice(0, 10) > state.lastDay)
    throw new Refusal('NOT_DEPLOYED');
}

/** A last day of use that is still to come. */
function refuseFutureEnd(command: Command & { type: 'EndDeployment' | 'RetireSystem' }, now: string): void {
  if (command.data.on) refuseImpossibleTime(dayBefore(effectiveFrom(eventOf(command))), now, '/data/on');
}

function refuseOther(owner: string, command: Command, context: Context): void {
  refuseStranger(owner, context);
  if (owner !== command.organisation)
    throw new Refusal('OTHER_ORGANISATION', 'The system belongs to another organisation than the command names.', {
      path: '/organisation',
    });
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
