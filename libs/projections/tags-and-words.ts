import { type CodelistName, codelists, facets, fields, labels, parts } from '#domain';
import { languages } from './languages.js';
import type { SystemRecord } from './record.js';
import { wordsIn } from './search/split.js';

type Facet = (typeof facets)[number];
/** What systems can be filtered by and counted by (schema/record/facets.json). Each is a tag `dimension:value` of a system. */
export type Dimension = Facet['name'];
export const dimensions: readonly Dimension[] = facets.map(({ name }) => name);
/** Of these a system has one value at most: what is asked for by several of them is the sum of each. */
export const ofOneValue: ReadonlySet<Dimension> = new Set(
  facets.flatMap((facet) => ('isSingle' in facet && facet.isSingle ? [facet.name] : [])),
);
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
 * Everything in a record that somebody may look for: all its texts, and of fields and parts that are searched (schema/record) what is said by
 * codes and names that are the same in any language. Not how to reach the office, and not what is kept of a source word for word.
 */
export function wordsOf(record: SystemRecord, organisation: Texts | undefined): Texts {
  const { contact: _, source: __, erasures: ___, ...rest } = record;
  const named: string[] = [];
  const labelled: (Texts | undefined)[] = (record.risk?.annexIII ?? []).map((code) => labels['annex-iii']?.[code]);
  for (const field of fields) {
    const value = record[field.name];
    if (!('search' in field) || value === undefined) continue;
    if (field.type === 'code') labelled.push(...labelsOf(field.list, value as string | string[]));
    else named.push(...stringsIn(value, field.search === true ? [''] : field.search));
  }
  for (const part of parts) if ('search' in part) named.push(...stringsIn(record[part.name], part.search));
  return merge([organisation, ...textsIn(rest), ...labelled, { other: named.join(' ') }]);
}

const labelsOf = (list: CodelistName, codes: string | string[]) => [codes].flat().map((code) => labels[list]?.[code]);

/** The texts at paths in a value, or in each of several (`supplier.name`; nothing for the value itself). */
function stringsIn(value: unknown, paths: readonly string[]): string[] {
  return [value].flat().flatMap((one) =>
    paths.flatMap((path) => {
      let found = one;
      if (path !== '')
        for (const name of path.split('.')) found = (found as { [name: string]: unknown } | undefined)?.[name];
      return typeof found === 'string' ? [found] : [];
    }),
  );
}

/** The texts by language that there are in a value. */
function textsIn(value: unknown): Texts[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const entries = Object.entries(value);
  if (entries.every(([name, inner]) => typeof inner === 'string' && isLanguage.has(name))) return [value as Texts];
  return entries.flatMap(([, inner]) => textsIn(inner));
}

/** Dimensions whose values are not those of fields. */
type Computed = Exclude<Facet, { of: unknown }>['name'];

export function tagsOf(record: SystemRecord, country: string | undefined): string[] {
  const computed: { [dimension in Computed]: (string | undefined)[] } = {
    organisation: [record.organisation],
    country: [country],
    status: [record.status],
    riskClass: [record.risk?.class ?? 'unclassified'],
    annexIII: record.risk?.annexIII ?? [],
    article50: record.risk?.article50 ?? [],
    oversightMode: [record.oversight?.at(-1)?.mode],
    assessment: (record.assessments ?? []).filter(({ result }) => result !== 'not-performed').map(({ kind }) => kind),
    supplier: (record.contracts ?? []).map(({ supplier }) => supplier?.name),
    language: Object.keys(record.name ?? {}),
    source: [record.source?.register],
  };
  const tags = facets.flatMap((facet) => {
    const values = 'of' in facet ? facet.of.flatMap((field) => record[field]) : computed[facet.name];
    return values.filter((value) => value !== undefined).map((value) => `${facet.name}:${value}`);
  });
  return [...new Set(tags)].sort();
}

/** English if there is one, else the first language by code, so that the order does not depend on who asks. */
export function sortName(name: SystemRecord['name']): string {
  const given = Object.keys(name ?? {}).sort() as (keyof NonNullable<typeof name>)[];
  return (name?.en ?? (given[0] && name?.[given[0]]) ?? '').toLowerCase().slice(0, 200);
}
