import { type CodelistName, codelists, facets, fields, labels, parts } from '#domain';
import { languages } from './languages.js';
import { wordsIn } from './search/split.js';
import type { SystemRecord } from './system-record.js';

type Facet = (typeof facets)[number];
/** What systems can be filtered and counted by (schema/record/facets.json). Each value is a tag `dimension:value` of a system. */
export type Dimension = Facet['name'];
export const dimensions: readonly Dimension[] = facets.map(({ name }) => name);
/** Dimensions of which a system has at most one value: the count for several values is the sum of their counts. */
export const ofOneValue: ReadonlySet<Dimension> = new Set(
  facets.flatMap((facet) => ('isSingle' in facet && facet.isSingle ? [facet.name] : [])),
);
/** Tags are also counted within each value of these dimensions: those by which readers narrow a list down. */
const countedWithin: Dimension[] = ['organisation', 'country', 'status', 'riskClass', 'oversightMode', 'domain'];
export const isCountedWithin = (tag: string) => countedWithin.some((dimension) => tag.startsWith(`${dimension}:`));
/** The tag that every system has. */
export const anySystem = '';
const isLanguage: ReadonlySet<string> = new Set(codelists.language);

type Texts = { [language: string]: string };

/** A tsvector holds a megabyte of words, all languages together, and needs some bytes more for each word. */
const maxWordBytes = 1_000_000;
const bytesBesideWord = 8;
const maxBytesOfUnit = 3;

/** The words of texts in several languages, by language. Words that exceed the limit, which no normal record reaches, are dropped. */
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
 * Everything in a record that can be searched: all its texts, the labels of codes, and from the fields and parts that are searched
 * (schema/record) the names that are the same in any language. Contact details, erasures and the verbatim source are left out.
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

/** The strings at paths in a value, or in each of several values (`supplier.name`; '' for the value itself). */
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

/** All texts by language that occur in a value. */
function textsIn(value: unknown): Texts[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const entries = Object.entries(value);
  if (entries.every(([name, inner]) => typeof inner === 'string' && isLanguage.has(name))) return [value as Texts];
  return entries.flatMap(([, inner]) => textsIn(inner));
}

/** Dimensions whose values are computed, not taken from fields. */
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
    withheld: Object.keys(record.withheld ?? {}),
  };
  const tags = facets.flatMap((facet) => {
    const values = 'of' in facet ? facet.of.flatMap((field) => record[field]) : computed[facet.name];
    return values.filter((value) => value !== undefined).map((value) => `${facet.name}:${value}`);
  });
  return [...new Set(tags)].sort();
}

/** The English name if there is one, else the first by language code, so that the order does not depend on who asks. */
export function sortName(name: SystemRecord['name']): string {
  const given = Object.keys(name ?? {}).sort() as (keyof NonNullable<typeof name>)[];
  return (name?.en ?? (given[0] && name?.[given[0]]) ?? '').toLowerCase().slice(0, 200);
}
