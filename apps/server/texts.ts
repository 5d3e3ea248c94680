import { type CodelistName, labels } from '#domain';

export type Texts = { [language: string]: string };

/** A code with the name of its list. */
export type CodeValue = { list: string; code: string };

/** The text in a language; where there is none in it, in English, or else in the first language by code. */
export function toText(texts: unknown, asked: string | null | undefined) {
  if (texts === null || texts === undefined) return null;
  const all = texts as Texts;
  const language = [asked, 'en', ...Object.keys(all).sort()].find((one) => one && all[one] !== undefined);
  if (!language) return null;
  return { value: all[language]!, language, isFallback: Boolean(asked) && language !== asked, all };
}

/** What people read in place of a code. */
export function labelOf({ list, code }: CodeValue, language: string | null | undefined): string {
  const known = labels[list as CodelistName]?.[code];
  return known?.[language ?? 'en'] ?? known?.['en'] ?? code;
}
