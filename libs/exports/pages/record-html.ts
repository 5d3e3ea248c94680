import { fields, firstDayOf, groups, parts } from '#domain';
import type { SystemRecord } from '#projections';
import { type Field, system } from '../rdf/fields.js';
import { hasText, say, type TextLanguage } from '../texts.js';
import { toHtml } from './html.js';
import { dateHtml, membersOf, textHtml, valueHtml, withDate } from './values.js';

/** The day on which a status of a system began, as exactly as that is stated; or when it was seen to be that. */
export function sinceHtml(record: SystemRecord, since: string, language: TextLanguage): string {
  const { deployments = [], retirement } = record;
  const seen = [...startsOf(record), ...deployments.map(({ ended }) => ended), retirement];
  if (seen.some((begun) => begun?.seen && begun.occurredAt === since)) return withDate(language, 'page.seenOn', since);
  return dateHtml(dayStated(record, since), language);
}

const startsOf = ({ deployments = [], deployment }: SystemRecord) => [
  ...deployments,
  ...(deployment ? [deployment] : []),
];

/** A day on which a use of a system may have begun; the month or the year, where no more is stated. */
export function dayStated(record: SystemRecord, day: string): string {
  const begun = startsOf(record).find(({ from }) => from !== undefined && firstDayOf(from) === day);
  return asStated(day, begun);
}

/** A day that counts as the beginning of a use; the month or the year, where no more is stated. */
const asStated = (day: string, begun: { from?: string } | undefined): string =>
  begun?.from !== undefined && firstDayOf(begun.from) === day ? begun.from : day;

const known = new Map(system.fields.map((field) => [field.name, field]));
/** These are shown at the top of the page. */
const above = ['name', 'summary'];

/**
 * One group of fields and parts of a record: short values in a table, each text and each part under a heading of its own; then the fields of which nothing is
 * said.
 */
export function groupHtml(
  group: (typeof groups)[number],
  record: SystemRecord,
  language: TextLanguage,
  day: string | undefined,
): string {
  const own = fields.filter((field) => field.group === group && !above.includes(field.name));
  const short = own.flatMap(({ name, type }): [string, string][] => {
    const html = type === 'text' ? '' : valueHtml(known.get(name)!, record[name], language);
    return html === '' ? [] : [[say(language, `field.${name}`), html]];
  });
  const texts = own.flatMap(({ name, type }) => {
    const html = type === 'text' ? textHtml(record[name], language) : '';
    return html === '' ? [] : [`<h3>${toHtml(say(language, `field.${name}`))}</h3><p>${html}</p>`];
  });
  const things = parts
    .filter((part) => part.group === group && !('deprecated' in part))
    .map(({ name }) => partHtml(name, record, language));
  const further =
    group === 'law' ? withheldHtml(record, language, day) : group === 'record' ? recordHtml(record, language, day) : '';
  const unsaid = own.filter(
    ({ name }) => record[name] === undefined && record.withheld?.[name] === undefined && !isToldElsewhere(name, record),
  );
  const names = unsaid.map(({ name }) => toHtml(say(language, `field.${name}`))).join(', ');
  const none =
    names &&
    `<p class="note">${say(language, 'page.pair', { name: toHtml(say(language, 'system.notStated')), value: names })}</p>`;
  return [...texts, tableOf(short), ...things, further, none].join('');
}

/** Whether a part of the record tells what a field would, or the field is for one country's register alone. */
function isToldElsewhere(name: string, { deployments, nextReview, risk }: SystemRecord): boolean {
  switch (name) {
    case 'inUseFrom':
      return deployments !== undefined;
    case 'area':
      return deployments?.some(({ where }) => where !== undefined) === true;
    case 'reviewDue':
      return (nextReview ?? risk?.nextReview) !== undefined;
    default:
      // The end of use is told by what ended it, if anything did.
      return ['inUseTo', 'publicationCategory', 'source'].includes(name);
  }
}

/** The date of what happened comes first. */
const isDate = ({ name }: Field) => name === 'occurredAt';

/** What only says how a record goes on. */
const hidden = new Set(['statusBefore']);

