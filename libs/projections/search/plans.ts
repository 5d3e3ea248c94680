import type { Word } from './words.js';

/** How a search was understood: all words must match, or most (by weight), or names of similar spelling, because no word was found. */
export type Matched = 'ALL_WORDS' | 'MOST_WORDS' | 'SIMILAR_NAMES';

/**
 * A search that is ready to be queried. `name`: identifies it, whatever its state. `toSql`: returns a FROM item with the columns of `system` and
 * a `score`; the lowest is the best.
 */
export type Search = {
  name: string;
  matched: Matched;
  /** Words that do not occur in the register, and the similar words that are searched for instead. */
  replaced: { typed: string; searchedFor: string }[];
  /** How the search was understood. It is passed on to the next page, so that words keep their weights from page to page. */
  state: string;
  toSql(bind: Bind): string;
  tiers?(bind: Bind): Tier[];
};
type Bind = (value: unknown) => string;
/** Systems that all have the same score. With tiers the best systems are found without looking at the others. */
export type Tier = { where: string; score: number };

/** The maximum number of words for tiers, which are one for each combination of words in the title. */
export const maxTierWords = 3;
/** Factor for text that has the typed word itself rather than a synonym. */
const literalWeight = 2;
const withSynonyms = (words: Word[]) => words.filter(({ query, literal }) => literal !== '' && literal !== query);
/** Factor for a word in a title. */
const titleWeight = 3;
/** The share of the weight of all words that must be found if there are more than two. */
const share = 0.6;

/**
 * If the words are independent and at least this share of the systems has all of them, scanning the systems by id soon fills a page. Otherwise
 * the index entries of the words are intersected first. PostgreSQL itself underestimates how selective words are.
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

/** One tier for each combination of words in the title, the best first. */
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

/** Looks up each word in the index, restricted to the systems that have enough of the words. This reads no rows. */
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

/** With more words there are too many subsets. */
const maxSubsetWords = 6;

/** The minimal sets of words that weigh enough: without any one of its words a set would not. */
function leastSubsets(words: Word[], least: number): number[][] {
  const weightOf = (subset: number[]) => subset.reduce((sum, i) => sum + words[i]!.weight, 0) + 1e-6;
  return Array.from({ length: 2 ** words.length - 1 }, (_, set) =>
    words.flatMap((__, i) => (((set + 1) >> i) & 1 ? [i] : [])),
  ).filter(
    (subset) => weightOf(subset) >= least && subset.every((one) => weightOf(subset.filter((i) => i !== one)) < least),
  );
}

/** The most telling words, each as a set of its own. Every match has at least one of them: the other words together do not weigh enough. */
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
