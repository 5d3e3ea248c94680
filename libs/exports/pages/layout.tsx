import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { say, type TextKey, type TextLanguage, textLanguages, toTextLanguage } from '../texts.js';
import { style, styleName } from './style.js';

/** The addresses of a page in each of its languages (BCP 47, or `x-default`). */
export type PageLinks = { language: string; href: string }[];

/**
 * What surrounds the content of a page. The heading may be in a language other than that of the page. `languages`: its addresses in other languages; `kept`:
 * the rest of the query of those links (`&asOf=2024-06-30`). `isAlone`: a page without a site around it, with its style within. `place`: which part of the
 * site it belongs to.
 */
export type Frame = {
  language: string;
  heading: string | { value: string; language: string };
  title: string;
  languages?: PageLinks | undefined;
  kept?: string | undefined;
  isAlone?: boolean | undefined;
  place?: 'home' | 'systems' | 'data' | 'api' | undefined;
  /** What stands before the heading. */
  before?: ComponentChildren;
};

/** A complete page, without scripts. */
export function renderPage(frame: Frame, children: ComponentChildren): string {
  return `<!doctype html>${renderToString(<Page frame={frame}>{children}</Page>)}`;
}

/** A complete page around a body of HTML. */
export function page(frame: Frame & { body: string }): string {
  return renderPage(frame, <Html of={frame.body} />);
}

/** HTML that was made, and escaped, by hand; in an element of its own. */
export function Html({ of, as: Tag = 'div', ...attributes }: HtmlProps) {
  return <Tag {...attributes} dangerouslySetInnerHTML={{ __html: of }} />;
}
type HtmlProps = { of: string; as?: 'div' | 'p' | 'span'; class?: string; role?: 'note'; lang?: string };

function Page({ frame, children }: { frame: Frame; children: ComponentChildren }) {
  const { language, heading, title, languages = [], kept = '', isAlone, before } = frame;
  const { value, language: own } = typeof heading === 'string' ? { value: heading, language } : heading;
  const inOwn = own === language ? undefined : own;
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title lang={inOwn}>{title}</title>
        {languages.map(({ language: other, href }) => (
          <link rel="alternate" hreflang={other} href={withQuery(href, kept)} />
        ))}
        {isAlone ? (
          <style dangerouslySetInnerHTML={{ __html: style }} />
        ) : (
          <link rel="stylesheet" href={`/assets/${styleName}`} />
        )}
      </head>
      <body>
        {isAlone ? null : <Top frame={frame} />}
        <main id="content" class="wrap">
          {before}
          <h1 lang={inOwn} dir={inOwn === undefined ? undefined : 'auto'}>
            {value}
          </h1>
          {children}
        </main>
        {isAlone ? null : <Foot language={toTextLanguage(language)} />}
      </body>
    </html>
  );
}

const withQuery = (href: string, kept: string) =>
  href.includes('?') || kept === '' ? href + kept : `${href}?${kept.slice(1)}`;

function Top({ frame: { language: of, languages = [], kept = '', place } }: { frame: Frame }) {
  const language = toTextLanguage(of);
  const there = textLanguages.filter((one) => languages.some((link) => link.language === one));
  return (
    <>
      <a class="skip" href="#content">
        {say(language, 'nav.skip')}
      </a>
      <header class="top">
        <div class="wrap">
          <a class="brand" href={`/?language=${language}`}>
            {say(language, 'register.title')}
            <small>{say(language, 'nav.tagline')}</small>
          </a>
          {there.length > 1 && (
            <nav aria-label={say(language, 'nav.language')}>
              <ul class="bar languages">
                {there.map((one) => (
                  <li>
                    <a
                      href={`?language=${one}${kept}`}
                      hreflang={one}
                      lang={one}
                      aria-current={one === language ? 'true' : undefined}
                    >
                      {say(one, 'language.name')}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          )}
        </div>
      </header>
      <nav class="menu" aria-label={say(language, 'nav.main')}>
        <div class="wrap">
          <ul class="bar">
            {places.map(([name, href, key]) => (
              <li>
                <a href={`${href}?language=${language}`} aria-current={name === place ? 'page' : undefined}>
                  {say(language, key)}
                </a>
              </li>
            ))}
          </ul>
        </div>
      </nav>
    </>
  );
}

const places: ['home' | 'systems' | 'data', string, TextKey][] = [
  ['home', '/', 'page.start'],
  ['systems', '/systems', 'page.systems'],
  ['data', '/exports', 'dumps.title'],
];

function Foot({ language }: { language: TextLanguage }) {
  return (
    <footer class="foot">
      <div class="wrap">
        <ul class="bar">
          <li>
            <a href="/docs/api">{say(language, 'home.rest')}</a>
          </li>
          <li>
            <a href="/graphql">{say(language, 'home.api')}</a>
          </li>
          <li>
            <a href={`/feeds/register.atom?language=${language}`}>{say(language, 'home.feed')}</a>
          </li>
          <li>
            <a href="/readyz">{say(language, 'home.state')}</a>
          </li>
        </ul>
      </div>
    </footer>
  );
}
