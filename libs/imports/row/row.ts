import { type Code, codelists, partialDateFields, stringFields, textFields } from '#domain';
import type { StatusWords } from '#standards';
import { shorten } from '../table/rows.js';
import {
  putAssessment,
  putAssessmentList,
  putAssessmentPart,
  putAssessmentText,
  putContact,
  putLinks,
  putReferences,
  titlesIn,
} from './lists.js';
import { isBlank, isUrl, oddityOf, plainText } from './plain-text.js';
import type { Language, Note, ReadRow } from './read-row.js';
import {
  another,
  languageOf,
  putAlgorithmType,
  putDomains,
  putPartialDate,
  putPlain,
  putReviewDate,
  putRisk,
  putStatus,
  putTags,
  putText,
  putVerbatim,
} from './values.js';

/** Where a column goes: a field of the description, or one of the words below, with its detail after a colon. */
export type Target = string;

type Details = Code<'assessment-kind'> & Code<'link-kind'> & 'legalReferences' & 'dataSources';
/** How to read the words and numbers of a table. */
export type Meaning = { statuses: StatusWords; language: Language; dayZero?: string | undefined };
type Cell = {
  column: string;
  text: string;
  value: unknown;
  detail: Details;
  statuses: StatusWords;
  dayZero: string;
  note: Note;
};

/** What each word does with a cell. */
const words: { [word: string]: (out: ReadRow, cell: Cell) => void } = {
  ignore: () => undefined,
  language: () => undefined,
  note: (_, { column, text, note }) => note(column, text),
  notes: (_, { text, note }) => note('', text),
  organisation: (out, { column, text, note }) => {
    if (out.organisation !== undefined && out.organisation !== text) note(column, text, another);
    else out.organisation = text;
  },
  identifier: (out, { column, text, note }) => {
    if (text.length > 200 || /\s|^(volgt|nvt|n\.v\.t\.?)$/i.test(text))
      return note(column, text, `"${shorten(text)}" is not an identifier: kept in the notes.`);
    out.identifiers.push(text);
  },
  verbatim: (out, { column, text }) => putVerbatim(out, column, text),
  standard: (out, { column, text, note }) => {
    if (text.length > 100) return note(column, text, 'Too long for the name of a standard: kept in the notes.');
    out.set.source = { ...(out.set.source ?? { register: 'x', id: 'x' }), standard: text };
  },
  status: (out, { column, text, statuses, note }) => putStatus(out, column, text, statuses, note),
  domain: (out, { column, value, note }) => putDomains(out, column, value, note),
  tags: (out, { column, value, note }) => putTags(out, column, value, note),
  algorithmType: (out, { column, text, note }) => putAlgorithmType(out, column, text, note),
  // The older name of that.
  selfLearning: (out, { column, text, note }) => putAlgorithmType(out, column, text, note),
  reviewDue: (out, { column, text, dayZero, note }) => putReviewDate(out, column, text, dayZero, note),
  contact: (out, { column, text, note }) => putContact(out, column, text, note),
  office: (out, cell) => putContactPart(out, 'office', cell),
  phone: (out, cell) => putContactPart(out, 'phone', cell),
  link: (out, { column, text, detail, note }) => putLinks(out, column, text, detail, note),
  references: (out, { column, value, detail, note }) => putReferences(out, detail, column, value, note),
  titles: (out, { column, text, value, detail, note }) =>
    putReferences(out, detail, column, Array.isArray(value) ? value : titlesIn(text), note),
  assessments: (out, { column, value, note }) => putAssessmentList(out, column, value, note),
  assessment: (out, { column, text, detail, note }) => putAssessment(out, column, text, detail, note),
  assessmentText: (out, { column, text, detail, note }) => putAssessmentText(out, column, text, detail, note),
  assessmentSummary: (out, { text, detail }) => putAssessmentPart(out, detail, 'summary', text),
  assessmentLink: (out, { column, text, detail, note }) => {
    if (isUrl(text)) putAssessmentPart(out, detail, 'url', text);
    else note(column, text, `"${shorten(text)}" is not a web address: kept in the notes.`);
  },
  riskCategory: (out, { column, text }) => putRisk(out, column, text),
};

function putContactPart(out: ReadRow, part: 'office' | 'phone', { column, text, note }: Cell): void {
  const held = out.contact[part];
  if (held === undefined) out.contact[part] = text;
  else if (held !== text) note(column, text, another);
}

const isIn = <T extends string>(list: readonly T[], target: string): target is T =>
  (list as readonly string[]).includes(target);

/** Text fields that a column can fill. Notes are left out: they collect what has no field, each text under its column. */
const ownTexts = textFields.filter((field) => field !== 'notes');

