import { Refusal } from './refusal.js';

/** A day begins first at UTC+14: a date is not in the future once it has begun anywhere. */
const earliestZone = 14 * 3_600_000;
/** Clocks of the city's machines may differ from the register's by this much. */
const clockSkew = 60_000;

const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.]\d{1,6})?)?Z)?$/;

/**
 * Whether a text from outside is a date (YYYY-MM-DD) or a UTC time (...Z) that there is: no 30 February, no 24:00, no leap second,
 * which clocks of computers do not have. This is the only reading of times at the border.
 */
export function isDateOrTime(text: string): boolean {
  if (!form.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text.slice(0, 10);
}

export function isDate(text: string): boolean {
  return text.length === 10 && isDateOrTime(text);
}

/** The moment (milliseconds) at which a date or UTC time begins. A leap second, which logs of before may hold, is the second before it. */
export function startOf(dateOrTime: string): number {
  return Date.parse(dateOrTime.length === 10 ? dateOrTime : dateOrTime.replace(/:60(?=[.Z])/, ':59'));
}

/** A date as the number YYYYMMDD: in the order of days, and small. */
export function toNumber(date: string): number {
  return Number(date.slice(0, 4) + date.slice(5, 7) + date.slice(8, 10));
}

export function fromNumber(day: number): string {
  const digits = String(day);
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** The last moment (milliseconds) of a date; of a time, that moment. */
export function endOf(dateOrTime: string): number {
  return dateOrTime.length === 10 ? Date.parse(dateOrTime) + 86_399_999 : startOf(dateOrTime);
}

export function isFuture(dateOrTime: string, now: string): boolean {
  const allowance = dateOrTime.length === 10 ? earliestZone : clockSkew;
  // What is no time is in no past.
  return !(startOf(dateOrTime) <= Date.parse(now) + allowance);
}

export function refuseImpossibleTime(occurredAt: string, now: string): void {
  if (isFuture(occurredAt, now))
    throw new Refusal('OCCURRED_IN_FUTURE', `${occurredAt} is still to come. Record it when it has happened.`, {
      path: '/occurredAt',
    });
  if (occurredAt < '1950')
    throw new Refusal('OCCURRED_TOO_EARLY', `${occurredAt} is before 1950.`, { path: '/occurredAt' });
}

/** Refuses a period that ends before it begins, or (`over`) that is not over. */
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
