import type { CodelistName } from '#domain';
import type { SystemRecord } from '#projections';
import { mailtoOf } from '../mailto.js';
import type { Field } from '../rdf/fields.js';
import { hasText, labelOf, say, type TextLanguage, type Texts, textOf } from '../texts.js';
import { countryOf, dayOf, moneyOf, numberOf } from './formats.js';
import { toHtml } from './html.js';

type Thing = { [name: string]: unknown };

/** A text; where it comes in another language it says in which. */
export function textHtml(texts: Texts, language: string): string {
  const found = textOf(texts, language);
  if (!found) return '';
  const html = toHtml(found.value).replaceAll('\n', '<br>');
  return found.language === language
    ? html
    : `<span lang="${found.language}">${html}</span> <small>(${found.language})</small>`;
}

/** A date, a month, a year, or the day of a UTC time, as people write it. */
export function dateHtml(date: string, language: string): string {
  return `<time datetime="${toHtml(date)}">${toHtml(dayOf(date, language))}</time>`;
}

/** The name of a member of a part of a record: that of this part, or the one that parts have in common. */
export function memberName(part: string, member: string, language: TextLanguage): string {
  const own = [`member.${part}.${member}`, `member.${member}`].find(hasText);
  return own === undefined ? member : say(language, own);
}

/** A value of a field as HTML; one or many. `isInLine`: within a line, where there is no place for a list. */
export function valueHtml(field: Field, value: unknown, language: TextLanguage, isInLine = false): string {
  if (!Array.isArray(value)) return oneHtml(field, value, language);
  const items = value.map((one) => oneHtml(field, one, language));
  // Labels of codes have commas of their own.
  if (isInLine) return items.join(', ');
  const isList = items.length > 1 || field.kind === 'node';
  return isList ? `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>` : items.join('');
}

/** What is kept of a source word for word (`json`) is left to who reads it as data. */
function oneHtml(field: Field, value: unknown, language: TextLanguage): string {
  if (value === undefined || value === null || field.kind === 'json') return '';
  switch (field.kind) {
    case 'text':
      return textHtml(value as Texts, language);
    case 'code':
      return toHtml(labelOf(field.list as CodelistName, String(value), language));
    case 'boolean':
      return toHtml(say(language, value ? 'page.yes' : 'page.no'));
    case 'date':
    case 'partialDate':
    case 'dateOrTime':
      return dateHtml(String(value), language);
    case 'number':
      return toHtml(numberOf(Number(value), language));
    case 'url':
      return linkHtml(String(value), String(value));
    case 'contact':
      return contactHtml(value as NonNullable<SystemRecord['contact']>);
    case 'country':
      return toHtml(countryOf(String(value), language));
    case 'node':
      return nodeHtml(field, value as Thing, language);
    default:
      return toHtml(namedHere(field.name, String(value), language));
  }
}

/** What programs call a field of a record, or a part of an event, has a name for people. */
function namedHere(member: string, value: string, language: TextLanguage): string {
  const key = { about: `field.${value}`, part: `page.part.${value}` }[member];
  return key !== undefined && hasText(key) ? say(language, key) : value;
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
      return toHtml(moneyText(value as Money, language));
    case 'Identifier':
    case 'OfficialIdentifier':
      return `${html('id')} (${html('scheme')})`;
    default:
      return membersOf(of!.fields, name, value, language, true)
        .map(([label, inner]) => say(language, 'page.pair', { name: toHtml(label), value: inner }))
        .join('; ');
  }
}

/** The members of a value that are there, each with its name. */
export function membersOf(
  fields: Field[],
  part: string,
  value: Thing,
  language: TextLanguage,
  isInLine = false,
): [string, string][] {
  return fields.flatMap((field) => {
    const html = valueHtml(field, value[field.name], language, isInLine);
    return html === '' ? [] : [[memberName(part, field.name, language), html] as [string, string]];
  });
}

type Money = { amount: string; currency: string; vat?: 'included' | 'excluded' | 'unknown' };

function moneyText({ amount, currency, vat }: Money, language: TextLanguage): string {
  const sum = moneyOf(amount, currency, language);
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
