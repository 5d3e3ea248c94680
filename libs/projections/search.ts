import { hash } from 'node:crypto';
import type { Pool } from 'pg';

/** Languages with a stemmer and stop words of their own (schema/sql/0004-search.sql); every other text is kept word for word. */
export const languages = ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'] as const;
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

/** `name`: tells one search from another. A search, ready for a query: `toSql` gives a FROM item with the columns of `system` and a `score`, the best the lowest. */
export type Search = { name: string; matched: Matched; toSql(bind: (value: unknown) => string): string };

/** SQL for the words of texts by language (jsonb: language to text), stemmed, each once. `used`: languages that there are. */
export function toVector(texts: string, used: Set<string>): string {
  const parts = configurations
    .filter((name) => name === 'other' || used.has(name))
    .map((name) => `to_tsvector('vitrine.${name}', coalesce(${texts} ->> '${name}', ''))`);
  return `strip(${parts.join(' || ')})`;
}

/** A word that somebody typed: what it may be stemmed to in any language, and how telling it is (inverse document frequency). */
type Word = { query: string; weight: number };

const maxWords = 12;
/** Words that are in more systems than this count as just as frequent. */
const maxCounted = 3000;
/** In a title a word counts so much more. */
const titleWeight = 3;
/** So much of the weight of all words must be found when there are more than two. */
const share = 0.6;

/**
 * Finds out what somebody is looking for. Stop words go: those of `language`, or of any language if it is not known. One
 * or two words must all be there, if there is anything with both; of more, most, by weight. If none is anywhere, names that are spelled alike are found.
 */
export async function prepareSearch(pool: Pool, text: string, language?: string): Promise<Search> {
  const typed = tokenise(text);
  const stems = await readStems(pool, typed, language);
  const words = await weigh(pool, stems);
  const name = hash('sha256', JSON.stringify([typed, language]), 'base64url').slice(0, 12);
  if (words.length === 0) return { name, ...similarTo(typed.join(' ')) };
  const strict = words.length <= 2 && words.length === stems.length;
  return strict && (words.length === 1 || (await areTogether(pool, words)))
    ? { name, ...allOf(words) }
    : { name, ...mostOf(words) };
}

/** Whether any system has all of these words. */
async function areTogether(pool: Pool, words: Word[]): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM system WHERE document @@ (${words.map((_, i) => `$${i + 1}::tsquery`).join(' && ')})) AS found`,
    words.map(({ query }) => query),
  );
  return rows[0]!.found;
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
  return (telling.length > 0 ? telling : rows.filter(({ stems: query }) => query !== '')).map(
    ({ stems: query }) => query,
  );
}

const isLanguage = (language: string | undefined) => (languages as readonly string[]).includes(language ?? '');

/** The words that are in the register, the most telling first. One query each, so that each is planned for its own word. */
async function weigh(pool: Pool, stems: string[]): Promise<Word[]> {
  if (stems.length === 0) return [];
  const counts = stems.map(
    (_, i) =>
      `(SELECT count(*) FROM (SELECT FROM system WHERE document @@ $${i + 1}::tsquery LIMIT ${maxCounted}) found)`,
  );
  const { rows } = await pool.query<{ counts: number[]; all: number }>(
    `SELECT ARRAY[${counts.join(', ')}]::int[] AS counts,
       greatest((SELECT reltuples FROM pg_class WHERE oid = 'system'::regclass), ${maxCounted})::int AS all`,
    stems,
  );
  const { counts: found, all } = rows[0]!;
  return stems
    .map((query, i) => ({ query, weight: Math.log(1 + all / Math.max(found[i]!, 1)), found: found[i]! }))
    .filter((word) => word.found > 0)
    .sort((a, b) => b.weight - a.weight);
}

function allOf(words: Word[]): Omit<Search, 'name'> {
  return {
    matched: 'ALL_WORDS',
    toSql(bind) {
      const queries = words.map(({ query }) => `${bind(query)}::tsquery`);
      const scores = words.map(
        ({ weight }, i) => `CASE WHEN title @@ ${queries[i]} THEN ${titleWeight * weight} ELSE ${weight} END`,
      );
      return `(SELECT *, ${rounded(scores.join(' + '))} AS score FROM system WHERE document @@ (${queries.join(' && ')}))`;
    },
  };
}

/** A look-up in the index for each word, among the systems that have one of the most telling: rows need not be read for it. */
function mostOf(words: Word[]): Omit<Search, 'name'> {
  const least = share * words.reduce((sum, { weight }) => sum + weight, 0);
  const drivers = driversOf(words, least);
  return {
    matched: 'MOST_WORDS',
    toSql(bind) {
      const queries = words.map(({ query }) => `${bind(query)}::tsquery`);
      const candidates = `(${queries.slice(0, drivers).join(' || ')})`;
      const found = words.map(
        ({ weight }, i) =>
          `SELECT id, ${weight}::float8 AS weight, CASE WHEN title @@ ${queries[i]} THEN ${titleWeight * weight} ELSE ${weight} END AS score
           FROM system WHERE document @@ (${queries[i]} && ${candidates})`,
      );
      return `(SELECT system.*, best.score FROM (
          SELECT id, ${rounded('sum(score)')} AS score FROM (${found.join(' UNION ALL ')}) word
          GROUP BY id HAVING sum(weight) >= ${least - 1e-6}) best JOIN system USING (id))`;
    },
  };
}

/** How many of the most telling words it takes so that nothing without any of them can reach the least weight. */
function driversOf(words: Word[], least: number): number {
  let rest = words.reduce((sum, { weight }) => sum + weight, 0);
  const needed = words.findIndex(({ weight }) => {
    rest -= weight;
    return rest < least;
  });
  return needed + 1;
}

function similarTo(text: string): Omit<Search, 'name'> {
  return {
    matched: 'SIMILAR_NAMES',
    toSql(bind) {
      const typed = bind(text);
      return `(SELECT *, ${rounded(`word_similarity(${typed}, names)`)} AS score FROM system WHERE ${typed} <% names)`;
    },
  };
}

const rounded = (score: string) => `round(-(${score})::numeric, 4)`;
