import { isDate } from '#domain';
import type { SystemRecord } from '../system-record.js';
import { never } from './dates.js';
import type { Met } from './duty.js';
import type { Snapshot } from './facts.js';

/**
 * What a record shows for a duty on a day, and until which day that stays so if nothing happens (exclusive). `not-due`: there is still time; `does-not-apply`: nothing
 * has happened that the duty is about.
 */
export type Shown = {
  state: 'met' | 'missing' | 'not-done' | 'rejected' | 'expired' | 'unknown' | 'not-due' | 'does-not-apply';
  lacks?: readonly string[];
  until?: string;
};

const met: Shown = { state: 'met' };
const missing: Shown = { state: 'missing' };

/** From when a duty may bind, and from when it surely does; what is lacking to tell, if that is not the same day. */
export type Bound = { from: string; surely: string; lacks: readonly string[] };

/** Whether a record shows on a day what meets a duty. What happened before the duty bound is not judged. */
export function shownBy(wanted: Met, snapshot: Snapshot, day: string, bound: Bound): Shown {
  const { record } = snapshot;
  if ('never' in wanted) return missing;
  if ('part' in wanted) return ofPart(wanted.part, record);
  if ('field' in wanted) return ofField(wanted, snapshot);
  if ('assessment' in wanted) return ofAssessment(wanted.assessment, snapshot, day, bound.surely);
  if ('assessmentTold' in wanted) return ofAssessmentTold(wanted.assessmentTold, record, day);
  if ('told' in wanted) return ofTold(wanted.told, record);
  if ('incidents' in wanted) return worst(ofIncidents(wanted.incidents, record, day, bound));
  if ('suspensions' in wanted) return worst(ofSuspensions(wanted.suspensions, record, bound));
  if ('figures' in wanted) return ofFigures(wanted.figures, snapshot, day);
  if ('review' in wanted) return ofReview(record, day);
  if ('requests' in wanted) return worst(ofRequests(record, day));
  return worst(ofWithheld(snapshot, day));
}

/** The first day after a date; never after what is no date, which a log from elsewhere may hold. */
export function nextDay(date: string): string {
  return isDate(date) && date < lastDay ? new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10) : never;
}

const lastDay = '9999-12-30';

/** A date some months later; at the end of a shorter month its last day; never after what is no date. */
export function plusMonths(date: string, months: number): string {
  if (!isDate(date) || date > '9980') return never;
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10);
}

/** Oversight by somebody who got no training is declared as not done (Art 26(2)). */
function ofPart(part: 'oversight' | 'risk', record: SystemRecord): Shown {
  if (record[part] === undefined) return missing;
  return part === 'oversight' && record.oversight?.at(-1)?.training?.given === 'no' ? { state: 'not-done' } : met;
}

function ofField({ field, met: wanted, notDone = [] }: Extract<Met, { field: unknown }>, snapshot: Snapshot): Shown {
  const value = snapshot.record[field];
  if (value !== undefined && (!wanted || wanted.includes(String(value)))) return met;
  if (value !== undefined)
    return notDone.includes(String(value)) ? { state: 'not-done' } : { state: 'unknown', lacks: [field] };
  // What is withheld is not missing, even after its time: that is told by itself.
  return snapshot.withheld[field] ? { state: 'unknown', lacks: [field] } : missing;
}

