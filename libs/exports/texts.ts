import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { projectRoot } from '#event-store';
import { type TextKey, textLanguages } from './generated/texts.js';

export { type TextKey, textLanguages };

/** A language that pages are in. */
export type TextLanguage = (typeof textLanguages)[number];

type Texts = { [key in TextKey]: string };
const texts = new Map<TextLanguage, Texts>();
const formats = new Map<string, IntlMessageFormat>();

function textsIn(language: TextLanguage): Texts {
  let own = texts.get(language);
  if (!own) {
    own = JSON.parse(readFileSync(join(projectRoot, 'schema/texts', `${language}.json`), 'utf8')) as Texts;
    texts.set(language, own);
  }
  return own;
}

/** What people read under a key (schema/texts), as plain text. `values`: the arguments of the message (ICU MessageFormat). */
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

/** Whose dates and numbers a language has here: English is that of Europe. */
export const localeOf = (language: string) => (language === 'en' ? 'en-GB' : language);

/** The language of a page for who asks for another one: English. */
export const toTextLanguage = (language: string): TextLanguage => textLanguages.find((one) => one === language) ?? 'en';
