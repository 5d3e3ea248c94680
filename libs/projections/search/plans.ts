import type { Word } from './words.js';

/** How a search was understood: all words, most of them (by weight), or names that are spelled alike because no word was found. */
export type Matched = 'ALL_WORDS' | 'MOST_WORDS' | 'SIMILAR_NAMES';

/** `name`: tells one search from another, whatever its state. A search, ready for a query: `toSql` gives a FROM item with the columns of `system` and a `score`, the best the lowest. */
export type Search = {
  name: string;
  matched: Matched;
  /** Words that are nowhere in the register, and the near ones that are looked for instead. */
  replaced: { typed: string; searchedFor: string }[];
  /** How it was understood; the next page is asked for with it, so that a page later words weigh what they weighed. */
  state: string;
  toSql(bind: Bind): string;
  tiers?(bind: Bind): Tier[];
};
type Bind = (value: unknown) => string;
/** Systems that all have the same score: so the best are found without looking at the others. */
export type Tier = { where: string; score: number };

/** Of so many words each may or may not be in the title. */
export const maxTierWords = 3;
/** What is written with the word that was typed counts so much more than what is written with another for it. */
const literalWeight = 2;
const withSynonyms = (words: Word[]) => words.filter(({ query, literal }) => literal !== '' && literal !== query);
/** In a title a word counts so much more. */
const titleWeight = 3;
/** So much of the weight of all words must be found when there are more than two. */
const share = 0.6;

/**
 * Words that are together so often, if they are where they are by chance, that who goes through the systems by id soon has a page.
 * Otherwise what the index says of each word is put together first. PostgreSQL itself takes words for less telling than they are.
 */
const oftenShare = 0.02;
export const areOften = (words: Word[]) => words.reduce((product, { share: own }) => product * own, 1) >= oftenShare;

type Plan = Omit<Search, 'name' | 'state' | 'replaced'>;

export function allOf(words: Word[]): Plan {
  return {
    matched: 'ALL_WORDS',
    toSql(bind) {
      const queries = words.map(({ query }) => `${bind(query)}::tsquery`);
      const scores = words.map(
        ({ weight }, i) => `CASE WHEN title @@ ${queries[i]} THEN ${titleWeight * weight} ELSE ${weight} END`,
      );
      for (const { weight, literal } of withSynonyms(words))
        scores.push(`CASE WHEN document @@ ${bind(literal)}::tsquery THEN ${literalWeight * weight} ELSE 0 END`);
      return `(SELECT *, ${rounded(scores.join(' + '))} AS score FROM system WHERE document @@ (${queries.join(' && ')}))`;
    },
    ...(areOften(words) && withSynonyms(words).length === 0 && { tiers: (bind: Bind) => tiersOf(words, bind) }),
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
export function mostOf(words: Word[], ofAll = share): Plan {
  const sure = words.some(({ isGuess }) => !isGuess) ? words.filter(({ isGuess }) => !isGuess) : words;
  const least = Math.max(ofAll * sure.reduce((sum, { weight }) => sum + weight, 0), 1e-3);
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
      for (const { weight, literal } of withSynonyms(words))
        found.push(`SELECT id, 0, ${literalWeight * weight} FROM system WHERE document @@ ${bind(literal)}::tsquery`);
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

export function similarTo(text: string): Plan {
  return {
    matched: 'SIMILAR_NAMES',
    toSql(bind) {
      const typed = bind(text);
      return `(SELECT *, ${rounded(`word_similarity(${typed}, names)`)} AS score FROM system WHERE ${typed} <% names)`;
    },
  };
}

const rounded = (score: string) => `round(-(${score})::numeric, 4)`;