/** The last assessment that was made decides; one that was not made changes nothing about an earlier one. */
function ofAssessment(
  wanted: Extract<Met, { assessment: unknown }>['assessment'],
  snapshot: Snapshot,
  day: string,
  binding: string,
): Shown {
  const all = snapshot.record.assessments ?? [];
  const own = all.filter(({ kind }) => wanted.kinds.includes(kind));
  const last = own.findLast(({ result }) => !wanted.notDone.includes(result));
  if (!last) {
    // Another kind of assessment may hold what this one asks for.
    if (all.some(({ kind, result }) => wanted.perhaps?.includes(kind) && !wanted.notDone.includes(result)))
      return { state: 'unknown', lacks: ['assessments'] };
    if (own.length > 0) return { state: 'not-done' };
    if (snapshot.withheld['assessment']) return { state: 'unknown', lacks: ['assessments'] };
    if (wanted.everyMonths === undefined) return missing;
    const [, begun] = [usedSince(snapshot.record), binding].sort();
    const due = plusMonths(begun!, wanted.everyMonths);
    return day < due ? { state: 'not-due', until: due } : missing;
  }
  if (wanted.rejected.includes(last.result)) return { state: 'rejected' };
  if (!wanted.met.includes(last.result)) return { state: 'unknown', lacks: ['assessments'] };
  const ends = [
    ...(wanted.validUntil && last.validUntil ? [nextDay(last.validUntil)] : []),
    ...(wanted.everyMonths ? [plusMonths(last.on ?? last.occurredAt.slice(0, 10), wanted.everyMonths)] : []),
  ].sort();
  const until = ends[0] ?? never;
  return day < until ? { state: 'met', until } : { state: 'expired' };
}

type Notices = readonly { party: string; on?: string }[];

/** The day on which one of these parties was told; undefined if none was. A notice without a day counts from `otherwise`. */
function toldOn(notices: Notices, parties: readonly string[], otherwise: string): string | undefined {
  return notices
    .filter(({ party }) => parties.includes(party))
    .map(({ on }) => on ?? otherwise)
    .sort()[0];
}

function ofAssessmentTold(
  { kinds, parties }: Extract<Met, { assessmentTold: unknown }>['assessmentTold'],
  { assessments = [] }: SystemRecord,
  day: string,
): Shown {
  const made = assessments.filter(({ kind, result }) => kinds.includes(kind) && result !== 'not-performed');
  const days = made.flatMap(
    ({ notified = [], occurredAt }) => toldOn(notified, parties, occurredAt.slice(0, 10)) ?? [],
  );
  return asOf(days.sort()[0], day);
}

/** Met from a day on, if it is one. */
function asOf(told: string | undefined, day: string): Shown {
  if (told === undefined) return missing;
  return told <= day ? met : { state: 'missing', until: told };
}

const tellsNobody: ReadonlySet<string> = new Set(['none', 'machine-readable-marking']);

/** Wherever the system runs, people must be told. Of a use whose start is not known, nobody can tell. */
function ofTold({ by }: { by?: string[] }, { deployments = [] }: SystemRecord): Shown {
  const running = deployments.filter(({ status }) => status === 'piloted' || status === 'in-use');
  if (running.length === 0 || running.some(({ occurredAt }) => occurredAt === undefined))
    return { state: 'unknown', lacks: ['deployments'] };
  const isTold = ({ peopleAreToldBy = [] }: (typeof running)[number]) =>
    peopleAreToldBy.some((measure) => (by ? by.includes(measure) : !tellsNobody.has(measure)));
  if (running.every(isTold)) return met;
  return running.some(({ peopleAreToldBy }) => peopleAreToldBy?.includes('none')) ? { state: 'not-done' } : missing;
}

function ofIncidents(
  { classes, parties, days, if: premise }: Extract<Met, { incidents: unknown }>['incidents'],
  { incidents = [] }: SystemRecord,
  day: string,
  bound: Bound,
): Shown[] {
  return incidents.flatMap((incident): Shown[] => {
    if (incident.class === undefined || !classes.includes(incident.class)) return [];
    const premised = premise && incident[premise];
    if (premised === 'no') return [];
    const reported = incident.occurredAt!.slice(0, 10);
    if (reported < bound.from) return [];
    const notices = [...(incident.notified ?? []), ...(incident.closed?.notified ?? [])];
    const closedOn = incident.closed?.occurredAt.slice(0, 10);
    const told = parties.map((group) => toldOn(notices, group, closedOn ?? reported));
    if (told.every((on) => on !== undefined && on <= day)) return [met];
    const deadline = nextDays(reported, days[incident.class] ?? days['*'] ?? 0);
    const later = told
      .filter((on) => on !== undefined && on > day)
      .sort()
      .at(-1);
    const until = day < deadline ? deadline : told.includes(undefined) ? never : (later ?? never);
    if (day < deadline) return [{ state: 'not-due', until }];
    if (premise && premised !== 'yes') return [{ state: 'unknown', lacks: [premise], until }];
    return [lateBy(reported, bound, until)];
  });
}

