import { type CodelistName, endOf, labels, startOf } from '#domain';
import type { Organisation, SystemRecord, TimelineEntry } from '#projections';
import { mailtoOf } from '../mailto.js';
import { type PageLinks, page, toHtml } from './html.js';
import { headings } from './labels.js';

const textFields = [
  'purpose',
  'humanIntervention',
  'decisionProcess',
  'appeal',
  'impact',
  'affectedPeople',
  'risks',
  'considerations',
  'data',
  'technique',
  'legalBasis',
  'monitoring',
  'performance',
  'authority',
  'notes',
] as const;
const plainFields = ['provider', 'department', 'area', 'inUseFrom', 'inUseTo'] as const;

type Texts = { [language: string]: string | undefined } | undefined;

/** What a page of a system is made of. `alternates`: the same in other forms, as addresses from the page; `home`: the page of all systems. */
export type SystemFacts = {
  record: SystemRecord;
  organisation: Organisation | undefined;
  timeline: TimelineEntry[];
  alternates: { href: string; type: string; title: string }[];
  home: string;
  languages?: PageLinks;
  /** The date or time of which the record is, if it is not of now. */
  asOf?: string | undefined;
  /** Where the rest of a history is that is too long for a page. */
  more?: string | undefined;
};

/** A plain page of a system with its history, in a language; a text that is not there in it comes in another, and says in which. */
export function systemPage(
  { record, organisation, timeline, alternates, home, languages, asOf, more }: SystemFacts,
  language: string,
): string {
  const t = headings[language] ?? headings['en']!;
  const name = textOf(record.name, language);
  const rows = [
    [t['organisation'], textHtml(organisation && namesAt(organisation, asOf), language) || toHtml(record.organisation)],
    [
      t['status'],
      `${toHtml(codeOf('system-status', record.status, language))} (${toHtml(record.statusSince.slice(0, 10))})`,
    ],
    [t['risk'], record.risk && toHtml(codeOf('risk-class', record.risk.class, language))],
    ...plainFields.map((field) => [t[field], record[field] && toHtml(record[field])]),
    [t['contact'], contactOf(record)],
  ].flatMap(([label, value]) => (value ? [`<tr><th scope="row">${toHtml(label!)}</th><td>${value}</td></tr>`] : []));
  const sections = textFields.flatMap((field) => {
    const html = textHtml(record[field] as Texts, language);
    return html ? [`<h2>${toHtml(t[field]!)}</h2><p>${html}</p>`] : [];
  });
  const history = inOrder(timeline, asOf).map((entry) => {
    const date = entry.occurredAt.slice(0, 10);
    const recorded = entry.recordedAt.slice(0, 10);
    const remarks = [
      ...(entry.erased.length > 0 ? [toHtml(t['erased']!)] : []),
      ...(recorded === date ? [] : [onDate(t['recorded']!, recorded)]),
    ];
    return `<li><time datetime="${toHtml(entry.occurredAt)}">${toHtml(date)}</time> ${toHtml(codeOf('event-type', entry.type, language))}${remarks.length > 0 ? ` (${remarks.join('; ')})` : ''}</li>`;
  });
  if (more) history.push(`<li><a href="${toHtml(more)}">…</a></li>`);
  const links = alternates
    .map(({ href, type, title }) => `<a href="${toHtml(href)}" type="${type}">${toHtml(title)}</a>`)
    .join(' · ');
  const incomplete = record.incomplete
    ? `<p><strong>${toHtml(t['incomplete']!.replace('{n}', String(record.incomplete.length)))}</strong></p>`
    : '';
  const own = language === 'en' || headings[language] ? `?language=${language}` : '';
  const then = asOf
    ? `<p role="note"><strong>${onDate(t['asOf']!, asOf)}</strong> <a href="${own}">${toHtml(t['today']!)}</a></p>`
    : '';
  const body = [
    notices(organisation ? [organisation] : [], language),
    then,
    incomplete,
    `<p>${textHtml(record.summary, language)}</p><table>${rows.join('')}</table>`,
    ...sections,
    `<h2>${toHtml(t['history']!)}</h2><ol>${history.join('')}</ol>`,
    `<p>${toHtml(t['other']!)}: ${links}</p><p><a href="${toHtml(home)}">${toHtml(t['systems']!)}</a></p>`,
  ];
  const kept = asOf ? `&asOf=${encodeURIComponent(asOf)}` : '';
  const title = `${name?.value ?? record.id}${asOf ? ` · ${asOf.slice(0, 10)}` : ''}`;
  return page(language, name ?? record.id, title, body.join(''), languages, kept);
}

