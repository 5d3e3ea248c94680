import type { Pool } from 'pg';
import { languages } from '../languages.js';
import { anySystem } from '../tags-and-words.js';
import { nearest } from './near.js';
import { wordsIn } from './split.js';
import { findSynonyms, synonymWords, type Term } from './synonyms.js';

const configurations = [...languages, 'other'] as const;

/** PostgreSQL has no list of Catalan stop words, and its German one lacks the question words. */
const moreStopWords: { [language: string]: ReadonlySet<string> } = {
  de: new Set('wer wem wen wessen wann warum wieso weshalb'.split(' ')),
  ca: new Set(
    `a al als amb aquest aquesta aquestes aquests com d de del dels des el els em en ens entre era és és ha hi ho i jo l la les li lo
   m més meva meu molt n ni no nos o on per perquè pel pels però qual quals quan que què qui s sa se seu seva si sobre són també te té
   un una uns unes va`.split(/\s+/),
  ),
};

/** A part of a query with its weight (inverse document frequency). `share`: of the systems that have it. */
export type Word = Part & { weight: number; share: number; isFrequent: boolean };

/** The maximum number of words that are searched for, without stop words; the first ones count. */
export const maxWords = 12;
/** A word in more than this share of the systems, and in at least this many, tells as little as a stop word. */
const frequentShare = 0.06;
const frequentFrom = 3000;

/** SQL for the stemmed words of texts (jsonb: language to text), each once. `used`: the languages that occur. */
export function toVector(texts: string, used: Set<string>): string {
  const parts = configurations
    .filter((name) => name === 'other' || used.has(name))
    .map((name) => `to_tsvector('vitrine.${name}', coalesce(${texts} ->> '${name}', ''))`);
  return `strip(${parts.join(' || ')})`;
}

/**
 * A part of a query: a word, or several that form one term. `query`: any of its stems, or of those of its synonyms; `literal`: only the former.
 * `isGuess`: it replaces a word that does not occur in the register.
 */
export type Part = { words: string[]; query: string; literal: string; isGuess: boolean };

/** The parts of a query that are not stop words. `guesses`: words that replace others; `divided`: words at which no term of several words begins. */
export async function readParts(
  pool: Pool,
  words: string[],
  language: string | undefined,
  { guesses = [], divided = [] }: { guesses?: string[]; divided?: string[] } = {},
): Promise<Part[]> {
  if (words.length === 0) return [];
  const known = isLanguage(language) ? language : undefined;
  const groups: { words: string[]; terms: Term[] }[] = [];
  for (let at = 0; at < words.length; ) {
    const found = findSynonyms(words, at, known, divided.includes(words[at]!) ? 1 : undefined);
    const length = found?.length ?? 1;
    groups.push({ words: words.slice(at, at + length), terms: found?.terms ?? [] });
    at += length;
  }
  const stems = await readStems(pool, [...new Set(words)], known);
  const saidOtherwise = await readTermStems(
    pool,
    groups.flatMap(({ terms }) => terms),
  );
  const more = Object.entries(moreStopWords).flatMap(([code, set]) =>
    known === undefined || known === code ? [set] : [],
  );
  const parts = groups.map(({ words: own, terms }) => {
    const typed = own.map((word) => stems.get(word)!);
    const all = typed.every(({ query }) => query !== '') ? both(typed.map(({ query }) => query)) : '';
    const queries = [all, ...terms.map((term) => saidOtherwise.get(term)!)].filter((query) => query !== '');
    const isStopWord = terms.length === 0 && (typed[0]!.stop || more.some((set) => set.has(own[0]!)));
    const isGuess = own.some((word) => guesses.includes(word));
    return { words: own, query: [...new Set(queries)].join(' | '), literal: all, isGuess, isStopWord };
  });
  const findable = parts.filter(({ query }) => query !== '');
  const telling = findable.filter(({ isStopWord }) => !isStopWord);
  // Somebody who types only stop words means them.
  const meant = telling.length > 0 ? telling : findable;
  return meant
    .filter(({ query }, i) => meant.findIndex((other) => other.query === query) === i)
    .slice(0, maxWords)
    .map(({ isStopWord: _, ...part }) => part);
}

const both = (queries: string[]) =>
  queries.length === 1 ? queries[0]! : `(${queries.map((query) => `(${query})`).join(' & ')})`;

/** For each word: its stems in all languages, and whether it is a stop word in the language of the query. */
async function readStems(
  pool: Pool,
  words: string[],
  language: string | undefined,
): Promise<Map<string, { stop: boolean; query: string }>> {
  const asked = languages.filter((code) => language === undefined || code === language);
  const isStopWord = asked.map((code) => `numnode(plainto_tsquery('vitrine.${code}', word)) = 0`);
  const stems = configurations.map((name) => `(plainto_tsquery('vitrine.${name}', word)::text)`);
  const { rows } = await pool.query<{ word: string; stop: boolean; query: string }>(
    `SELECT word, ${isStopWord.join(' OR ') || 'false'} AS stop, (SELECT coalesce(string_agg(DISTINCT stem, ' | '), '')
       FROM (VALUES ${stems.join(', ')}) s (stem) WHERE stem <> '') AS query FROM unnest($1::text[]) word`,
    [words],
  );
  return new Map(rows.map(({ word, ...rest }) => [word, rest]));
}