/** What was not told of something that happened on a day. */
function lateBy(happened: string, { surely, lacks }: Bound, until = never): Shown {
  return happened < surely ? { state: 'unknown', lacks, until } : { state: 'missing', until };
}

/** The day after a number of days: the first on which something is late. */
function nextDays(date: string, days: number): string {
  if (days === 0 || !isDate(date)) return date;
  return new Date(Date.parse(date) + (days + 1) * 86_400_000).toISOString().slice(0, 10);
}

function ofSuspensions(
  { causes, parties }: Extract<Met, { suspensions: unknown }>['suspensions'],
  { deployments = [] }: SystemRecord,
  bound: Bound,
): Shown[] {
  return deployments.flatMap(({ suspended }): Shown[] => {
    if (!suspended || suspended.occurredAt.slice(0, 10) < bound.from || !causes.includes(suspended.cause)) return [];
    const told = suspended.notified ?? [];
    const isTold = parties.every((group) => group.some((party) => told.includes(party)));
    return [isTold ? met : lateBy(suspended.occurredAt.slice(0, 10), bound)];
  });
}

function ofFigures({ everyMonths }: { everyMonths: number }, { figuresUntil, record }: Snapshot, day: string): Shown {
  const since = [usedSince(record), ...(figuresUntil === undefined ? [] : [nextDay(figuresUntil)])].sort().at(-1)!;
  const until = plusMonths(since, everyMonths);
  return day < until ? { state: 'met', until } : missing;
}

/** Since when the system has been used where it is used now; since its present status, if no deployment says. */
function usedSince({ deployments = [], statusSince }: SystemRecord): string {
  const starts = deployments.flatMap(({ status, occurredAt, from }) =>
    status === 'stopped' || occurredAt === undefined ? [] : [from ?? occurredAt],
  );
  return firstDay(starts.sort()[0] ?? statusSince);
}

const firstDay = (partial: string) => `${partial.slice(0, 10)}-01-01`.slice(0, 10);

function ofReview(record: SystemRecord, day: string): Shown {
  const dates = [record.nextReview ?? record.reviewDue, record.risk?.nextReview].filter((date) => date !== undefined);
  const due = dates.sort()[0];
  if (due === undefined) return { state: 'does-not-apply' };
  const until = nextDay(due);
  return day < until ? { state: 'met', until } : missing;
}

function ofRequests({ correctionRequests = [] }: SystemRecord, day: string): Shown[] {
  return correctionRequests.flatMap(({ answered, due }): Shown[] => {
    if (answered || due === undefined) return [];
    const until = nextDay(due);
    return [day < until ? { state: 'met', until } : missing];
  });
}

function ofWithheld({ withheld }: Snapshot, day: string): Shown[] {
  return Object.values(withheld).flatMap(({ until: last }): Shown[] => {
    if (last === undefined) return [];
    const until = nextDay(last);
    return [day < until ? { state: 'met', until } : missing];
  });
}

/** Of several things the worst counts, until any of them changes. */
const severity = ['missing', 'not-done', 'rejected', 'expired', 'unknown', 'not-due', 'met', 'does-not-apply'] as const;
function worst(all: readonly Shown[]): Shown {
  const found = severity.find((state) => all.some((one) => one.state === state));
  if (found === undefined) return { state: 'does-not-apply' };
  const until = all.map((one) => one.until ?? never).sort()[0]!;
  const lacks = found === 'unknown' ? [...new Set(all.flatMap((one) => one.lacks ?? []))] : undefined;
  return { state: found, until, ...(lacks && { lacks }) };
}
