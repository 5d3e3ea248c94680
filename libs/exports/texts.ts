import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { type CodelistName, labels } from '#domain';
import { projectRoot } from '#event-store';
import { type TextKey, textLanguages } from './generated/texts.js';

export { type TextKey, textLanguages };

/** A language in which pages are available. */
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

/**
 * The text of a key (schema/texts): plain text, except for `values` (arguments of the message, ICU MessageFormat), which are inserted as they
 * are.
 */
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

/** Whether a composed key has a text. */
export const hasText = (key: string): key is TextKey => key in textsIn('en');

/** A text in every language. */
export const inAllLanguages = (key: TextKey): { [language in TextLanguage]: string } =>
  Object.fromEntries(textLanguages.map((language) => [language, say(language, key)])) as {
    [language in TextLanguage]: string;
  };

/** A text of a record: language to text. */
export type Texts = { [language: string]: string | undefined } | undefined;

/** The text in a language; if it is missing, in English, or else in the first language by code. */
export function textOf(texts: Texts, language: string | undefined): { value: string; language: string } | undefined {
  if (texts === undefined) return undefined;
  const found = [language, 'en', ...Object.keys(texts).sort()].find((one) => one && texts[one] !== undefined);
  return found === undefined ? undefined : { value: texts[found]!, language: found };
}

/** The label of a code: in English if there is none in the language, the code itself if there is none at all. */
export function labelOf(list: CodelistName, code: string, language: string | undefined): string {
  const known = labels[list]?.[code];
  return known?.[language ?? 'en'] ?? known?.['en'] ?? code;
}

/** The locale of dates and numbers in a language; for English the British one. */
export const localeOf = (language: string) => (language === 'en' ? 'en-GB' : language);

/** The language of a page: the one asked for, or else English. */
export const toTextLanguage = (language: string): TextLanguage => textLanguages.find((one) => one === language) ?? 'en';

/** The kind of an event in words; of a correction or retraction also the kind of what it is about. */
export function eventLabel({ type, data }: { type: string; data: object | null }, language: TextLanguage): string {
  const label = labelOf('event-type', type, language);
  const { eventType } = (data ?? {}) as { eventType?: unknown };
  if (typeof eventType !== 'string') return label;
  return say(language, 'page.pair', { name: label, value: labelOf('event-type', eventType, language) });
}
