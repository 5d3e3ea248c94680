import { Refusal } from './refusal.js';

/** A day begins first at UTC+14: a date is no longer in the future once it has begun anywhere. */
const earliestZone = 14 * 3_600_000;
/** How far the clocks of the city's machines may differ from the register's. */
const clockSkew = 60_000;

const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.]\d{1,6})?)?Z)?$/;

/**
 * Whether a text from outside is a date (YYYY-MM-DD) or UTC time (...Z) that exists: no 30 February, no 24:00, and no leap second, which
 * computer clocks do not have. All dates and times from outside are checked here.
 */
export function isDateOrTime(text: string): boolean {
  if (!form.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text.slice(0, 10);
}

export function isDate(text: string): boolean {
  return text.length === 10 && isDateOrTime(text);
}

/** The moment (milliseconds) at which a date or UTC time begins. A leap second, which older logs may hold, is read as the second before it. */
export function startOf(dateOrTime: string): number {
  return Date.parse(dateOrTime.length === 10 ? dateOrTime : dateOrTime.replace(/:60(?=[.Z])/, ':59'));
}

/** A date as the number YYYYMMDD: compact, and in chronological order. */
export function toNumber(date: string): number {
  return Number(date.slice(0, 4) + date.slice(5, 7) + date.slice(8, 10));
}

export function fromNumber(day: number): string {
  const digits = String(day);
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** The last moment of a date, in milliseconds; for a time, that time. */
export function endOf(dateOrTime: string): number {
  return dateOrTime.length === 10 ? Date.parse(dateOrTime) + 86_399_999 : startOf(dateOrTime);
}

/** Whether a value is a year (YYYY), a month (YYYY-MM) or a day that exists. */
export function isPartialDate(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}(-\d\d){0,2}$/.test(value) && isDate(firstDayOf(value));
}

/** The first day of a year (YYYY), a month (YYYY-MM) or a day. */
export function firstDayOf(partial: string): string {
  return partial.length === 10 ? partial : `${partial}-01-01`.slice(0, 10);
}

/** The day after the last day of a year (YYYY), a month (YYYY-MM) or a day. */
export function dayAfter(partial: string): string {
  const [year, month = 12, day] = partial.split('-').map(Number) as [number, number?, number?];
  return new Date(day === undefined ? Date.UTC(year, month) : Date.UTC(year, month - 1, day + 1))
    .toISOString()
    .slice(0, 10);
}

export function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}

export function isFuture(dateOrTime: string, now: string): boolean {
  const allowance = dateOrTime.length === 10 ? earliestZone : clockSkew;
  // A text that is not a time gives NaN, which counts as future.
  return !(startOf(dateOrTime) <= Date.parse(now) + allowance);
}

export function refuseImpossibleTime(occurredAt: string, now: string, path = '/occurredAt'): void {
  if (isFuture(occurredAt, now))
    throw new Refusal('OCCURRED_IN_FUTURE', `${occurredAt} is still to come. Record it when it has happened.`, {
      path,
    });
  if (occurredAt < '1950') throw new Refusal('OCCURRED_TOO_EARLY', `${occurredAt} is before 1950.`, { path });
}

/** Refuses a period that ends before it begins, or that is not over yet. */
export function refuseImpossiblePeriod(period: { from: string; to: string }, now: string): void {
  if (period.to < period.from)
    throw new Refusal('PERIOD_REVERSED', `The period ends on ${period.to}, before it begins on ${period.from}.`, {
      path: '/data/period',
    });
  if (isFuture(period.to, now))
    throw new Refusal('PERIOD_NOT_OVER', `The period ends on ${period.to}. Report it when it is over.`, {
      path: '/data/period/to',
    });
}
