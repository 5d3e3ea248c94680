import { effectiveFrom, endOf, fields, firstDayOf, groups, parts, startOf, toDomainEvent } from '#domain';
import type { MarkedEntry, Organisation, SystemRecord } from '#projections';
import { type Field, system } from '../rdf/fields.js';
import { eventLabel, hasText, labelOf, say, type TextKey, type TextLanguage, type Texts, textOf } from '../texts.js';
import { type PageLinks, page, toHtml } from './html.js';
import { dateHtml, membersOf, textHtml, valueHtml, withDate } from './values.js';

/** What a page of a system is made of. `alternates`: links from the page to other formats; `home`: the page of all systems. */
export type SystemFacts = {
  record: SystemRecord;
  organisation: Organisation | undefined;
  timeline: MarkedEntry[];
  alternates: { href: string; type: string; title: string }[];
  home: string;
  languages?: PageLinks;
  /** The date or time of the record, unless it is the current one. */
  asOf?: string | undefined;
  /** The address of the whole history, if it is too long for a page. */
  more?: string | undefined;
};

/**
 * A plain page of a system: everything that its record says (except the verbatim source), group by group (schema/record), and its history. A
 * text that is missing in the language of the page is shown in another, which is named.
 */
export function systemPage(
  { record, organisation, timeline, alternates, home, languages, asOf, more }: SystemFacts,
  language: TextLanguage,
): string {
  const name = textOf(record.name, language);
  const rows = [
    [
      say(language, 'page.organisation'),
      textHtml(organisation && namesAt(organisation, asOf), language) || toHtml(record.organisation),
    ],
    [
      say(language, 'page.status'),
      `${toHtml(labelOf('system-status', record.status, language))} (${sinceHtml(record, language)})`,
    ],
    [say(language, 'part.risk'), record.risk ? toHtml(labelOf('risk-class', record.risk.class, language)) : ''],
  ] as [string, string][];
  const history = inOrder(timeline, asOf).map((entry) => historyItem(entry, language));
  if (more) history.push(`<li><a href="${toHtml(more)}">…</a></li>`);
  const links = alternates
    .map(({ href, type, title }) => `<a href="${toHtml(href)}" type="${type}">${toHtml(title)}</a>`)
    .join(' · ');
  const incomplete = record.incomplete
    ? `<p><strong>${toHtml(say(language, 'page.incomplete', { n: record.incomplete.length }))}</strong></p>`
    : '';
  const body = [
    notices(organisation ? [organisation] : [], language),
    thenHtml(asOf, 'page.asOf', 'page.today', language),
    incomplete,
    `<p>${textHtml(record.summary, language)}</p>${tableOf(rows)}`,
    ...groups.map((group) => groupHtml(group, record, language, asOf)),
    `<h2>${toHtml(say(language, 'page.history'))}</h2><ol>${history.join('')}</ol>`,
    `<p>${say(language, 'page.pair', { name: toHtml(say(language, 'page.other')), value: links })}</p><p><a href="${toHtml(home)}">${toHtml(say(language, 'page.systems'))}</a></p>`,
  ];
  const kept = asOf ? `&asOf=${encodeURIComponent(asOf)}` : '';
  const title = `${name?.value ?? record.id}${asOf ? ` · ${asOf.slice(0, 10)}` : ''}`;
  return page(language, name ?? record.id, title, body.join(''), languages, kept);
}

/** What says that a page is about a past day, and leads to today. */
function thenHtml(asOf: string | undefined, key: TextKey, now: TextKey, language: TextLanguage): string {
  if (asOf === undefined) return '';
  const today = `<a href="?language=${language}">${toHtml(say(language, now))}</a>`;
  return `<p role="note"><strong>${withDate(language, key, asOf)}</strong> ${today}</p>`;
}

/** Since when the status is what it is, as exactly as that is stated; or when it was seen to be that. */
function sinceHtml({ statusSince, deployment, retirement }: SystemRecord, language: TextLanguage): string {
  const isSeen = [deployment, retirement].some((begun) => begun?.seen && begun.occurredAt === statusSince);
  return isSeen
    ? withDate(language, 'page.seenOn', statusSince)
    : dateHtml(asStated(statusSince, deployment), language);
}

/** A day that counts as the beginning of a use; the month or the year, where no more is stated. */
const asStated = (day: string, begun: { from?: string } | undefined): string =>
  begun?.from !== undefined && firstDayOf(begun.from) === day ? begun.from : day;

const known = new Map(system.fields.map((field) => [field.name, field]));
/** These are shown at the top of the page. */
const above = ['name', 'summary'];

/** One group of fields and parts of a record: short values in a table, each text and each part under a heading of its own. */
function groupHtml(
  group: (typeof groups)[number],
  record: SystemRecord,
  language: TextLanguage,
  asOf: string | undefined,
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
    group === 'law' ? withheldHtml(record, language, asOf) : group === 'record' ? recordHtml(record, language) : '';
  const html = [...texts, tableOf(short), ...things, further].join('');
  return html === '' ? '' : `<h2>${toHtml(say(language, `group.${group}`))}</h2>${html}`;
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
    name === 'deployments' ? { ...item, since: asStated(String(item['since']), item) } : item;
  const tables = items.map((item) => tableOf(membersOf(shown, name, stated(item), language)));
  return `<h3>${toHtml(say(language, `part.${name}`))}</h3>${tables.join('')}`;
}

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

