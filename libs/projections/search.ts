import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { languages } from './languages.js';
import { anySystem } from './tags-and-words.js';

const configurations = [...languages, 'other'] as const;
const stopWordsOf = { en: 'english', fr: 'french', nl: 'dutch', de: 'german', es: 'spanish', it: 'italian' } as const;

/** PostgreSQL brings no list of Catalan stop words. */
const catalanStopWords = new Set(
  `a al als amb aquest aquesta aquestes aquests com d de del dels des el els em en ens entre era és és ha hi ho i jo l la les li lo
   m més meva meu molt n ni no nos o on per perquè pel pels però qual quals quan que què qui s sa se seu seva si sobre són també te té
   un una uns unes va`.split(/\s+/),
);

/** How a search was understood: all words, most of them (by weight), or names that are spelled alike because no word was found. */
export type Matched = 'ALL_WORDS' | 'MOST_WORDS' | 'SIMILAR_NAMES';

/** `name`: tells one search from another, whatever its state. A search, ready for a query: `toSql` gives a FROM item with the columns of `system` and a `score`, the best the lowest. */
export type Search = {
  name: string;
  matched: Matched;
  /** How it was understood; the next page is asked for with it, so that a page later words weigh what they weighed. */
  state: string;
  toSql(bind: Bind): string;
  tiers?(bind: Bind): Tier[];
};
type Bind = (value: unknown) => string;
/** Systems that all have the same score: so the best are found without looking at the others. */
export type Tier = { where: string; score: number };

/** SQL for the words of texts by language (jsonb: language to text), stemmed, each once. `used`: languages that there are. */
export function toVector(texts: string, used: Set<string>): string {
  const parts = configurations
    .filter((name) => name === 'other' || used.has(name))
    .map((name) => `to_tsvector('vitrine.${name}', coalesce(${texts} ->> '${name}', ''))`);
  return `strip(${parts.join(' || ')})`;
}

/** A word that somebody typed: what it may be stemmed to in any language, and how telling it is (inverse document frequency). */
type Word = { query: string; weight: number; share: number; isFrequent: boolean };

const maxWords = 12;
/** A word that is in more than this share of the systems, and in more than so many, tells as little as a stop word. */
const frequentShare = 0.06;
const frequentFrom = 3000;
/** In a title a word counts so much more. */
const titleWeight = 3;
/** Of so many words each may or may not be in the title. */
const maxTierWords = 3;
/** So much of the weight of all words must be found when there are more than two. */
const share = 0.6;

/**
 * Finds out what somebody is looking for. Stop words go: those of `language`, or of any language if it is not known. One
 * or two words must all be there, if there is anything with both; of more, most, by weight, and words that are nearly everywhere
 * do not count. If none is anywhere, names that are spelled alike are found. `state`: of the page before.
 */
export async function prepareSearch(pool: Pool, text: string, language?: string, state?: string): Promise<Search> {
  const typed = tokenise(text);
  const stems = await readStems(pool, typed, language);
  const name = hash('sha256', JSON.stringify([typed, language]), 'base64url').slice(0, 12);
  const { kind, words } = state === undefined ? await understand(pool, stems) : fromState(state, stems);
  const written = [kind, words.map(({ query, weight, share: own }) => [stems.indexOf(query), weight, own])];
  const plans = {
    all: allOf,
    most: mostOf,
    any: (ones: Word[]) => mostOf(ones, 0),
    similar: () => similarTo(typed.join(' ')),
  };
  return { name, state: JSON.stringify(written), ...plans[kind](words) };
}

type Understood = { kind: 'all' | 'most' | 'any' | 'similar'; words: Word[] };

async function understand(pool: Pool, stems: string[]): Promise<Understood> {
  const words = await weigh(pool, stems);
  if (words.length === 0) return { kind: 'similar', words };
  const strict = words.length <= 2 && words.length === stems.length;
  if (strict && (words.length === 1 || (await areTogether(pool, words)))) return { kind: 'all', words };
  const telling = words.filter(({ isFrequent }) => !isFrequent);
  // Two words that nothing has both of: whatever has one.
  if (telling.length > 0) return { kind: strict ? 'any' : 'most', words: telling };
  const few = words.slice(0, maxTierWords);
  return { kind: 'all', words: (await areTogether(pool, few)) ? few : few.slice(0, 1) };
}

/** So many words each kind has at most. */
const mostSaid: Record<Understood['kind'], number> = { all: maxTierWords, most: maxWords, any: 2, similar: 0 };

/** What a page before was understood as. It comes from outside: throws a SyntaxError on what no page can have said. */
function fromState(state: string, stems: string[]): Understood {
  const said: unknown = JSON.parse(state);
  const [kind, words] = (Array.isArray(said) ? said : []) as [Understood['kind'], unknown];
  const most = Object.hasOwn(mostSaid, kind) ? mostSaid[kind] : -1;
  if (typeof kind !== 'string' || !Array.isArray(words) || words.length > most || (words.length === 0 && most > 0))
    throw new SyntaxError('not a state of a search');
  return {
    kind,
    words: words.map((word: unknown) => {
      const [at, weight, own] = (Array.isArray(word) ? word : []) as [number, number, number];
      const query = Number.isInteger(at) ? stems[at] : undefined;
      const isWeight = typeof weight === 'number' && weight > 1e-6 && weight < 100;
      const isShare = typeof own === 'number' && own > 0 && own <= 1;
      if (query === undefined || !isWeight || !isShare) throw new SyntaxError('not a state of a search');
      return { query, weight, share: own, isFrequent: false };
    }),
  };
}

