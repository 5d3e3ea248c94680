import { type Code, codelists, fields, isDate, type PartialDateField, type StringField, type TextField } from '#domain';
import type { StatusWords } from '#standards';
import { domainOf } from '../domains.js';
import { shorten } from '../table/rows.js';
import { plainText } from './plain-text.js';
import type { Language, Note, ReadRow } from './read-row.js';

/** The remark on a cell whose field an earlier column has filled. */
export const another = 'Another column says this too, and differently: kept in the notes.';

/** Sets a text, or appends it to an earlier one unless they are the same. */
export function putText(out: ReadRow, field: TextField, text: string): void {
  const held = out.set[field]?.[out.language];
  out.set[field] = { [out.language]: held && held !== text ? `${held}\n\n${text}` : text };
}

export function putPlain(out: ReadRow, field: StringField, column: string, text: string, note: Note): void {
  if (out.set[field] !== undefined && out.set[field] !== text) note(column, text, another);
  else if (text.length <= longest(field)) out.set[field] = text;
  else note(column, text, `Longer than ${longest(field)} characters: kept in the notes.`);
}

function longest(name: StringField | 'tags'): number {
  const field = fields.find((one) => one.name === name)!;
  return 'maxLength' in field ? field.maxLength : 0;
}

export function putPartialDate(out: ReadRow, field: PartialDateField, column: string, text: string, note: Note): void {
  const [, day, month, year] = /^(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})$/.exec(text) ?? [];
  const date = year ? [year, month!.padStart(2, '0'), ...(day ? [day.padStart(2, '0')] : [])].join('-') : text;
  if (out.set[field] !== undefined && out.set[field] !== date) note(column, text, another);
  else if (/^(19[5-9]\d|20\d\d)(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/.test(date)) out.set[field] = date;
  else
    note(
      column,
      text,
      `"${shorten(text)}" is not a year, month or day (2024, 2024-05, 2024-05-31, 31/05/2024): kept in the notes.`,
    );
}

export function putVerbatim(out: ReadRow, column: string, text: string): void {
  const source = out.set.source ?? { register: 'x', id: 'x' };
  out.set.source = { ...source, fields: { ...source.fields, [column]: text } };
}

export function putStatus(out: ReadRow, column: string, text: string, statuses: StatusWords, note: Note): void {
  const word = text
    .slice(0, 200)
    .toLowerCase()
    .replace(/[.\s]+$/, '');
  const found = Object.hasOwn(statuses, word) ? statuses[word] : undefined;
  if (found && out.status !== undefined && out.status !== found) note(column, text, another);
  else if (found) out.status = found;
  else
    note(
      column,
      text,
      `Unknown status "${shorten(text)}": kept in the notes; the system is registered without a statement of use.`,
    );
  putVerbatim(out, column, text.slice(0, 2000));
}

export function putDomains(out: ReadRow, column: string, value: unknown, note: Note): void {
  const words = Array.isArray(value)
    ? value.map(plainText)
    : plainText(value)
        .split(/[,;\n]/)
        .map((word) => word.trim())
        .filter(Boolean);
  const whole = domainOf(plainText(value));
  const codes = whole ? [whole] : words.map(domainOf);
  const known = [...new Set(codes.filter((code) => code !== undefined))];
  const all = [...new Set([...(out.set.domain ? [out.set.domain] : []), ...(out.set.furtherDomains ?? []), ...known])];
  if (all[0]) out.set.domain = all[0];
  if (all.length > 1) out.set.furtherDomains = all.slice(1);
  const unknown = whole ? [] : words.filter((word) => !domainOf(word));
  if (unknown.length > 0)
    note(
      column,
      unknown.join(', '),
      `No domain of the register matches "${shorten(unknown.join(', '), 80)}": kept in the notes.`,
    );
}

