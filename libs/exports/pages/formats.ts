import { localeOf } from '../texts.js';

// Formats of dates and numbers. Creating a formatter takes some seventy times as long as using it, so each is created once.
const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();
const regions = new Map<string, Intl.DisplayNames>();

function kept<T>(made: Map<string, T>, key: string, make: () => T): T {
  let one = made.get(key);
  if (!one) {
    one = make();
    made.set(key, one);
  }
  return one;
}

const forms: { [length: number]: Intl.DateTimeFormatOptions } = {
  4: { year: 'numeric' },
  7: { year: 'numeric', month: 'long' },
  10: { dateStyle: 'long' },
};

/** Formats a date, a month, a year, or the day (UTC) of a time; anything else is left unformatted. */
export function dayOf(date: string, language: string): string {
  const day = date.slice(0, 10);
  const form = forms[day.length];
  const time = Date.parse(day);
  if (!form || Number.isNaN(time)) return day;
  const make = () => new Intl.DateTimeFormat(localeOf(language), { ...form, timeZone: 'UTC' });
  const written = kept(dates, `${language} ${day.length}`, make).format(time);
  return ordinals[language] && day.length === 10 ? written.replace(/^1(?!\d)/, ordinals[language]) : written;
}

/** The first of a month, where it is an ordinal number. */
/** How the first day of a month is written in a date. */
export const firstOf = (language: string): string => ordinals[language] ?? '1';

const ordinals: { [language: string]: string } = { fr: '1er', it: '1º' };

/** Formats a day, or a UTC time to the minute. */
export function momentOf(moment: string, language: string): string {
  const time = Date.parse(moment);
  if (moment.length <= 10 || Number.isNaN(time)) return dayOf(moment, language);
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  const written = kept(dates, language, () => new Intl.DateTimeFormat(localeOf(language), options)).format(time);
  return `${written.replace(/^1(?!\d)/, ordinals[language] ?? '1')} UTC`;
}

/** A number with all its decimals. */
export function numberOf(value: number, language: string): string {
  const options = { maximumFractionDigits: 20 };
  return kept(numbers, language, () => new Intl.NumberFormat(localeOf(language), options)).format(value);
}

/**
 * Formats an amount (a decimal number as a string) in a currency (ISO 4217), to the cent even if the currency has none today; anything else is
 * left unformatted.
 */
export function moneyOf(amount: string, currency: string, language: string): string {
  if (!/^\d+([.]\d+)?$/.test(amount) || !/^[A-Z]{3}$/.test(currency)) return `${amount} ${currency}`;
  const options = { style: 'currency', currency, maximumFractionDigits: 2 } as const;
  const make = () => new Intl.NumberFormat(localeOf(language), options);
  return kept(numbers, `${language} ${currency}`, make).format(amount as `${number}`);
}

/** The name of a country (ISO 3166-1 alpha-2); anything else is returned as it is. */
export function countryOf(code: string, language: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return kept(regions, language, () => new Intl.DisplayNames([language], { type: 'region' })).of(code) ?? code;
}

/** A share as a percentage, with at most one decimal. Some is not told as none, nor almost all as all. */
export function percentOf(share: number, language: string): string {
  const options = { style: 'percent', maximumFractionDigits: 1 } as const;
  const format = kept(numbers, `${language} %`, () => new Intl.NumberFormat(localeOf(language), options));
  if (share > 0 && share < 0.001) return `< ${format.format(0.001)}`;
  return share < 1 && share > 0.999 ? `> ${format.format(0.999)}` : format.format(share);
}