/** The details that may follow a word. */
const details: { [word: string]: readonly string[] } = {
  link: codelists['link-kind'],
  references: ['legalReferences', 'dataSources'],
  titles: ['legalReferences', 'dataSources'],
  assessment: codelists['assessment-kind'],
  assessmentText: codelists['assessment-kind'],
  assessmentSummary: codelists['assessment-kind'],
  assessmentLink: codelists['assessment-kind'],
};

/** Whether this is a target that a column can have. */
export function isTarget(target: string): boolean {
  if (isIn(ownTexts, target) || isIn(stringFields, target) || isIn(partialDateFields, target)) return true;
  const [word, detail] = target.split(':') as [string, string | undefined];
  if (!Object.hasOwn(words, word)) return false;
  const allowed = details[word];
  return allowed ? detail !== undefined && allowed.includes(detail) : detail === undefined;
}

function putLanguage(out: ReadRow, column: string, text: string): void {
  const found = languageOf(text);
  if (found) out.language = found;
  else
    out.faults.push({
      field: column,
      problem: `"${shorten(text)}" is not a language of the register: nl, fr, de, ...`,
    });
}

const longestNotes = 20_000;

/** Reads a row by a map from column to target. A column without a target goes into the notes, under its name. */
export function readRow(
  row: Record<string, unknown>,
  targetOf: (column: string) => Target | undefined,
  meaning: Meaning,
): ReadRow {
  const out: ReadRow = {
    set: {},
    contact: {},
    language: meaning.language,
    assessments: [],
    identifiers: [],
    remarks: [],
    faults: [],
    columns: new Map(),
  };
  const notes: string[] = [];
  const note = (column: string, text: string, problem?: string) => {
    notes.push(column === '' ? text : `${column}: ${text}`);
    addColumn(out, 'notes', column);
    if (problem) out.remarks.push({ field: column, problem });
  };
  const columns = Object.entries(row).filter(([, value]) => !isBlank(value));
  for (const [column, value] of columns)
    if (targetOf(column) === 'language') putLanguage(out, column, plainText(value));
  for (const [column, value] of columns) put(out, column, value, targetOf(column) ?? 'note', meaning, note);
  const text = notes.join('\n\n');
  if (text.length > longestNotes)
    out.faults.push({
      field: (out.columns.get('notes') ?? []).join(', '),
      problem: `What has no field of its own, and so goes into the notes, has ${text.length} characters; notes have at most ${longestNotes}.`,
    });
  else if (text !== '') out.set.notes = { [out.language]: text };
  return out;
}

function put(out: ReadRow, column: string, value: unknown, target: Target, meaning: Meaning, note: Note): void {
  const { statuses, dayZero = '1899-12-30' } = meaning;
  const text = plainText(value);
  const oddity = target === 'ignore' ? undefined : oddityOf(text);
  if (oddity) out.remarks.push({ field: column, problem: oddity });
  const [word, detail] = target.split(':') as [string, Details];
  addColumn(out, fieldOf(word, detail), column);
  if (isIn(ownTexts, target) && typeof value === 'object' && !(value instanceof Date))
    out.remarks.push({ field: column, problem: 'No text, but a list or a structure: taken as JSON.' });
  if (isIn(ownTexts, target)) putText(out, target, text);
  else if (isIn(stringFields, target)) putPlain(out, target, column, text, note);
  else if (isIn(partialDateFields, target)) putPartialDate(out, target, column, text, note);
  else words[word]!(out, { column, text, value: listOf(value), detail, statuses, dayZero, note });
}

/** A JSON list in a cell of a table, as in this register's own CSV. */
function listOf(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\[/.test(value)) return value;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((entry) => isFlat(entry)) ? list : value;
  } catch {
    return value;
  }
}

/** A text, or a record of texts. */
const isFlat = (entry: unknown) =>
  typeof entry === 'string' ||
  (typeof entry === 'object' && entry !== null && Object.values(entry).every((inner) => typeof inner === 'string'));

/** The field of a record that a word fills. */
function fieldOf(word: string, detail: string): string {
  const fields: { [word: string]: string } = {
    link: 'links',
    references: detail,
    titles: detail,
    identifier: 'identifiers',
    verbatim: 'source',
    standard: 'source',
    office: 'contact',
    phone: 'contact',
  };
  return fields[word] ?? word;
}

function addColumn(out: ReadRow, field: string, column: string): void {
  const columns = out.columns.get(field);
  if (!columns) out.columns.set(field, [column]);
  else if (!columns.includes(column)) columns.push(column);
}
