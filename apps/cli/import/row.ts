import { type Code, type CodelistName, codelists, type EventData } from '#domain';
import { describedTexts } from '#exports';
import type { Description } from './changes.js';
import { domainOf } from './domains.js';

type Assessment = EventData['AssessmentRecorded'];
type Language = Code<'language'>;

/** What one row of a table says, put into the register's fields; `remarks`: what did not fit and went into the notes. */
export type ReadRow = {
  set: Description;
  contact: NonNullable<EventData['SystemRegistered']['contact']>;
  status?: 'registered' | 'piloted' | 'in-use' | 'retired';
  organisation?: string;
  language: Language;
  assessments: Assessment[];
  highRisk?: string;
  identifiers: string[];
  remarks: { field: string; problem: string }[];
};

/** Where a column goes: a field of the description, or one of the words below. */
export type Target = string;
export type StatusWords = Record<string, ReadRow['status']>;

export const textFields = describedTexts;
const plainFields = ['provider', 'department', 'area'] as const;
const dateFields = ['inUseFrom', 'inUseTo'] as const;

const words = new Set([
  'organisation',
  'identifier',
  'verbatim',
  'standard',
  'status',
  'domain',
  'tags',
  'selfLearning',
  'reviewDue',
  'contact',
  'language',
  'link',
  'references',
  'assessments',
  'assessment',
  'assessmentText',
  'riskCategory',
  'note',
  'ignore',
]);

/** Whether a column can be sent there. */
export function isTarget(target: string): boolean {
  return (
    [...textFields, ...plainFields, ...dateFields].some((field) => field === target) || words.has(target.split(':')[0]!)
  );
}

/** Reads a row by a map from column to target. A column without a target goes into the notes, under its name. */
export function readRow(
  row: Record<string, unknown>,
  targetOf: (column: string) => Target | undefined,
  statuses: StatusWords,
  language: Language,
): ReadRow {
  const out: ReadRow = { set: {}, contact: {}, language, assessments: [], identifiers: [], remarks: [] };
  const notes: string[] = [];
  const note = (column: string, text: string, problem?: string) => {
    notes.push(`${column}: ${text}`);
    if (problem) out.remarks.push({ field: column, problem });
  };
  const columns = Object.entries(row).filter(([, value]) => !isBlank(value));
  for (const [column, value] of columns)
    if (targetOf(column) === 'language') out.language = languageOf(plainText(value)) ?? out.language;
  for (const [column, value] of columns) put(out, column, value, targetOf(column) ?? 'note', statuses, note);
  if (notes.length > 0) out.set.notes = { [out.language]: notes.join('\n\n').slice(0, 20_000) };
  return out;
}

type Note = (column: string, text: string, problem?: string) => void;

function put(out: ReadRow, column: string, value: unknown, target: Target, statuses: StatusWords, note: Note): void {
  const text = plainText(value);
  const [word, detail] = target.split(':') as [string, string | undefined];
  if ((textFields as readonly string[]).includes(target))
    return putText(out, target as (typeof textFields)[number], text);
  if ((plainFields as readonly string[]).includes(target))
    return putPlain(out, target as (typeof plainFields)[number], column, text, note);
  if ((dateFields as readonly string[]).includes(target))
    return putPartialDate(out, target as (typeof dateFields)[number], column, text, note);
  switch (word) {
    case 'ignore':
    case 'language':
      return;
    case 'organisation':
      out.organisation = text;
      return;
    case 'identifier':
      if (/\s|^(volgt|nvt|n\.v\.t\.?)$/i.test(text) || text.length > 200)
        return note(column, text, `"${text.slice(0, 60)}" is not an identifier: kept in the notes.`);
      out.identifiers.push(text);
      return;
    case 'verbatim':
      return putVerbatim(out, column, text);
    case 'standard':
      if (text.length > 100) return note(column, text, 'Too long for the name of a standard: kept in the notes.');
      out.set.source = { ...(out.set.source ?? { register: 'x', id: 'x' }), standard: text };
      return;
    case 'status':
      return putStatus(out, column, text, statuses, note);
    case 'domain':
      return putDomains(out, column, value, note);
    case 'tags':
      return putTags(out, text);
    case 'selfLearning':
      return putSelfLearning(out, column, text, note);
    case 'reviewDue':
      return putReviewDate(out, column, text, note);
    case 'contact':
      return putContact(out, column, text, note);
    case 'link':
      return putLinks(out, column, text, detail as Code<'link-kind'>, note);
    case 'references':
      return putReferences(out, detail as 'legalReferences' | 'dataSources', column, value, note);
    case 'assessments':
      return putAssessmentList(out, column, value, note);
    case 'assessment':
      return putAssessment(out, column, text, detail as Code<'assessment-kind'>, note);
    case 'assessmentText':
      return putAssessmentText(out, column, text, detail as Code<'assessment-kind'>, note);
    case 'riskCategory':
      putVerbatim(out, column, text);
      if (/hoog.?risico/i.test(text)) out.highRisk = text;
      return;
    default:
      return note(column, text);
  }
}

