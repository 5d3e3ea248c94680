import type { Code } from '#domain';
import type { Organisation, SystemRecord } from '#projections';

/** A record on its way into a standard: with its organisation, in a language, and where its own page is. */
export type Context = { record: SystemRecord; organisation: Organisation | undefined; language: string; url: string };

/**
 * A field of a standard, by the standard's own name. `uses`: the fields of the record that it says something of; `max`: characters.
 * `value`: undefined or '' where the record does not say it. `into`: where what stands in it goes when a record is taken over, as in a
 * column map (libs/imports/row/row.ts); without it, into the notes.
 */
export type StandardField = {
  name: string;
  required?: boolean;
  max?: number;
  uses: (keyof SystemRecord)[];
  value(context: Context): unknown;
  into?: string;
  /** Whether a value that is there says all that the standard asks for; without it, any does. */
  isWhole?(value: never): boolean;
};

/** A standard into which records go. `languages`: those that it has, each a record of its own; without it: one record, in the language that is asked for. */
export type Standard = {
  id: string;
  title: string;
  source: string;
  languages?: string[];
  fields: StandardField[];
  /** What of a field that is used gets lost. */
  partial: { [field: string]: string };
  /** The file of its machine schema, from this folder, if it has one. */
  schema?: string;
  /** How its records are taken over, if they are. */
  takenOver?: TakenOver;
};

/** What a source calls the statuses, in lower case. */
export type StatusWords = Record<string, 'registered' | 'piloted' | 'in-use' | 'retired'>;

/** `language`: of records that name none. `alsoNamed`: names of columns from elsewhere or before, by where they go; in lower case. */
export type TakenOver = {
  source: string;
  language: Code<'language'>;
  country?: string;
  /** Whether a record's organisation is named in the record's language. */
  isOrganisationTranslated?: boolean;
  statuses: StatusWords;
  alsoNamed: { [into: string]: string[] };
};

/** Where each column of a standard's table goes, by its name in lower case. */
export function columnsOf({ fields, takenOver }: Standard): Map<string, string> {
  const own = fields.flatMap(({ name, into }) => (into === undefined ? [] : [[name.toLowerCase(), into] as const]));
  const others = Object.entries(takenOver?.alsoNamed ?? {}).flatMap(([into, names]) =>
    names.map((name) => [name, into] as const),
  );
  return new Map([...own, ...others]);
}

/** The record in the standard's fields, those that are empty left out; texts are cut, with an ellipsis, where the standard has a limit. */
export function toStandard({ fields }: Standard, context: Context): { [name: string]: unknown } {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = fieldValue(field, context);
      return isEmpty(value) ? [] : [[field.name, value]];
    }),
  );
}

/** What the standard requires and the record does not say, or not all of it, by the standard's name. */
export function missingFor({ fields }: Standard, context: Context): { field: string; from: string[] }[] {
  return fields
    .filter((field) => {
      const value = fieldValue(field, context);
      return field.required && (isEmpty(value) || field.isWhole?.(value as never) === false);
    })
    .map(({ name, uses }) => ({ field: name, from: uses }));
}

export type Loss = { field: string; loss: 'all' | 'part'; why: string };

/** Fields of the record for which the standard has no place, and those that lose something on the way. `all`: every field that a record can have. */
export function lossesOf(
  { fields, partial }: Standard,
  all: string[],
): { field: string; loss: 'all' | 'part'; why: string }[] {
  const used = new Set<string>(fields.flatMap(({ uses }) => uses));
  return all.flatMap((field): Loss[] => {
    if (!used.has(field)) return [{ field, loss: 'all', why: 'The standard has no field for it.' }];
    return partial[field] ? [{ field, loss: 'part', why: partial[field] }] : [];
  });
}

/** In which of its languages a record goes into a standard: those that its name is in. */
export function languagesOf({ languages }: Standard, record: SystemRecord, asked: string): string[] {
  if (!languages) return [asked];
  const own = languages.filter((language) => record.name?.[language as 'en'] !== undefined);
  return own.length > 0 ? own : [languages[0]!];
}

function fieldValue({ value, max }: StandardField, context: Context): unknown {
  const found = value(context);
  return typeof found === 'string' && max !== undefined ? cut(found, max) : found;
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

function cut(text: string, max: number): string {
  const characters = [...text];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}

type Texts = { [language: string]: string | undefined } | undefined;

/** A text in a language, or else in English, or in whatever it is in. */
export function textIn(texts: Texts, language: string): string | undefined {
  return texts?.[language] ?? texts?.['en'] ?? Object.values(texts ?? {})[0];
}

/** Texts one after the other, as paragraphs. */
export const paragraphs = (...texts: (string | undefined)[]) => texts.filter(Boolean).join('\n\n') || undefined;

/** The first link of a kind. */
export const linkOf = ({ links }: SystemRecord, kind: string) => links?.find((link) => link.kind === kind)?.url;

/** Assessments that were made; one that was not made has a reason, and is no assessment. */
export const assessmentsMade = ({ assessments }: SystemRecord) =>
  (assessments ?? []).filter(({ result }) => result !== 'not-performed');

/** The last assessment of a kind that was made. */
export const assessmentOf = (record: SystemRecord, ...kinds: string[]) =>
  assessmentsMade(record).findLast(({ kind }) => kinds.includes(kind));

/** A field that is a text of the record. */
export function textField(name: string, field: keyof SystemRecord, more: Partial<StandardField> = {}): StandardField {
  return {
    name,
    uses: [field],
    value: ({ record, language }) => textIn(record[field] as Texts, language),
    into: field,
    ...more,
  };
}

/** A field that is the record's link of a kind. */
export function linkField(name: string, kind: Code<'link-kind'>): StandardField {
  return { name, uses: ['links'], value: ({ record }) => linkOf(record, kind), into: `link:${kind}` };
}

/** What the source of a record that was taken over said under a name (in lower case; it may be spelled otherwise there), if possible in a language. */
export function sourceField({ source }: SystemRecord, name: string, language: string): string | undefined {
  const fields = new Map(Object.entries(source?.fields ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
  return fields.get(`${name} (${language})`) ?? fields.get(name);
}
