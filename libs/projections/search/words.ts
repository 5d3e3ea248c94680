import type { Pool } from 'pg';
import { languages } from '../languages.js';
import { anySystem } from '../tags-and-words.js';

const configurations = [...languages, 'other'] as const;
const stopWordsOf = { en: 'english', fr: 'french', nl: 'dutch', de: 'german', es: 'spanish', it: 'italian' } as const;

/** PostgreSQL brings no list of Catalan stop words. */
const catalanStopWords = new Set(
  `a al als amb aquest aquesta aquestes aquests com d de del dels des el els em en ens entre era és és ha hi ho i jo l la les li lo
   m més meva meu molt n ni no nos o on per perquè pel pels però qual quals quan que què qui s sa se seu seva si sobre són també te té
   un una uns unes va`.split(/\s+/),
);

/** A word that somebody typed: what it may be stemmed to in any language, and how telling it is (inverse document frequency). */
export type Word = { query: string; weight: number; share: number; isFrequent: boolean };

export const maxWords = 12;
/** A word that is in more than this share of the systems, and in more than so many, tells as little as a stop word. */
const frequentShare = 0.06;
const frequentFrom = 3000;

/** SQL for the words of texts by language (jsonb: language to text), stemmed, each once. `used`: languages that there are. */
export function toVector(texts: string, used: Set<string>): string {
  const parts = configurations
    .filter((name) => name === 'other' || used.has(name))
    .map((name) => `to_tsvector('vitrine.${name}', coalesce(${texts} ->> '${name}', ''))`);
  return `strip(${parts.join(' || ')})`;
}

/** The words of a text, as typed, each once. */
export function tokenise(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map((word) => word.slice(0, 60)))].slice(0, maxWords);
}

/** The words that are no stop words, each as a text search query: any of its stems. */
export async function readStems(pool: Pool, words: string[], language: string | undefined): Promise<string[]> {
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
    `SELECT word, share, coalesce((SELECT count FROM tag_count WHERE within = '' AND tag = $1), 0) AS systems FROM (SELECT) one LEFT JOIN (
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
export async function weigh(pool: Pool, stems: string[]): Promise<Word[]> {
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
