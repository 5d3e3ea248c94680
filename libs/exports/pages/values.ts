import { type CodelistName, labels } from '#domain';
import type { SystemRecord } from '#projections';
import { mailtoOf } from '../mailto.js';
import type { Field } from '../rdf/fields.js';
import { hasText, localeOf, say, type TextLanguage } from '../texts.js';
import { toHtml } from './html.js';

export type Texts = { [language: string]: string | undefined } | undefined;
type Thing = { [name: string]: unknown };

/** The text in a language; where there is none in it, in English, or else in the first that there is. */
export function textOf(texts: Texts, language: string): { value: string; language: string } | undefined {
  const own = [language, 'en', ...Object.keys(texts ?? {})].find((one) => texts?.[one] !== undefined);
  return own === undefined ? undefined : { value: texts![own]!, language: own };
}

/** A text; where it comes in another language it says in which. */
export function textHtml(texts: Texts, language: string): string {
  const found = textOf(texts, language);
  if (!found) return '';
  const html = toHtml(found.value).replaceAll('\n', '<br>');
  return found.language === language
    ? html
    : `<span lang="${found.language}">${html}</span> <small>(${found.language})</small>`;
}

/** What people read in place of a code. */
export const codeOf = (list: CodelistName, code: string, language: string) =>
  labels[list]?.[code]?.[language] ?? labels[list]?.[code]?.['en'] ?? code;

/** A date, a month, a year, or the day of a UTC time, as people write it. */
export function dateHtml(date: string, language: string): string {
  return `<time datetime="${toHtml(date)}">${toHtml(dayOf(date, language))}</time>`;
}

const forms: { [length: number]: Intl.DateTimeFormatOptions } = {
  4: { year: 'numeric' },
  7: { year: 'numeric', month: 'long' },
  10: { dateStyle: 'long' },
};

/** A day as people write it; the date as it stands where it is none. */
export function dayOf(date: string, language: string): string {
  const day = date.slice(0, 10);
  const form = forms[day.length];
  const time = Date.parse(day);
  if (!form || Number.isNaN(time)) return day;
  return new Intl.DateTimeFormat(localeOf(language), { ...form, timeZone: 'UTC' }).format(time);
}

/** A day, or a UTC time to the minute. */
export function momentOf(moment: string, language: string): string {
  const time = Date.parse(moment);
  if (moment.length <= 10 || Number.isNaN(time)) return dayOf(moment, language);
  return `${new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(time)} UTC`;
}

/** The name of a member of a part of a record: that of this part, or the one that parts have in common. */
export function memberName(part: string, member: string, language: TextLanguage): string {
  const own = [`member.${part}.${member}`, `member.${member}`].find(hasText);
  return own === undefined ? member : say(language, own);
}

/** A value of a field as HTML; one or many. */
export function valueHtml(field: Field, value: unknown, language: TextLanguage): string {
  if (!Array.isArray(value)) return oneHtml(field, value, language);
  const items = value.map((one) => oneHtml(field, one, language));
  return field.kind === 'node' ? `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>` : items.join(', ');
}

function oneHtml(field: Field, value: unknown, language: TextLanguage): string {
  if (value === undefined || value === null) return '';
  switch (field.kind) {
    case 'text':
      return textHtml(value as Texts, language);
    case 'code':
      return toHtml(codeOf(field.list as CodelistName, String(value), language));
    case 'boolean':
      return toHtml(say(language, value ? 'page.yes' : 'page.no'));
    case 'date':
    case 'partialDate':
    case 'dateOrTime':
      return dateHtml(String(value), language);
    case 'number':
      return toHtml(new Intl.NumberFormat(localeOf(language)).format(Number(value)));
    case 'url':
      return linkHtml(String(value), String(value));
    case 'contact':
      return contactHtml(value as NonNullable<SystemRecord['contact']>);
    case 'country':
      return toHtml(new Intl.DisplayNames([language], { type: 'region' }).of(String(value)) ?? String(value));
    case 'json':
      return toHtml(
        Object.entries(value as Thing)
          .map(([name, inner]) => `${name}: ${String(inner)}`)
          .join('; '),
      );
    case 'node':
      return nodeHtml(field, value as Thing, language);
    default:
      return toHtml(String(value));
  }
}

/** What a value of several members reads like: a link, a period, an amount, a number with who gave it, or member by member. */
function nodeHtml({ name, of }: Field, value: Thing, language: TextLanguage): string {
  const html = (member: string) => oneHtml(of!.fields.find((field) => field.name === member)!, value[member], language);
  switch (of!.name) {
    case 'LegalReference':
    case 'DataSource':
      return value['url'] ? linkHtml(String(value['url']), String(value['title'])) : html('title');
    case 'Link': {
      const { url, title } = value as { url: string; title?: string };
      return title ? `${linkHtml(url, title)} (${html('kind')})` : `<a href="${toHtml(url)}">${html('kind')}</a>`;
    }
    case 'Period':
      return `${html('from')} – ${html('to')}`;
    case 'Money':
      return toHtml(moneyOf(value as Money, language));
    case 'Identifier':
    case 'OfficialIdentifier':
      return `${html('id')} (${html('scheme')})`;
    default:
      return membersOf(of!.fields, name, value, language)
        .map(([label, inner]) => `${toHtml(label)}: ${inner}`)
        .join('; ');
  }
}

/** The members of a value that are there, each with its name. */
export function membersOf(fields: Field[], part: string, value: Thing, language: TextLanguage): [string, string][] {
  return fields.flatMap((field) => {
    const html = valueHtml(field, value[field.name], language);
    return html === '' ? [] : [[memberName(part, field.name, language), html] as [string, string]];
  });
}

type Money = { amount: string; currency: string; vat?: 'included' | 'excluded' | 'unknown' };

function moneyOf({ amount, currency, vat }: Money, language: TextLanguage): string {
  // A decimal number in text is formatted as it is, without the rounding of a number.
  const sum = new Intl.NumberFormat(localeOf(language), { style: 'currency', currency }).format(amount as `${number}`);
  return vat === 'included' || vat === 'excluded' ? `${sum} (${say(language, `page.vat.${vat}`)})` : sum;
}

const linkHtml = (href: string, text: string) => `<a href="${toHtml(href)}">${toHtml(text)}</a>`;

function contactHtml({ office, email, phone, url, address }: NonNullable<SystemRecord['contact']>): string {
  return [
    office && toHtml(office),
    email && linkHtml(mailtoOf(email), email),
    phone && toHtml(phone),
    url && linkHtml(url, url),
    address && toHtml(address),
  ]
    .filter(Boolean)
    .join('<br>');
}
