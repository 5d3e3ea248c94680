import { type CodelistName, endOf, startOf } from '#domain';
import type { Organisation } from '#projections';
import { labelOf, say, type TextKey, type TextLanguage, type Texts, textOf } from '../texts.js';
import { dayOf } from './formats.js';
import { Html, pathIn } from './layout.js';
import { textHtml, withDate } from './values.js';

/** A text; if it is in another language, that language is named. */
export function TextIn({ of, language }: { of: Texts; language: string }) {
  const found = textOf(of, language);
  if (!found) return null;
  if (found.language === language) return <>{found.value}</>;
  return (
    <>
      <span lang={found.language} dir="auto">
        {found.value}
      </span>{' '}
      <small>({found.language})</small>
    </>
  );
}

/** The status of a system: a word with a dot. */
export function Status({ of, language }: { of: string; language: TextLanguage }) {
  return <span class={`status ${of}`}>{labelOf('system-status' satisfies CodelistName, of, language)}</span>;
}

export function Day({ of, language }: { of: string; language: string }) {
  return <time dateTime={of}>{dayOf(of, language)}</time>;
}

/** The names that an organisation had on a day. */
export function namesAt({ names, formerNames }: Organisation, asOf: string | undefined): Texts {
  const then = asOf === undefined ? undefined : formerNames.find(({ until }) => startOf(until) > endOf(asOf));
  return then?.names ?? names;
}

/** Notices that organisations show beside all their content, for example that it is a demonstration. */
export function Notices({ of, language }: { of: Pick<Organisation, 'names' | 'notice'>[]; language: TextLanguage }) {
  return (
    <>
      {of.flatMap(({ names, notice }) => {
        const value = textHtml(notice, language);
        const name = `<strong>${textHtml(names, language)}</strong>`;
        return value ? [<Html role="note" class="banner" of={say(language, 'page.pair', { name, value })} />] : [];
      })}
    </>
  );
}

type ThenProps = {
  asOf: string | undefined;
  words: TextKey;
  now: TextKey;
  href: string | undefined;
  language: TextLanguage;
};

/** What says that a page is about a past day, and leads to today, at `href`. */
export function Then({ asOf, words, now, href, language }: ThenProps) {
  if (asOf === undefined) return null;
  return (
    <p role="note" class="banner">
      <Html as="span" of={withDate(language, words, asOf)} /> <a href={href}>{say(language, now)}</a>
    </p>
  );
}

/** A system that was found by its short code, as it was typed. */
export type FoundByCode = { id: string; code: string; name: Texts | undefined };

export function ByCode({ of: { id, code, name }, language }: { of: FoundByCode; language: TextLanguage }) {
  return (
    <p class="banner">
      {say(language, 'code.found', { code })}{' '}
      <a href={pathIn(language, `/systems/${id}`)}>{name ? <TextIn of={name} language={language} /> : id}</a>
    </p>
  );
}
