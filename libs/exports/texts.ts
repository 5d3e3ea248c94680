import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { type CodelistName, labels } from '#domain';
import { projectRoot } from '#event-store';
import { type TextKey, textLanguages } from './generated/texts.js';

export { type TextKey, textLanguages };

/** A language that pages are in. */
export type TextLanguage = (typeof textLanguages)[number];

type Messages = { [key in TextKey]: string };
const texts = new Map<TextLanguage, Messages>();
const formats = new Map<string, IntlMessageFormat>();

function textsIn(language: TextLanguage): Messages {
  let own = texts.get(language);
  if (!own) {
    own = JSON.parse(readFileSync(join(projectRoot, 'schema/texts', `${language}.json`), 'utf8')) as Messages;
    texts.set(language, own);
  }
  return own;
}

/** What people read under a key (schema/texts): plain text, but for what `values` (arguments of the message, ICU MessageFormat) bring. */
export function say(language: TextLanguage, key: TextKey, values?: { [argument: string]: string | number }): string {
  const text = textsIn(language)[key];
  if (!values) return text;
  const id = `${language} ${key}`;
  let format = formats.get(id);
  if (!format) {
    format = new IntlMessageFormat(text, language, undefined, { ignoreTag: true });
    formats.set(id, format);
  }
  return String(format.format(values));
}

/** Whether there is a text under a key that was put together. */
export const hasText = (key: string): key is TextKey => key in textsIn('en');

/** A text in every language. */
export const inAllLanguages = (key: TextKey): { [language in TextLanguage]: string } =>
  Object.fromEntries(textLanguages.map((language) => [language, say(language, key)])) as {
    [language in TextLanguage]: string;
  };

/** A text of a record: language to text. */
export type Texts = { [language: string]: string | undefined } | undefined;

/** The text in a language; where there is none in it, in English, or else in the first language by code. */
export function textOf(texts: Texts, language: string | undefined): { value: string; language: string } | undefined {
  if (texts === undefined) return undefined;
  const found = [language, 'en', ...Object.keys(texts).sort()].find((one) => one && texts[one] !== undefined);
  return found === undefined ? undefined : { value: texts[found]!, language: found };
}

/** What people read in place of a code: in English where there is no label in the language, the code where there is none at all. */
export function labelOf(list: CodelistName, code: string, language: string | undefined): string {
  const known = labels[list]?.[code];
  return known?.[language ?? 'en'] ?? known?.['en'] ?? code;
}

/** Whose dates and numbers a language has here: English is that of Europe. */
export const localeOf = (language: string) => (language === 'en' ? 'en-GB' : language);

/** The language of a page for who asks for another one: English. */
export const toTextLanguage = (language: string): TextLanguage => textLanguages.find((one) => one === language) ?? 'en';
