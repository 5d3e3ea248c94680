import type { CodelistName } from '#domain';
import { duties, type SystemRecord } from '#projections';
import { mailtoOf } from '../mailto.js';
import type { Field } from '../rdf/fields.js';
import { hasText, labelOf, say, type TextKey, type TextLanguage, type Texts, textOf } from '../texts.js';
import { countryOf, dayOf, momentOf, moneyOf, numberOf } from './formats.js';
import { toHtml } from './html.js';

type Thing = { [name: string]: unknown };

/** A text as HTML. If it is in another language, that language is named. */
export function textHtml(texts: Texts, language: string): string {
  const found = textOf(texts, language);
  if (!found) return '';
  const html = toHtml(found.value).replaceAll('\n', '<br>');
  return found.language === language
    ? html
    : `<span lang="${found.language}">${html}</span> <small>(${found.language})</small>`;
}

/** A date, a month, a year, or the day of a UTC time as HTML. */
export function dateHtml(date: string, language: string): string {
  return `<time datetime="${toHtml(date)}">${toHtml(dayOf(date, language))}</time>`;
}

/** The label of a member of a part of a record: that of this part, or else the one that all parts share. */
export function memberName(part: string, member: string, language: TextLanguage): string {
  const own = [`member.${part}.${member}`, `member.${member}`].find(hasText);
  return own === undefined ? member : say(language, own);
}

/** One or more values of a field as HTML. `isInLine`: within a line, where a list does not fit. */
export function valueHtml(field: Field, value: unknown, language: TextLanguage, isInLine = false): string {
  if (!Array.isArray(value)) return oneHtml(field, value, language);
  const items = value.map((one) => oneHtml(field, one, language));
  // Elsewhere values become a list, because labels of codes may contain commas.
  if (isInLine) return items.join(', ');
  const isList = items.length > 1 || field.kind === 'node';
  return isList ? `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>` : items.join('');
}

/** A value as HTML. The verbatim source (`json`) is left out: it is for those who read the record as data. */
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

/** The label of a value that names a field of a record, a part of an event, or a duty. */
function namedHere(member: string, value: string, language: TextLanguage): string {
  const duty = member === 'breaches' ? duties.findLast(({ id }) => id === value) : undefined;
  if (duty) return `${labelOf('obligation', duty.obligation, language)} (${duty.article.cite})`;
  const key = { about: `field.${value}`, part: `page.part.${value}` }[member];
  return key !== undefined && hasText(key) ? say(language, key) : value;
}

/** A value with members as HTML: a link, a period, an amount, an identifier with its scheme, or member by member. */
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
    case 'UsedBy':
      return html('name');
    case 'Period':
      return `${html('from')} – ${html('to')}`;
    case 'Money':
      return toHtml(moneyText(value as Money, language));
    case 'Identifier':
    case 'OfficialIdentifier':
      return `${html('id')} (${html('scheme')})`;
    default:
      return membersOf(of!.fields.filter(isSaidWithin), name, value, language, true)
        .map(([label, inner]) => say(language, 'page.pair', { name: toHtml(label), value: inner }))
        .join('; ');
  }
}

/** What happened to a use of a system stands within it, so it need not name it again. */
const isSaidWithin = ({ name }: Field) => name !== 'deployment';

/** A text with a date in it, as HTML. */
export function withDate(language: TextLanguage, key: TextKey, date: string): string {
  const day = toHtml(momentOf(date, language));
  return toHtml(say(language, key, { date: momentOf(date, language) })).replace(
    day,
    `<time datetime="${toHtml(date)}">${day}</time>`,
  );
}

/** The member in which an event states itself on which day it happened; its own date is then none of that. */
const ownDay: { [part: string]: string } = { deployments: 'from', ended: 'on', retirement: 'on' };

/** The members that a value has, each with its label. */
export function membersOf(
  fields: Field[],
  part: string,
  value: Thing,
  language: TextLanguage,
  isInLine = false,
): [string, string][] {
  return fields.flatMap((field) => {
    const isDate = field.name === 'occurredAt';
    // The date says that something was only seen.
    if (field.name === 'seen' || (isDate && value[ownDay[part] ?? ''] !== undefined)) return [];
    const html =
      isDate && value['seen'] === true
        ? withDate(language, 'page.seenOn', String(value['occurredAt']))
        : valueHtml(field, value[field.name], language, isInLine);
    return html === '' ? [] : [[memberName(part, field.name, language), html] as [string, string]];
  });
}

type Money = { amount: string; currency: string; vat?: 'included' | 'excluded' | 'unknown' };

function moneyText({ amount, currency, vat }: Money, language: TextLanguage): string {
  const sum = moneyOf(amount, currency, language);
  return vat === 'included' || vat === 'excluded' ? `${sum} (${say(language, `page.vat.${vat}`)})` : sum;
}

const linkHtml = (href: string, text: string) => `<a href="${toHtml(href)}">${toHtml(text)}</a>`;

const lines = (text: string) => toHtml(text).replaceAll('\n', '<br>');

export function contactHtml({ office, email, phone, url, address }: NonNullable<SystemRecord['contact']>): string {
  return [
    office && lines(office),
    email && linkHtml(mailtoOf(email), email),
    phone && toHtml(phone),
    url && linkHtml(url, url),
    address && lines(address),
  ]
    .filter(Boolean)
    .join('<br>');
}
