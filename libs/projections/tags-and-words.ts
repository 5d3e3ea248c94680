import { codelists, labels } from '#domain';
import { languages } from './languages.js';
import type { SystemRecord } from './record.js';
import { wordsIn } from './search/split.js';

/** What systems can be filtered by and counted by. Each is a tag `dimension:value` of a system. */
export const dimensions = [
  'organisation',
  'country',
  'status',
  'riskClass',
  'domain',
  'annexIII',
  'article50',
  'aiSystem',
  'personalData',
  'technology',
  'oversightMode',
  'assessment',
  'supplier',
  'language',
  'source',
] as const;
export type Dimension = (typeof dimensions)[number];
/** Of these a system has one value at most: what is asked for by several of them is the sum of each. */
export const ofOneValue: ReadonlySet<Dimension> = new Set([
  'organisation',
  'country',
  'status',
  'riskClass',
  'aiSystem',
  'personalData',
  'oversightMode',
  'source',
]);
/** Systems are counted within each value of these, too. */
export const countedWithin = ['organisation', 'country'] as const satisfies Dimension[];
export const isCountedWithin = (tag: string) => countedWithin.some((dimension) => tag.startsWith(`${dimension}:`));
/** The tag that every system has. */
export const anySystem = '';
const isLanguage: ReadonlySet<string> = new Set(codelists.language);

type Texts = { [language: string]: string };

/** PostgreSQL takes a megabyte of words, all languages together (tsvector), and needs so much beside each. */
const maxWordBytes = 1_000_000;
const bytesBesideWord = 8;
const maxBytesOfUnit = 3;

/** The words of texts in several languages, language by language; as many as there is room for, far more than any record has. */
export function merge(texts: (Texts | undefined)[]): Texts {
  const words: { [language: string]: string[] } = {};
  let most = 0;
  for (const text of texts)
    for (const [language, said] of Object.entries(text ?? {})) {
      const known = (languages as readonly string[]).includes(language) ? language : 'other';
      const found = wordsIn(said);
      words[known] ??= [];
      for (const word of found) {
        words[known].push(word);
        most += word.length * maxBytesOfUnit + bytesBesideWord;
      }
    }
  const kept = most <= maxWordBytes ? words : withinRoom(words);
  return Object.fromEntries(Object.entries(kept).map(([language, own]) => [language, own.join(' ')]));
}

/** Each word once, as long as there is room. */
function withinRoom(words: { [language: string]: string[] }): { [language: string]: string[] } {
  let room = maxWordBytes;
  const fits = (word: string) => {
    room -= Buffer.byteLength(word) + bytesBesideWord;
    return room >= 0;
  };
  return Object.fromEntries(Object.entries(words).map(([language, own]) => [language, [...new Set(own)].filter(fits)]));
}

/**
 * Everything in a record that somebody may look for: all its texts, what is said by codes, and names that are the same in any language. Not
 * how to reach the office, and not what is kept of a source word for word.
 */
export function wordsOf(record: SystemRecord, organisation: Texts | undefined): Texts {
  const { contact: _, source: __, erasures: ___, ...rest } = record;
  const named = [
    record.provider,
    record.department,
    record.area,
    ...(record.tags ?? []),
    ...(record.contracts ?? []).map(({ supplier }) => supplier?.name),
    ...(record.identifiers ?? []).map(({ id }) => id),
    ...(record.legalReferences ?? []).map(({ title }) => title),
    ...(record.dataSources ?? []).map(({ title }) => title),
  ].filter((text) => text !== undefined);
  return merge([
    organisation,
    ...textsIn(rest),
    ...[record.domain, ...(record.furtherDomains ?? [])].map((code) => code && labels.domain?.[code]),
    ...(record.risk?.annexIII ?? []).map((code) => labels['annex-iii']?.[code]),
    { other: named.join(' ') },
  ]);
}

/** The texts by language that there are in a value. */
function textsIn(value: unknown): Texts[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const entries = Object.entries(value);
  if (entries.every(([name, inner]) => typeof inner === 'string' && isLanguage.has(name))) return [value as Texts];
  return entries.flatMap(([, inner]) => textsIn(inner));
}

export function tagsOf(record: SystemRecord, country: string | undefined): string[] {
  const values: { [dimension in Dimension]: (string | undefined)[] } = {
    organisation: [record.organisation],
    country: [country],
    status: [record.status],
    riskClass: [record.risk?.class ?? 'unclassified'],
    domain: [record.domain, ...(record.furtherDomains ?? [])],
    annexIII: record.risk?.annexIII ?? [],
    article50: record.risk?.article50 ?? [],
    aiSystem: [record.aiSystem],
    personalData: [record.personalData],
    technology: record.technologies ?? [],
    oversightMode: [record.oversight?.at(-1)?.mode],
    assessment: (record.assessments ?? []).filter(({ result }) => result !== 'not-performed').map(({ kind }) => kind),
    supplier: (record.contracts ?? []).map(({ supplier }) => supplier?.name),
    language: Object.keys(record.name ?? {}),
    source: [record.source?.register],
  };
  const tags = dimensions.flatMap((dimension) =>
    values[dimension].filter((value) => value !== undefined).map((value) => `${dimension}:${value}`),
  );
  return [...new Set(tags)].sort();
}

/** English if there is one, else the first language by code, so that the order does not depend on who asks. */
export function sortName(name: SystemRecord['name']): string {
  const given = Object.keys(name ?? {}).sort() as (keyof NonNullable<typeof name>)[];
  return (name?.en ?? (given[0] && name?.[given[0]]) ?? '').toLowerCase().slice(0, 200);
}
