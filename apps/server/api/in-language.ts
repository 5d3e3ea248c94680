import type { CodelistName } from '#domain';
import { labelOf as labelOfCode, textOf } from '#exports';

export type Texts = { [language: string]: string };

/** A code with the name of its list. */
export type CodeValue = { list: string; code: string };

/** The text in a language; if it is missing, in English, or else in the first language by code. */
export function toText(texts: unknown, asked: string | null | undefined) {
  if (texts === null || texts === undefined) return null;
  const all = texts as Texts;
  const found = textOf(all, asked ?? undefined);
  return found ? { ...found, isFallback: Boolean(asked) && found.language !== asked, all } : null;
}

/** The label of a code. */
export function labelOf({ list, code }: CodeValue, language: string | null | undefined): string {
  return labelOfCode(list as CodelistName, code, language ?? undefined);
}