/** A part of a record: one table of members for each of its entries. */
function partHtml(
  name: (typeof parts)[number]['name'] | 'corrections' | 'erasures',
  record: SystemRecord,
  language: TextLanguage,
): string {
  const field = known.get(name)!;
  const items = [record[name] ?? []].flat() as { [member: string]: unknown }[];
  if (items.length === 0) return '';
  const members = [...field.of!.fields].sort((a, b) => Number(isDate(b)) - Number(isDate(a)));
  // Where there is one use only, it needs no name.
  const isOnly = ({ name: member }: Field) => name === 'deployments' && items.length === 1 && member === 'deployment';
  const shown = members.filter((member) => !hidden.has(member.name) && !isOnly(member));
  const stated = (item: { [member: string]: unknown }) =>
    name === 'deployments' ? { ...item, since: statedSince(item) } : item;
  const tables = items.map((item) => tableOf(membersOf(shown, name, stated(item), language)));
  return `<h3>${toHtml(say(language, `part.${name}`))}</h3>${tables.join('')}`;
}

/** Since when a use has its status, as exactly as that is stated; undefined if it was only seen, which is told beside it. */
const statedSince = (item: { [member: string]: unknown }) =>
  item['seen'] === true && item['since'] === item['occurredAt'] ? undefined : asStated(String(item['since']), item);

/** The fields that are not published, and why; of one whose time is over by the day of the page, that too. */
function withheldHtml({ withheld }: SystemRecord, language: TextLanguage, asOf = new Date().toISOString()): string {
  const entries = Object.entries(withheld ?? {});
  if (entries.length === 0) return '';
  const members = known.get('withheld')!.of!.fields.filter(({ name }: Field) => name !== 'field');
  const tables = entries.map(([field, why]) => {
    const { until } = why;
    const isOver = until !== undefined && until < asOf.slice(0, 10);
    const rows = membersOf(
      members.filter(({ name }) => !(isOver && name === 'until')),
      'withheld',
      why,
      language,
    );
    if (isOver) rows.push([say(language, 'member.until'), withDate(language, 'page.withholdingEnded', until)]);
    return tableOf(rows, withheldName(field, language));
  });
  return `<h3>${toHtml(say(language, 'part.withheld'))}</h3>${tables.join('')}`;
}

/** The text keys of what can be withheld from parts: a member, or the whole part. */
const partsWithheld: { [field: string]: string } = Object.fromEntries(
  parts.flatMap((part) =>
    'withholdable' in part
      ? Object.entries(part.withholdable).map(([field, member]) => [
          field,
          member === '' ? `part.${part.name}` : `member.${member}`,
        ])
      : [],
  ),
);

/** The name of what can be withheld. */
export function withheldName(field: string, language: TextLanguage): string {
  const key = partsWithheld[field] ?? `field.${field}`;
  return hasText(key) ? say(language, key) : field;
}

function recordHtml(record: SystemRecord, language: TextLanguage, day = '9999'): string {
  const { registeredAt, changedAt, confirmedAt, nextReview } = record;
  const rows: [string, string][] = [[say(language, 'page.registered'), dateHtml(registeredAt, language)]];
  // Of a past day it may be a later correction.
  if (changedAt !== registeredAt && changedAt.slice(0, 10) <= day)
    rows.push([say(language, 'page.changed'), dateHtml(changedAt, language)]);
  if (nextReview) rows.push([say(language, 'member.nextReview'), dateHtml(nextReview, language)]);
  if (confirmedAt) rows.push([say(language, 'page.confirmed'), dateHtml(confirmedAt, language)]);
  return tableOf(rows) + partHtml('corrections', record, language) + partHtml('erasures', record, language);
}

function tableOf(rows: [string, string][], caption?: string): string {
  const filled = rows.filter(([, value]) => value !== '');
  if (filled.length === 0) return '';
  return `<table>${caption === undefined ? '' : `<caption>${toHtml(caption)}</caption>`}${filled.map(([label, value]) => `<tr><th scope="row">${toHtml(label)}</th><td>${value}</td></tr>`).join('')}</table>`;
}