function putText(out: ReadRow, field: (typeof textFields)[number], text: string): void {
  const held = out.set[field]?.[out.language];
  out.set[field] = { [out.language]: held ? `${held}\n\n${text}` : text };
}

function putPlain(out: ReadRow, field: (typeof plainFields)[number], column: string, text: string, note: Note): void {
  if (text.length <= 300) out.set[field] = text;
  else note(column, text, 'Longer than 300 characters: kept in the notes.');
}

function putPartialDate(
  out: ReadRow,
  field: (typeof dateFields)[number],
  column: string,
  text: string,
  note: Note,
): void {
  const [, day, month, year] = /^(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})$/.exec(text) ?? [];
  const date = year ? [year, month!.padStart(2, '0'), ...(day ? [day.padStart(2, '0')] : [])].join('-') : text;
  if (/^(19[5-9]\d|20\d\d)(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/.test(date)) out.set[field] = date;
  else
    note(
      column,
      text,
      `"${text.slice(0, 60)}" is not a year, month or day (2024, 2024-05, 2024-05-31, 31/05/2024): kept in the notes.`,
    );
}

function putVerbatim(out: ReadRow, column: string, text: string): void {
  const source = out.set.source ?? { register: 'x', id: 'x' };
  out.set.source = { ...source, fields: { ...source.fields, [column]: text } };
}

function putStatus(out: ReadRow, column: string, text: string, statuses: StatusWords, note: Note): void {
  const found = statuses[text.toLowerCase().replace(/[.\s]+$/, '')];
  if (found) out.status = found;
  else
    note(
      column,
      text,
      `Unknown status "${text.slice(0, 60)}": kept in the notes; the system is registered without a statement of use.`,
    );
  putVerbatim(out, column, text.slice(0, 2000));
}

function putDomains(out: ReadRow, column: string, value: unknown, note: Note): void {
  const words = Array.isArray(value)
    ? value.map(plainText)
    : plainText(value)
        .split(/[,;\n]/)
        .map((word) => word.trim())
        .filter(Boolean);
  const whole = domainOf(plainText(value));
  const codes = whole ? [whole] : words.map(domainOf);
  const known = [...new Set(codes.filter((code) => code !== undefined))];
  if (known[0]) out.set.domain = known[0];
  if (known.length > 1) out.set.furtherDomains = known.slice(1, 11);
  const unknown = whole ? [] : words.filter((word) => !domainOf(word));
  if (unknown.length > 0)
    note(
      column,
      unknown.join(', '),
      `No domain of the register matches "${unknown.join(', ').slice(0, 80)}": kept in the notes.`,
    );
}

function putTags(out: ReadRow, text: string): void {
  const tags = text
    .split(/[,;\n]/)
    .map((tag) => tag.trim().slice(0, 100))
    .filter(Boolean);
  if (tags.length > 0) out.set.tags = [...new Set(tags)].slice(0, 50);
}

function putSelfLearning(out: ReadRow, column: string, text: string, note: Note): void {
  if (/^zelflerend$/i.test(text)) out.set.selfLearning = 'yes';
  else if (/^(op regels gebaseerd|regelgebaseerd|rule.?based)$/i.test(text)) out.set.selfLearning = 'no';
  else note(column, text);
}

/** A date, or the number of days since 1899-12-30 that Excel makes of one. */
function putReviewDate(out: ReadRow, column: string, text: string, note: Note): void {
  const serial = /^\d{5}$/.test(text)
    ? new Date(Date.UTC(1899, 11, 30) + Number(text) * 86_400_000).toISOString().slice(0, 10)
    : undefined;
  const date =
    serial ??
    (/^20\d\d-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text.slice(0, 10))) ? text.slice(0, 10) : undefined);
  if (date) out.set.reviewDue = date;
  else note(column, text, `"${text.slice(0, 60)}" is not a date: kept in the notes.`);
}