export function putTags(out: ReadRow, column: string, value: unknown, note: Note): void {
  const words = (Array.isArray(value) ? value.map(plainText) : plainText(value).split(/[,;\n]/)).map((tag) =>
    tag.trim(),
  );
  const tags = words.filter((tag) => tag !== '' && tag.length <= longest('tags'));
  if (tags.length > 0) out.set.tags = [...new Set([...(out.set.tags ?? []), ...tags])];
  const long = words.filter((tag) => tag.length > longest('tags'));
  if (long.length > 0)
    note(
      column,
      long.join(', '),
      `"${shorten(long[0]!)}" is longer than a tag may be (${longest('tags')} characters): kept in the notes.`,
    );
}

/** Reads whether an algorithm follows rules or what it has learned. Any other text goes into the notes. */
export function putAlgorithmType(out: ReadRow, column: string, text: string, note: Note): void {
  const kinds: [RegExp, Code<'algorithm-type'>, Code<'yes-no-unknown'>?][] = [
    [/^(zelflerend|self.?learning)$/i, 'self-learning', 'yes'],
    [/^(op regels gebaseerd|regelgebaseerd|rule.?based)$/i, 'rule-based', 'no'],
    [/^(hybride|hybrid)$/i, 'hybrid'],
  ];
  const [, kind, learns] = kinds.find(([pattern]) => pattern.test(text)) ?? [];
  if (kind) out.set.algorithmType = kind;
  else note(column, text);
  if (learns) out.set.selfLearning = learns;
}

/** Reads a risk class in the terms of the Dutch or the Eurocities standard. The text stays in the record's source in any case. */
export function putRisk(out: ReadRow, column: string, text: string): void {
  putVerbatim(out, column, text);
  const categories: [RegExp, Code<'publication-category'>][] = [
    [/^hoog.?risico/i, 'high-risk'],
    [/^impactvolle algoritme/i, 'impactful'],
    [/^overige algoritme/i, 'other'],
  ];
  const category = categories.find(([pattern]) => pattern.test(text.slice(0, 200)))?.[1];
  if (category) out.set.publicationCategory = category;
  const classes: [RegExp, Code<'risk-class'>][] = [
    [/^(hoog.?risico|high.?risk)/i, 'high'],
    [/^limited risk$/i, 'limited'],
    [/^minimal risk$/i, 'minimal'],
    [/^unacceptable$/i, 'prohibited'],
  ];
  const found = classes.find(([pattern]) => pattern.test(text.slice(0, 200)))?.[1];
  if (found) out.risk = { class: found, word: text };
}

/** Takes a date, or the number of days since `dayZero` that a spreadsheet stores for one. */
export function putReviewDate(out: ReadRow, column: string, text: string, dayZero: string, note: Note): void {
  const serial = /^\d{5}$/.test(text)
    ? new Date(Date.parse(dayZero) + Number(text) * 86_400_000).toISOString().slice(0, 10)
    : undefined;
  const date = serial ?? (/^20\d\d-\d\d-\d\d/.test(text) && isDate(text.slice(0, 10)) ? text.slice(0, 10) : undefined);
  if (date && out.set.reviewDue !== undefined && out.set.reviewDue !== date) note(column, text, another);
  else if (date) out.set.reviewDue = date;
  else note(column, text, `"${shorten(text)}" is not a date: kept in the notes.`);
}

/** A language by its code (ISO 639-1, -2 or -3), or its name in itself, English, Dutch, French, German, Spanish or Italian. */
export function languageOf(text: string): Language | undefined {
  const word = text.trim().toLowerCase();
  if (word.length > 40) return undefined;
  let code = word;
  try {
    code = new Intl.Locale(word).language;
  } catch {
    // Not a code, so it may be a name.
  }
  return (codelists.language as readonly Language[]).find(
    (language) => language === code || namesOf(language).has(word),
  );
}

const names = new Map<string, Set<string>>();

function namesOf(language: string): Set<string> {
  let own = names.get(language);
  if (!own) {
    own = new Set(
      [language, 'en', 'nl', 'fr', 'de', 'es', 'it'].map((inLanguage) =>
        (new Intl.DisplayNames([inLanguage], { type: 'language' }).of(language) ?? '').toLowerCase(),
      ),
    );
    names.set(language, own);
  }
  return own;
}