/**
 * Words that are together so often, if they are where they are by chance, that who goes through the systems by id soon has a page.
 * Otherwise what the index says of each word is put together first. PostgreSQL itself takes words for less telling than they are.
 */
const oftenShare = 0.02;
const areOften = (words: Word[]) => words.reduce((product, { share: own }) => product * own, 1) >= oftenShare;

/** Whether any system has all of these words. */
async function areTogether(pool: Pool, words: Word[]): Promise<boolean> {
  const condition = `document @@ (${words.map((_, i) => `$${i + 1}::tsquery`).join(' && ')})`;
  const { rows } = await pool.query(
    areOften(words)
      ? `SELECT id FROM system WHERE ${condition} ORDER BY id LIMIT 1`
      : `WITH found AS MATERIALIZED (SELECT id FROM system WHERE ${condition}) SELECT id FROM found LIMIT 1`,
    words.map(({ query }) => query),
  );
  return rows.length > 0;
}

function tokenise(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map((word) => word.slice(0, 60)))].slice(0, maxWords);
}

/** The words that are no stop words, each as a text search query: any of its stems. */
async function readStems(pool: Pool, words: string[], language: string | undefined): Promise<string[]> {
  if (words.length === 0) return [];
  const asked = Object.entries(stopWordsOf).filter(([code]) => !isLanguage(language) || code === language);
  const isStopWord = asked.map(([, name]) => `numnode(plainto_tsquery('pg_catalog.${name}', word)) = 0`);
  const stems = configurations.map((name) => `(plainto_tsquery('vitrine.${name}', word)::text)`);
  const { rows } = await pool.query<{ word: string; stop: boolean; stems: string }>(
    `SELECT word, ${isStopWord.join(' OR ') || 'false'} AS stop, (SELECT coalesce(string_agg(DISTINCT stem, ' | '), '')
       FROM (VALUES ${stems.join(', ')}) s (stem) WHERE stem <> '') AS stems FROM unnest($1::text[]) WITH ORDINALITY w (word, place) ORDER BY place`,
    [words],
  );
  const catalan = !isLanguage(language) || language === 'ca';
  const telling = rows.filter(
    ({ word, stop, stems: query }) => query !== '' && !stop && !(catalan && catalanStopWords.has(word)),
  );
  // Somebody who types nothing but stop words means them.
  const meant = telling.length > 0 ? telling : rows.filter(({ stems: query }) => query !== '');
  return [...new Set(meant.map(({ stems: query }) => query))];
}

const isLanguage = (language: string | undefined) => (languages as readonly string[]).includes(language ?? '');

/** How many systems there are, and how frequent the most frequent words are, as PostgreSQL knows it from its samples: share of systems by word. */
type Frequencies = { systems: number; shares: Map<string, number> };
const frequencies = new WeakMap<Pool, { read: Promise<Frequencies>; at: number }>();
const frequenciesFor = 60_000;

async function readFrequencies(pool: Pool): Promise<Frequencies> {
  const { rows } = await pool.query<{ word: string | null; share: number; systems: number }>(
    `SELECT word, share, coalesce((SELECT count FROM tag_count WHERE tag = $1), 0) AS systems FROM (SELECT) one LEFT JOIN (
       SELECT unnest(most_common_elems::text::text[]) AS word, unnest(most_common_elem_freqs[:cardinality(most_common_elems::text::text[])]) AS share
       FROM pg_stats WHERE schemaname = 'read' AND tablename = 'system' AND attname = 'document') s ON true`,
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
  // What could not be read is read anew.
  read.catch(() => frequencies.delete(pool));
  return read;
}

/** The words that are in the register, the most telling first. Frequent words are known; how often the others are there is counted. */
async function weigh(pool: Pool, stems: string[]): Promise<Word[]> {
  if (stems.length === 0) return [];
  const { systems, shares } = await knownFrequencies(pool);
  const guesses = stems.map((query) => {
    const found = [...query.matchAll(/'((?:[^']|'')+)'/g)].map(
      ([, stem]) => shares.get(stem!.replaceAll("''", "'")) ?? 0,
    );
    return Math.round(Math.max(...found) * systems);
  });
  // Where guesses are good enough: a sample of a small register may be of yesterday.
  const unknown = stems.filter((_, i) => guesses[i]! < frequentFrom);
  const counts = unknown.map(
    (_, i) =>
      `(SELECT count(*) FROM (SELECT FROM system WHERE document @@ $${i + 1}::tsquery LIMIT ${frequentFrom}) found)`,
  );
  const { rows } = await pool.query<{ counts: number[] }>(
    `SELECT ARRAY[${counts.join(', ')}]::int[] AS counts`,
    unknown,
  );
  // More may have come since.
  const all = Math.max(systems, 1);
  return stems
    .map((query, i) => {
      const at = unknown.indexOf(query);
      const found = at < 0 ? guesses[i]! : rows[0]!.counts[at]!;
      const isFrequent = found >= frequentFrom && found > frequentShare * all;
      return {
        query,
        weight: Math.log(1 + all / Math.max(found, 1)),
        share: Math.min(found / all, 1),
        isFrequent,
        found,
      };
    })
    .filter((word) => word.found > 0)
    .sort((a, b) => b.weight - a.weight);
}