/** What happened by then, the last first; of one day in the order of recording. */
function inOrder(timeline: TimelineEntry[], asOf: string | undefined): TimelineEntry[] {
  return timeline
    .filter(({ occurredAt }) => asOf === undefined || startOf(occurredAt) <= endOf(asOf))
    .sort((a, b) => startOf(b.occurredAt) - startOf(a.occurredAt) || b.position - a.position);
}

/** `text` with a date in it, as HTML. */
const onDate = (text: string, date: string) =>
  toHtml(text).replace('{date}', `<time datetime="${toHtml(date)}">${toHtml(date)}</time>`);

/** The names that an organisation had on a day. */
function namesAt({ names, formerNames }: Organisation, asOf: string | undefined): Texts {
  const then = asOf === undefined ? undefined : formerNames.find(({ until }) => startOf(until) > endOf(asOf));
  return then?.names ?? names;
}

/** What organisations say beside everything of theirs, such as that it is a demonstration. */
export function notices(organisations: Pick<Organisation, 'names' | 'notice'>[], language: string): string {
  return organisations
    .flatMap(({ names, notice }) => {
      const text = textHtml(notice, language);
      return text ? [`<p role="note"><strong>${textHtml(names, language)}</strong>: ${text}</p>`] : [];
    })
    .join('');
}

/** A page that lists systems. */
export function systemsPage(
  systems: { href: string; record: SystemRecord }[],
  language: string,
  origin: string,
  more: string,
  {
    organisations = [],
    languages = [],
    kept = '',
  }: { organisations?: Organisation[]; languages?: PageLinks; kept?: string } = {},
): string {
  const t = headings[language] ?? headings['en']!;
  const items = systems.map(
    ({ href, record }) =>
      `<li><a href="${toHtml(href)}">${textHtml(record.name, language) || toHtml(record.id)}</a> (${toHtml(codeOf('system-status', record.status, language))})</li>`,
  );
  return page(
    language,
    t['systems']!,
    `${t['systems']} · ${origin}`,
    `${notices(organisations, language)}<ul>${items.join('')}</ul>${more}`,
    languages,
    kept,
  );
}

function textOf(texts: Texts, language: string): { value: string; language: string } | undefined {
  const own = [language, 'en', ...Object.keys(texts ?? {})].find((one) => texts?.[one] !== undefined);
  return own === undefined ? undefined : { value: texts![own]!, language: own };
}

function textHtml(texts: Texts, language: string): string {
  const found = textOf(texts, language);
  if (!found) return '';
  const html = toHtml(found.value).replaceAll('\n', '<br>');
  return found.language === language
    ? html
    : `<span lang="${found.language}">${html}</span> <small>(${found.language})</small>`;
}

const codeOf = (list: CodelistName, code: string, language: string) =>
  labels[list]?.[code]?.[language] ?? labels[list]?.[code]?.['en'] ?? code;

function contactOf({ contact }: SystemRecord): string | undefined {
  if (!contact) return undefined;
  const { office, email, phone, url, address } = contact;
  return [
    office && toHtml(office),
    email && `<a href="${toHtml(mailtoOf(email))}">${toHtml(email)}</a>`,
    phone && toHtml(phone),
    url && `<a href="${toHtml(url)}">${toHtml(url)}</a>`,
    address && toHtml(address),
  ]
    .filter(Boolean)
    .join('<br>');
}
