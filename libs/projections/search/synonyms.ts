import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#event-store';
import { wordsIn } from './split.js';

/** A term for something, in the words of one language. */
export type Term = { language: string; words: string[] };
type Entry = { language: string; group: Term[] };

/** The synonyms of each term, by its words joined by spaces. */
let entries: Map<string, Entry[]> | undefined;
let longest = 1;

/**
 * The synonyms of the longest known term that begins at a place in a text, and the number of its words (`most` at most); undefined if there is
 * none. `language`: of the text, if known.
 */
export function findSynonyms(
  words: string[],
  at: number,
  language: string | undefined,
  most?: number,
): { terms: Term[]; length: number } | undefined {
  entries ??= read();
  for (let length = Math.min(most ?? longest, words.length - at); length > 0; length--) {
    const found = entries.get(words.slice(at, at + length).join(' '));
    // Readers of one language may search in another.
    const own = found?.filter((entry) => entry.language === language) ?? [];
    const meant = own.length > 0 ? own : (found ?? []);
    if (meant.length > 0) return { terms: [...new Set(meant.flatMap(({ group }) => group))], length };
  }
  return undefined;
}

/** All words of all terms: candidates for a misspelled word. */
export function synonymWords(): string[] {
  entries ??= read();
  return [...new Set([...entries.keys()].flatMap((term) => term.split(' ')))];
}

function read(): Map<string, Entry[]> {
  const { groups } = JSON.parse(readFileSync(join(projectRoot, 'schema/search/synonyms.json'), 'utf8')) as {
    groups: { [name: string]: { [language: string]: string[] } };
  };
  const found = new Map<string, Entry[]>();
  for (const byLanguage of Object.values(groups)) {
    const group = Object.entries(byLanguage).flatMap(([language, terms]) =>
      terms.map((term) => ({ language, words: wordsIn(term) })),
    );
    for (const { language, words } of group) {
      const key = words.join(' ');
      longest = Math.max(longest, words.length);
      found.set(key, [...(found.get(key) ?? []), { language, group }]);
    }
  }
  return found;
}