function withheldName(field: string, language: TextLanguage): string {
  const key = partsWithheld[field] ?? `field.${field}`;
  return hasText(key) ? say(language, key) : field;
}

function recordHtml(record: SystemRecord, language: TextLanguage): string {
  const { registeredAt, changedAt, confirmedAt, nextReview } = record;
  const rows: [string, string][] = [[say(language, 'page.registered'), dateHtml(registeredAt, language)]];
  if (changedAt !== registeredAt) rows.push([say(language, 'page.changed'), dateHtml(changedAt, language)]);
  if (nextReview) rows.push([say(language, 'member.nextReview'), dateHtml(nextReview, language)]);
  if (confirmedAt) rows.push([say(language, 'page.confirmed'), dateHtml(confirmedAt, language)]);
  return tableOf(rows) + partHtml('corrections', record, language) + partHtml('erasures', record, language);
}

function tableOf(rows: [string, string][], caption?: string): string {
  const filled = rows.filter(([, value]) => value !== '');
  if (filled.length === 0) return '';
  return `<table>${caption === undefined ? '' : `<caption>${toHtml(caption)}</caption>`}${filled.map(([label, value]) => `<tr><th scope="row">${toHtml(label)}</th><td>${value}</td></tr>`).join('')}</table>`;
}

function historyItem(entry: MarkedEntry, language: TextLanguage): string {
  const { occurredAt, recordedAt, erased, standing } = entry;
  const [date, recorded] = [occurredAt.slice(0, 10), recordedAt.slice(0, 10)];
  const { deployment, part } = (entry.data ?? {}) as { deployment?: unknown; part?: unknown };
  const remarks = [
    ...(typeof deployment === 'string' && deployment !== 'main' ? [toHtml(deployment)] : []),
    ...(entry.type === 'DeploymentSuspended' && part !== undefined ? [toHtml(say(language, 'page.partly'))] : []),
    ...(erased.length > 0 ? [toHtml(say(language, 'page.erased'))] : []),
    ...(standing === 'stands' ? [] : [toHtml(say(language, `page.${standing}`))]),
    ...(recorded === date ? [] : [withDate(language, 'page.recorded', recorded)]),
  ];
  const label = toHtml(eventLabel(entry, language));
  return `<li>${dateHtml(occurredAt, language)} ${label}${remarks.length > 0 ? ` (${remarks.join('; ')})` : ''}</li>`;
}

/** The events up to `asOf`, newest first; of those on the same day, the last recorded first. */
function inOrder(timeline: MarkedEntry[], asOf: string | undefined): MarkedEntry[] {
  return timeline
    .filter((entry) => asOf === undefined || startOf(takesEffect(entry)) <= endOf(asOf))
    .sort((a, b) => startOf(b.occurredAt) - startOf(a.occurredAt) || b.sequence - a.sequence);
}

/** From when an event counts by what it says itself; what it was corrected to is told beside it. */
const takesEffect = ({ type, occurredAt, organisation, eventId: id, data, erased }: MarkedEntry) =>
  effectiveFrom(toDomainEvent({ type, occurredAt, organisation, id }, data, erased));

/** The names that an organisation had on a day. */
function namesAt({ names, formerNames }: Organisation, asOf: string | undefined): Texts {
  const then = asOf === undefined ? undefined : formerNames.find(({ until }) => startOf(until) > endOf(asOf));
  return then?.names ?? names;
}

/** Notices that organisations show beside all their content, for example that it is a demonstration. */
export function notices(organisations: Pick<Organisation, 'names' | 'notice'>[], language: TextLanguage): string {
  return organisations
    .flatMap(({ names, notice }) => {
      const text = textHtml(notice, language);
      const name = `<strong>${textHtml(names, language)}</strong>`;
      return text ? [`<p role="note">${say(language, 'page.pair', { name, value: text })}</p>`] : [];
    })
    .join('');
}

/** A page that lists systems. */
export function systemsPage(
  systems: { href: string; record: SystemRecord }[],
  language: TextLanguage,
  origin: string,
  more: string,
  {
    organisations = [],
    languages = [],
    kept = '',
    asOf,
  }: { organisations?: Organisation[]; languages?: PageLinks; kept?: string; asOf?: string | undefined } = {},
): string {
  const items = systems.map(
    ({ href, record }) =>
      `<li><a href="${toHtml(href)}">${textHtml(record.name, language) || toHtml(record.id)}</a> (${toHtml(labelOf('system-status', record.status, language))})</li>`,
  );
  const heading = say(language, 'page.systems');
  return page(
    language,
    heading,
    `${heading} · ${origin}${asOf ? ` · ${asOf}` : ''}`,
    `${notices(organisations, language)}${thenHtml(asOf, 'page.systemsAsOf', 'page.systemsNow', language)}<ul>${items.join('')}</ul>${more}`,
    languages,
    kept,
  );
}