function allOf(words: Word[]): Omit<Search, 'name' | 'state'> {
  return {
    matched: 'ALL_WORDS',
    toSql(bind) {
      const queries = words.map(({ query }) => `${bind(query)}::tsquery`);
      const scores = words.map(
        ({ weight }, i) => `CASE WHEN title @@ ${queries[i]} THEN ${titleWeight * weight} ELSE ${weight} END`,
      );
      return `(SELECT *, ${rounded(scores.join(' + '))} AS score FROM system WHERE document @@ (${queries.join(' && ')}))`;
    },
    ...(areOften(words) && { tiers: (bind: Bind) => tiersOf(words, bind) }),
  };
}

/** By which of the words are in the title. */
function tiersOf(words: Word[], bind: Bind): Tier[] {
  const queries = words.map(({ query }) => `${bind(query)}::tsquery`);
  return Array.from({ length: 2 ** words.length }, (_, set) => {
    const inTitle = (i: number) => ((set >> i) & 1) === 1;
    const conditions = words.map((_, i) => `${inTitle(i) ? '' : 'NOT '}title @@ ${queries[i]}`);
    const score = words.reduce((sum, { weight }, i) => sum + (inTitle(i) ? titleWeight : 1) * weight, 0);
    return {
      where: `document @@ (${queries.join(' && ')}) AND ${conditions.join(' AND ')}`,
      score: -Number(score.toFixed(4)),
    };
  }).sort((a, b) => a.score - b.score);
}

/** A look-up in the index for each word, among the systems that have enough of them: rows need not be read for it. */
function mostOf(words: Word[], ofAll = share): Omit<Search, 'name' | 'state'> {
  const least = Math.max(ofAll * words.reduce((sum, { weight }) => sum + weight, 0), 1e-3);
  const enough = words.length <= maxSubsetWords ? leastSubsets(words, least) : driversOf(words, least);
  return {
    matched: 'MOST_WORDS',
    toSql(bind) {
      const queries = words.map(({ query }) => `${bind(query)}::tsquery`);
      const candidates = `(${enough.map((subset) => `(${subset.map((i) => queries[i]).join(' && ')})`).join(' || ')})`;
      const found = words.flatMap(({ weight }, i) => [
        `SELECT id, ${weight}::float8 AS weight, ${weight}::float8 AS score FROM system WHERE document @@ (${queries[i]} && ${candidates})`,
        `SELECT id, 0, ${(titleWeight - 1) * weight} FROM system WHERE title @@ ${queries[i]}`,
      ]);
      return `(SELECT system.*, best.score FROM (
          SELECT id, ${rounded('sum(score)')} AS score FROM (${found.join(' UNION ALL ')}) word
          GROUP BY id HAVING sum(weight) >= ${least - 1e-6}) best JOIN system USING (id))`;
    },
  };
}

/** Of more words there are too many subsets. */
const maxSubsetWords = 6;

/** The sets of words that weigh enough, and would not without any one of them. */
function leastSubsets(words: Word[], least: number): number[][] {
  const weightOf = (subset: number[]) => subset.reduce((sum, i) => sum + words[i]!.weight, 0) + 1e-6;
  return Array.from({ length: 2 ** words.length - 1 }, (_, set) =>
    words.flatMap((__, i) => (((set + 1) >> i) & 1 ? [i] : [])),
  ).filter(
    (subset) => weightOf(subset) >= least && subset.every((one) => weightOf(subset.filter((i) => i !== one)) < least),
  );
}

/** The most telling words, each for itself, of which it takes one: nothing without any of them can weigh enough. */
function driversOf(words: Word[], least: number): number[][] {
  let rest = words.reduce((sum, { weight }) => sum + weight, 0);
  const last = words.findIndex(({ weight }) => {
    rest -= weight;
    return rest < least;
  });
  return words.slice(0, last + 1).map((_, i) => [i]);
}

function similarTo(text: string): Omit<Search, 'name' | 'state'> {
  return {
    matched: 'SIMILAR_NAMES',
    toSql(bind) {
      const typed = bind(text);
      return `(SELECT *, ${rounded(`word_similarity(${typed}, names)`)} AS score FROM system WHERE ${typed} <% names)`;
    },
  };
}

const rounded = (score: string) => `round(-(${score})::numeric, 4)`;