const termStems = new WeakMap<Pool, Map<Term, string>>();

/** The stems of all words of each term, in the language of the term. They never change, so they are cached. */
async function readTermStems(pool: Pool, terms: Term[]): Promise<Map<Term, string>> {
  const known = termStems.get(pool) ?? new Map<Term, string>();
  termStems.set(pool, known);
  const unknown = terms.filter((term) => !known.has(term));
  if (unknown.length > 0) {
    const { rows } = await pool.query<{ query: string }>(
      `SELECT plainto_tsquery(('vitrine.' || language)::regconfig, term)::text AS query
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY t (language, term, place) ORDER BY place`,
      [unknown.map(({ language }) => language), unknown.map(({ words }) => words.join(' '))],
    );
    for (const [i, term] of unknown.entries())
      known.set(term, rows[i]!.query.includes('&') ? `(${rows[i]!.query})` : rows[i]!.query);
  }
  return known;
}

/** How many similar names are examined, and how similar they must be: two swapped letters leave few trigrams of a short word unchanged. */
const namesLookedThrough = 500;
const likeness = 0.3;

async function readNamesLike(pool: Pool, typed: string): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL pg_trgm.word_similarity_threshold = ${likeness}`);
    const { rows } = await client.query<{ names: string }>(
      `SELECT DISTINCT names FROM (SELECT names FROM system WHERE $1 <% names LIMIT ${namesLookedThrough}) near ORDER BY names`,
      [typed],
    );
    await client.query('COMMIT');
    client.release();
    return rows.map(({ names }) => names);
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** The word that was probably meant by one that does not occur: from names, from synonyms, or one that is frequent. */
export async function findNear(pool: Pool, typed: string): Promise<string | undefined> {
  const { shares } = await knownFrequencies(pool);
  const ofNames = new Set((await readNamesLike(pool, typed)).flatMap((names) => wordsIn(names)));
  return nearest(typed, [...ofNames, ...synonymWords(), ...shares.keys()]);
}

const isLanguage = (language: string | undefined) => (languages as readonly string[]).includes(language ?? '');

/** The number of systems, and the share of systems that have each of the most frequent words, from PostgreSQL's statistics. */
type Frequencies = { systems: number; shares: Map<string, number> };
const frequencies = new WeakMap<Pool, { read: Promise<Frequencies>; at: number }>();
const frequenciesFor = 60_000;

async function readFrequencies(pool: Pool): Promise<Frequencies> {
  const { rows } = await pool.query<{ word: string | null; share: number; systems: number }>(
    `SELECT word, share, coalesce((SELECT count FROM tag_count WHERE within = '' AND tag = $1), 0) AS systems FROM (SELECT) one LEFT JOIN (
       SELECT unnest(most_common_elems::text::text[]) AS word, unnest(most_common_elem_freqs[:cardinality(most_common_elems::text::text[])]) AS share
       FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'system' AND attname = 'document') s ON true`,
    [anySystem],
  );
  const shares = new Map(rows.flatMap(({ word, share }) => (word === null ? [] : [[word, share] as const])));
  return { systems: rows[0]!.systems, shares };
}

function knownFrequencies(pool: Pool): Promise<Frequencies> {
  const known = frequencies.get(pool);
  if (known && Date.now() - known.at < frequenciesFor) return known.read;
  const read = readFrequencies(pool);
  frequencies.set(pool, { read, at: Date.now() });
  // A failed read is not cached.
  read.catch(() => frequencies.delete(pool));
  return read;
}

/** The parts that occur in the register, the most telling first. The frequency of frequent words is known; that of the others is counted. */
export async function weigh(pool: Pool, parts: Part[]): Promise<Word[]> {
  if (parts.length === 0) return [];
  const stems = parts.map(({ query }) => query);
  const { systems, shares } = await knownFrequencies(pool);
  const guesses = stems.map((query) => {
    // Nothing is known of words that must occur together.
    if (query.includes(' & ')) return 0;
    const found = [...query.matchAll(/'((?:[^']|'')+)'/g)].map(
      ([, stem]) => shares.get(stem!.replaceAll("''", "'")) ?? 0,
    );
    return Math.round(Math.max(...found) * systems);
  });
  // Only high estimates are good enough: the statistics of a small register may be out of date.
  const unknown = stems.filter((_, i) => guesses[i]! < frequentFrom);
  const counts = unknown.map(
    (_, i) =>
      `(SELECT count(*) FROM (SELECT FROM system WHERE document @@ $${i + 1}::tsquery LIMIT ${frequentFrom}) found)`,
  );
  const { rows } = await pool.query<{ counts: number[] }>(
    `SELECT ARRAY[${counts.join(', ')}]::int[] AS counts`,
    unknown,
  );
  // The number of systems is cached; there may be more by now.
  const all = Math.max(systems, 1);
  return parts
    .map((part, i) => {
      const { query } = part;
      const at = unknown.indexOf(query);
      const found = at < 0 ? guesses[i]! : rows[0]!.counts[at]!;
      const isFrequent = found >= frequentFrom && found > frequentShare * all;
      return {
        ...part,
        weight: Math.log(1 + all / Math.max(found, 1)),
        share: Math.min(found / all, 1),
        isFrequent,
        found,
      };
    })
    .filter((word) => word.found > 0)
    .sort((a, b) => b.weight - a.weight);
}