function putContact(out: ReadRow, column: string, text: string, note: Note): void {
  const email = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(text)?.[0];
  const url = /https?:\/\/[^\s<>"')]+/.exec(text)?.[0];
  if (email) out.contact.email = email;
  if (url) out.contact.url = url;
  if (text === email || text === url) return;
  if (text.length <= 500) out.contact.address = text;
  else note(column, text, 'Longer than an address may be: kept in the notes.');
}

function putLinks(out: ReadRow, column: string, text: string, kind: Code<'link-kind'>, note: Note): void {
  const urls = [...new Set(text.match(/https?:\/\/[^\s<>"')]+/g)?.map((url) => url.replace(/[.,;]+$/, '')))].filter(
    isUrl,
  );
  const links = [...(out.set.links ?? []), ...urls.map((url) => ({ kind, url }))];
  if (links.length > 0) out.set.links = links.slice(0, 50);
  const rest = urls
    .reduce((left, url) => left.replaceAll(url, ''), text)
    .replace(/[\s,;.]+/g, ' ')
    .trim();
  if (rest !== '')
    note(
      column,
      text,
      urls.length === 0 ? `"${text.slice(0, 60)}" is not a web address: kept in the notes.` : undefined,
    );
}

/** A list of { title, link }, or text with addresses in it. */
function putReferences(
  out: ReadRow,
  field: 'legalReferences' | 'dataSources',
  column: string,
  value: unknown,
  note: Note,
): void {
  const list = out.set[field] ?? [];
  if (Array.isArray(value)) {
    for (const entry of value as { title?: unknown; link?: unknown }[]) {
      const title = plainText(entry?.title ?? entry).slice(0, 500);
      const link = plainText(entry?.link ?? '');
      if (link && !isUrl(link))
        note(column, `${title}: ${link}`, `"${link.slice(0, 60)}" is not a web address: kept in the notes.`);
      if (title) list.push({ title, ...(isUrl(link) && { url: link }) });
    }
  } else {
    for (const url of plainText(value)
      .split(/[\s,;]+/)
      .filter(Boolean))
      if (isUrl(url)) list.push({ title: url.slice(0, 500), url });
      else note(column, url, `"${url.slice(0, 60)}" is not a web address: kept in the notes.`);
  }
  const unique = [...new Map(list.map((entry) => [JSON.stringify(entry), entry])).values()];
  if (unique.length > 0) out.set[field] = unique.slice(0, 50);
}

/** A list of titles with links; or a text about those that came before it. */
function putAssessmentList(out: ReadRow, column: string, value: unknown, note: Note): void {
  if (!Array.isArray(value)) {
    const last = out.assessments.at(-1);
    if (!last) return note(column, plainText(value));
    last.summary = { [out.language]: plainText(value) };
    return;
  }
  for (const entry of value as { title?: unknown; link?: unknown }[]) {
    const title = plainText(entry?.title ?? entry);
    const link = plainText(entry?.link ?? '');
    if (title === '' || /^geen$/i.test(title)) continue;
    if (link && !isUrl(link))
      note(column, `${title}: ${link}`, `"${link.slice(0, 60)}" is not a web address: kept in the notes.`);
    out.assessments.push({
      kind: assessmentKind(title),
      title: { [out.language]: title },
      result: 'no-result-published',
      ...(isUrl(link) && { url: link }),
    });
  }
}

/** "Ja" or "Nee", with or without more to say. */
function putAssessment(out: ReadRow, column: string, text: string, kind: Code<'assessment-kind'>, note: Note): void {
  if (/^ja\b/i.test(text))
    out.assessments.push({
      kind,
      result: 'no-result-published',
      ...(text.length > 3 && { summary: { [out.language]: text } }),
    });
  else if (/^nee\b/i.test(text))
    out.assessments.push({
      kind,
      result: 'not-performed',
      notPerformedReason: { [out.language]: text.length > 4 ? text : 'De bron noemt geen reden.' },
    });
  else note(column, text, `"${text.slice(0, 60)}" does not say whether it was done: kept in the notes.`);
}

function putAssessmentText(
  out: ReadRow,
  column: string,
  text: string,
  kind: Code<'assessment-kind'>,
  note: Note,
): void {
  const held = out.assessments.find((assessment) => assessment.kind === kind);
  if (!held) return note(column, text);
  if (held.result === 'not-performed') held.notPerformedReason = { [out.language]: text };
  else held.summary = { [out.language]: text };
}

function assessmentKind(title: string): Code<'assessment-kind'> {
  const kinds: [RegExp, Code<'assessment-kind'>][] = [
    [/pre-?scan/i, 'pre-scan-dpia'],
    [/DPIA|data protection|gegevensbeschermings/i, 'dpia'],
    [/IAMA/, 'iama'],
    [/FRAIA/i, 'fraia'],
    [/FRIA|fundamental rights/i, 'fria'],
    [/AIIA/i, 'aiia'],
    [/ethi|DEDA/i, 'ethics-review'],
    [/toetsingskader|audit/i, 'audit'],
  ];
  return kinds.find(([pattern]) => pattern.test(title))?.[1] ?? 'other';
}

/** Text without markup, control characters and odd spaces. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text =
    value instanceof Date
      ? value.toISOString().slice(0, 10)
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'" };
  return (
    text
      .replace(/<li[^>]*>/gi, '\n- ')
      .replace(/<(br|\/p|\/div|\/li|\/ul|\/ol)\b[^>]*>/gi, '\n')
      .replace(/<\/?(div|p|ul|ol|li|b|i|u|em|strong|a|span|h[1-6])\b[^>]*>/gi, '')
      .replace(/&(#?\w+);/g, (whole, name: string) => entities[name.toLowerCase()] ?? whole)
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
      .toWellFormed()
  );
}

function isBlank(value: unknown): boolean {
  return (Array.isArray(value) && value.length === 0) || plainText(value) === '';
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && text.length <= 2000;
}

function languageOf(text: string): Language | undefined {
  const words: Record<string, Language> = {
    nederlands: 'nl',
    nld: 'nl',
    dutch: 'nl',
    engels: 'en',
    eng: 'en',
    english: 'en',
    fries: 'fy',
    fry: 'fy',
    frysk: 'fy',
  };
  return (
    words[text.toLowerCase()] ??
    (codelists['language' satisfies CodelistName] as readonly string[]).find(
      (code): code is Language => code === text.toLowerCase(),
    )
  );
}
