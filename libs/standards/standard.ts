import { type Code, firstDayOf, isTextField, startOf, textFields } from '#domain';
import type { Organisation, SystemRecord } from '#projections';

/** A record to be converted to a standard: with its organisation, the language, and the address of its page (`url`). */
export type Context = { record: SystemRecord; organisation: Organisation | undefined; language: string; url: string };

/**
 * A field of a standard, by the standard's own name. `uses`: the fields of the record that it draws on; `max`: characters. `value`: undefined or
 * '' if the record does not have it. `into`: where the value goes when a record is imported, as in a column map (libs/imports/row/row.ts); by
 * default into the notes.
 */
export type StandardField = {
  name: string;
  required?: boolean;
  max?: number;
  uses: (keyof SystemRecord)[];
  value(context: Context): unknown;
  into?: string;
  /** Whether a value is as complete as the standard asks; by default any value is. */
  isWhole?(value: never): boolean;
};

/**
 * A standard in which records are available. `languages`: its languages, with one record for each in which the system has a name; without it, one
 * record, in the language that is asked for.
 */
export type Standard = {
  id: string;
  title: string;
  source: string;
  languages?: string[];
  fields: StandardField[];
  /** What is lost of the fields that are used. */
  partial: { [field: string]: string };
  /** The file of its machine schema, relative to this folder, if it has one. */
  schema?: string;
  /** How its records are imported, if they are. */
  takenOver?: TakenOver;
};

/** The words of a source for the statuses, in lower case. */
export type StatusWords = Record<string, 'registered' | 'piloted' | 'in-use' | 'retired'>;

/** `language`: that of records that name none. `alsoNamed`: other or older names of columns, in lower case, by where their values go. */
export type TakenOver = {
  source: string;
  language: Code<'language'>;
  country?: string;
  /** Whether a record's organisation is named in the record's language. */
  isOrganisationTranslated?: boolean;
  statuses: StatusWords;
  alsoNamed: { [into: string]: string[] };
};

/** Where the values of each column of a standard's table go, by its name in lower case. */
export function columnsOf({ fields, takenOver }: Standard): Map<string, string> {
  const own = fields.flatMap(({ name, into }) => (into === undefined ? [] : [[name.toLowerCase(), into] as const]));
  const others = Object.entries(takenOver?.alsoNamed ?? {}).flatMap(([into, names]) =>
    names.map((name) => [name, into] as const),
  );
  return new Map([...own, ...others]);
}

/** The record in the fields of the standard, without empty ones; texts that exceed a limit of the standard are cut, with an ellipsis. */
export function toStandard({ fields }: Standard, context: Context): { [name: string]: unknown } {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = fieldValue(field, context);
      return isEmpty(value) ? [] : [[field.name, value]];
    }),
  );
}

/** A field that a standard requires and that the record does not say. `from`: where it would come from; `languages`: in which others it is said. */
export type Missing = { field: string; from: string[]; languages?: string[] };

/** The fields that the standard requires and that the record lacks or has only in part, by the standard's names. */
export function missingFor({ fields }: Standard, context: Context): Missing[] {
  const { record, language } = context;
  return fields
    .filter((field) => {
      const value = fieldValue(field, context);
      return field.required && (isEmpty(value) || field.isWhole?.(value as never) === false);
    })
    .map(({ name, uses }) => {
      const said = uses.flatMap((field) => (isTextField(field) ? Object.keys(record[field] ?? {}) : []));
      const languages = [...new Set(said)].filter((other) => other !== language);
      return { field: name, from: uses, ...(languages.length > 0 && { languages }) };
    });
}

export type Loss = { field: string; loss: 'all' | 'part'; why: string };

/** The fields of a record that the standard cannot hold, or not completely. `all`: every field that a record can have. */
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

/**
 * The languages in which a record is available in a standard: those of the standard, or the one that is asked for, in which the system has a name; else, of those
 * in which it has one, that in which it has most texts. A record has texts in its language only, so that none passes for another.
 */
export function languagesOf({ languages }: Standard, record: SystemRecord, asked: string): string[] {
  const wanted = languages ?? [asked];
  const named = Object.keys(record.name ?? {});
  const own = wanted.filter((language) => named.includes(language));
  if (own.length > 0) return own;
  const textsIn = (language: string) => textFields.filter((field) => record[field]?.[language as 'en']).length;
  return [named.sort((a, b) => textsIn(b) - textsIn(a))[0] ?? wanted[0]!];
}

