import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { allOf, areOften, maxTierWords, mostOf, type Search, similarTo } from './plans.js';
import { wordsIn } from './split.js';
import { findNear, maxWords, type Part, readParts, type Word, weigh } from './words.js';

/**
 * Works out what a search asks for. Stop words are dropped: those of `language`, or of any language if it is not known. One or two words must
 * all match, unless no system has both. Of three or more, most must match, by weight; frequent words do not count. A word that does not occur is
 * replaced by a similar one. If no word occurs, names of similar spelling are found. `state`: of the previous page.
 */
export async function prepareSearch(pool: Pool, text: string, language?: string, state?: string): Promise<Search> {
  const typed = wordsIn(text);
  const name = hash('sha256', JSON.stringify([typed, language]), 'base64url').slice(0, 12);
  const { meant, divided, parts, kind, words } = await (state === undefined
    ? understand(pool, typed, language)
    : understandAgain(pool, typed, language, state));
  const written = [
    kind,
    words.map(({ query, weight, share: own }) => [placeOf(query, parts), weight, own]),
    meant,
    divided,
  ];
  const replaced = meant.map(([at, searchedFor]) => ({ typed: typed[at]!, searchedFor }));
  const plans = {
    all: allOf,
    most: mostOf,
    any: (ones: Word[]) => mostOf(ones, 0),
    similar: () => similarTo(typed.join(' ')),
  };
  return { name, state: JSON.stringify(written), replaced, ...plans[kind](words) };
}

/** The typed words that are replaced: the index of each, and its replacement. */
type Meant = [number, string][];

function withMeant(typed: string[], meant: Meant): string[] {
  return typed.map((word) => meant.find(([at]) => typed[at] === word)?.[1] ?? word);
}

type Plan = { kind: 'all' | 'most' | 'any' | 'similar'; words: Word[] };
/** `divided`: the first words of terms that do not occur as a whole; their words are searched for separately. */
type Understood = Plan & { meant: Meant; divided: string[]; parts: Part[] };

const placeOf = (query: string, parts: Part[]) => parts.findIndex((part) => part.query === query);

async function understand(pool: Pool, typed: string[], language: string | undefined): Promise<Understood> {
  let parts = await readParts(pool, typed, language);
  let words = await weigh(pool, parts);
  const missing = () => parts.filter(({ query }) => placeOf(query, words) < 0);
  const divided = missing().flatMap((part) => (part.words.length > 1 ? [part.words[0]!] : []));
  if (divided.length > 0) {
    parts = await readParts(pool, typed, language, { divided });
    words = await weigh(pool, parts);
  }
  const meant = await correct(pool, typed, missing());
  if (meant.length > 0) {
    parts = await readParts(pool, withMeant(typed, meant), language, {
      divided,
      guesses: meant.map(([, word]) => word),
    });
    words = await weigh(pool, parts);
  }
  return { ...(await plan(pool, words, parts.length)), meant, divided, parts };
}

/** Finds a similar word for each word that does not occur in the register, even if other words do. Words with digits are left as they are. */
async function correct(pool: Pool, typed: string[], missing: Part[]): Promise<Meant> {
  const meant: Meant = [];
  for (const word of missing.flatMap(({ words }) => words).filter((word) => !/\p{N}/u.test(word))) {
    const near = await findNear(pool, word);
    if (near !== undefined && near !== word) meant.push([typed.indexOf(word), near]);
  }
  return meant;
}

async function plan(pool: Pool, words: Word[], asked: number): Promise<Plan> {
  if (words.length === 0) return { kind: 'similar', words };
  const strict = words.length <= 2 && words.length === asked;
  if (strict && (words.length === 1 || (await areTogether(pool, words)))) return { kind: 'all', words };
  const telling = words.filter(({ isFrequent }) => !isFrequent);
  // No system has both words: search for either.
  if (telling.length > 0) return { kind: strict ? 'any' : 'most', words: telling };
  const few = words.slice(0, maxTierWords);
  return { kind: 'all', words: (await areTogether(pool, few)) ? few : few.slice(0, 1) };
}

/** The maximum number of words in each kind of plan. */
const mostSaid: Record<Plan['kind'], number> = { all: maxTierWords, most: maxWords, any: 2, similar: 0 };

/** Restores how the previous page was understood. The state comes from outside: throws a SyntaxError if no page can have issued it. */
async function understandAgain(
  pool: Pool,
  typed: string[],
  language: string | undefined,
  state: string,
): Promise<Understood> {
  const said: unknown = JSON.parse(state);
  const [kind, words, meant = [], divided = []] = (Array.isArray(said) ? said : []) as [Plan['kind'], ...unknown[]];
  const most = Object.hasOwn(mostSaid, kind) ? mostSaid[kind] : -1;
  if (typeof kind !== 'string' || !Array.isArray(words) || words.length > most || (words.length === 0 && most > 0))
    throw new SyntaxError('not a state of a search');
  if (!Array.isArray(meant) || meant.length > maxWords || !meant.every((one) => isMeant(one, typed)))
    throw new SyntaxError('not a state of a search');
  if (!Array.isArray(divided) || divided.length > maxWords || !divided.every((one) => typed.includes(one as string)))
    throw new SyntaxError('not a state of a search');
  const known = { meant: meant as Meant, divided: divided as string[] };
  const guesses = known.meant.map(([, word]) => word);
  const parts = await readParts(pool, withMeant(typed, known.meant), language, { divided: known.divided, guesses });
  return { kind, words: words.map((word) => toWord(word, parts)), ...known, parts };
}

function isMeant(one: unknown, typed: string[]): boolean {
  const [at, word] = (Array.isArray(one) ? one : []) as [number, string];
  return typed[at] !== undefined && typeof word === 'string' && wordsIn(word).length === 1 && wordsIn(word)[0] === word;
}

function toWord(word: unknown, parts: Part[]): Word {
  const [at, weight, own] = (Array.isArray(word) ? word : []) as [number, number, number];
  const part = Number.isInteger(at) ? parts[at] : undefined;
  const isWeight = typeof weight === 'number' && weight > 1e-6 && weight < 100;
  const isShare = typeof own === 'number' && own > 0 && own <= 1;
  if (part === undefined || !isWeight || !isShare) throw new SyntaxError('not a state of a search');
  return { ...part, weight, share: own, isFrequent: false };
}

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
