import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { allOf, areOften, maxTierWords, mostOf, type Search, similarTo } from './plans.js';
import { maxWords, readStems, tokenise, type Word, weigh } from './words.js';

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