function fieldValue({ value, max }: StandardField, context: Context): unknown {
  const found = value(context);
  return typeof found === 'string' && max !== undefined ? cut(found, max) : found;
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** A text of at most `max` characters: a longer one is cut, with an ellipsis. */
export function cut(text: string, max: number): string {
  const characters = [...text];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}

type Texts = { [language: string]: string | undefined } | undefined;

/** A text in a language: not in another, which would pass for it. */
export const textIn = (texts: Texts, language: string): string | undefined => texts?.[language];

/** The name of an organisation in a language, or else in another: a proper name is not bound to one. */
export const nameOf = ({ organisation, record }: Context, language: string): string =>
  organisation?.names[language as 'en'] ?? Object.values(organisation?.names ?? {})[0] ?? record.organisation;

/** Joins texts as paragraphs. */
export const paragraphs = (...texts: (string | undefined)[]) => texts.filter(Boolean).join('\n\n') || undefined;

/** The first link of a kind. */
export const linkOf = ({ links }: SystemRecord, kind: string) => links?.find((link) => link.kind === kind)?.url;

/** The assessments that were made. An entry for one that was not made, with its reason, does not count. */
export const assessmentsMade = ({ assessments }: SystemRecord) =>
  (assessments ?? []).filter(({ result }) => result !== 'not-performed');

/** The last assessment of one of these kinds that was made. */
export const assessmentOf = (record: SystemRecord, ...kinds: string[]) =>
  assessmentsMade(record).findLast(({ kind }) => kinds.includes(kind));

/** A field with a text of the record. */
export function textField(name: string, field: keyof SystemRecord, more: Partial<StandardField> = {}): StandardField {
  return {
    name,
    uses: [field],
    value: ({ record, language }) => textIn(record[field] as Texts, language),
    into: field,
    ...more,
  };
}

/** A field with the record's link of a kind. */
export function linkField(name: string, kind: Code<'link-kind'>): StandardField {
  return { name, uses: ['links'], value: ({ record }) => linkOf(record, kind), into: `link:${kind}` };
}

/**
 * When a system was put into use and out of it, as a date, a month or a year; undefined where that is unknown, as when a source was only seen to say that it
 * was in use.
 */
export const beganOn = ({ inUseFrom, deployment }: SystemRecord): string | undefined =>
  inUseFrom ?? deployment?.from ?? (deployment?.seen ? undefined : deployment?.occurredAt);
export const endedOn = (record: SystemRecord): string | undefined => {
  const { inUseTo, retirement, deployments = [] } = record;
  const ends = deployments.map(({ ended }) => ended && (ended.on ?? (ended.seen ? undefined : ended.occurredAt)));
  // Use that has ended everywhere ended then, whenever the system was retired after that.
  const isKnown = ends.length > 0 && ends.every((end) => end !== undefined);
  const last = isKnown
    ? ends.sort((a, b) => (startOf(firstDayOf(a!)) < startOf(firstDayOf(b!)) ? -1 : 1)).at(-1)
    : undefined;
  const retired = deployments.length > 0 && !retirement?.seen ? retirement?.occurredAt : undefined;
  return inUseTo ?? last ?? retirement?.on ?? retired;
};

/** The date of the last change of the record. */
export const changedOn: StandardField['value'] = ({ record }) => record.changedAt.slice(0, 10);

/** How far a system is that is not in use yet, in the words of its source: the register has no status for that. */
export function stageOf(record: SystemRecord): 'planned' | 'design' | 'development' | undefined {
  const word = record.status === 'registered' && sourceField(record, 'status', '')?.trim().toLowerCase();
  if (word === 'planned' || word === 'gepland') return 'planned';
  if (word === 'design') return 'design';
  return word === 'development' || word === 'ontwikkeling' || word === 'in ontwikkeling' ? 'development' : undefined;
}

/** A field of the source of an imported record: by name, given in lower case and matched in any case, if possible in a language. */
export function sourceField({ source }: SystemRecord, name: string, language: string): string | undefined {
  const fields = new Map(Object.entries(source?.fields ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
  return fields.get(`${name} (${language})`) ?? fields.get(name);
}
