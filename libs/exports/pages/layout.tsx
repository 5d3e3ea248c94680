import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { say, type TextKey, type TextLanguage, textLanguages, textOf, toTextLanguage } from '../texts.js';
import { iconName } from './icon.js';
import { style, styleName } from './style.js';
import type { Theme } from './theme.js';

/**
 * Where a page is on the site. `url`: the public address of the register, without a slash at its end; `path`: that of the page without its language
 * ("/systems"); `query`: with its question mark, or nothing; `position`: that of the log's last event that it knows.
 */
export type Place = { url: string; path: string; query?: string; position?: number };

/** The path of a page in a language. */
export const pathIn = (language: string, path: string, query = '') => `/${language}${path === '/' ? '' : path}${query}`;

/**
 * What surrounds the content of a page. The heading may be in a language other than that of the page. `at`: its place, if it is one of a site and has an address in
 * each language. `theme`: how the pages of its city look. `isAlone`: a page without a site around it, with its style within. `part`: which part of the site it belongs to. `description`: a sentence
 * for search engines. `isIndexed`: whether they are to know it. `about`: what the page is about, for machines (JSON-LD).
 */
export type Frame = {
  language: string;
  heading: string | { value: string; language: string };
  title: string;
  at?: Place | undefined;
  isAlone?: boolean | undefined;
  part?: Part | undefined;
  theme?: Theme | undefined;
  description?: string | undefined;
  isIndexed?: boolean | undefined;
  about?: object | undefined;
  /** Whether pages of other sites can show it as a card (oEmbed). */
  isEmbeddable?: boolean | undefined;
  /** The name of the script among the assets of the site, if the page has one. */
  script?: string | undefined;
  /** What stands before the heading. */
  before?: ComponentChildren;
};
export type Part = 'home' | 'systems' | 'changes' | 'duties' | 'organisations' | 'suppliers' | 'figures' | 'data';

/** A complete page. */
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
type HtmlProps = { of: string; as?: 'div' | 'p' | 'span' | 'td'; class?: string; role?: 'note'; lang?: string };

function Page({ frame, children }: { frame: Frame; children: ComponentChildren }) {
  const { language, heading, title, at, isAlone, theme, before, script } = frame;
  const { value, language: own } = typeof heading === 'string' ? { value: heading, language } : heading;
  const inOwn = own === language ? undefined : own;
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title lang={inOwn}>{title}</title>
        <ForMachines {...frame} />
        {isAlone ? (
          <style dangerouslySetInnerHTML={{ __html: style }} />
        ) : (
          <>
            <link rel="icon" href={`/assets/${iconName}`} type="image/svg+xml" />
            <link rel="stylesheet" href={`/assets/${styleName}`} />
          </>
        )}
        {theme?.style && <link rel="stylesheet" href={`/assets/${theme.style.name}`} />}
        {script && <script type="module" src={`/assets/${script}`} />}
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
        {at && <Printed at={at} language={toTextLanguage(language)} />}
        {isAlone ? null : <Foot language={toTextLanguage(language)} />}
      </body>
    </html>
  );
}

/** What stands under each sheet that is printed: where it is from, and of which state of the log. */
function Printed({ at: { url, path, query, position }, language }: { at: Place; language: TextLanguage }) {
  const address = url + pathIn(language, path, query);
  return (
    <p class="printed">
      {address}
      {position !== undefined && ` · ${say(language, 'print.position', { n: String(position) })}`}
    </p>
  );
}

/** What search engines, and pages that show a link to this one, take from it: https://ogp.me, https://schema.org. */
function ForMachines({ language, title, at, description, isIndexed = true, about, isEmbeddable }: Frame) {
  if (!at) return null;
  const { url, path, query } = at;
  const own = url + pathIn(language, path, query);
  return (
    <>
      {description && <meta name="description" content={description} />}
      {isIndexed ? <link rel="canonical" href={own} /> : <meta name="robots" content="noindex" />}
      {textLanguages.map((other) => (
        <link rel="alternate" hreflang={other} href={url + pathIn(other, path, query)} />
      ))}
      <link rel="alternate" hreflang="x-default" href={`${url}${path}${query ?? ''}`} />
      <meta property="og:type" content="website" />
      <meta property="og:url" content={own} />
      <meta property="og:title" content={title} />
      {description && <meta property="og:description" content={description} />}
      <meta property="og:locale" content={language} />
      {isEmbeddable && (
        <link
          rel="alternate"
          type="application/json+oembed"
          href={`${url}/oembed?url=${encodeURIComponent(own)}`}
          title={title}
        />
      )}
      {about && <DataBlock type="application/ld+json" of={about} />}
    </>
  );
}

/** JSON in a page, for machines or for its script. Nothing in it can end its element. */
export function DataBlock({ of, id, type = 'application/json' }: { of: object; id?: string; type?: string }) {
  const json = JSON.stringify(of).replaceAll('<', '\\u003c');
  return <script id={id} type={type} dangerouslySetInnerHTML={{ __html: json }} />;
}

function Top({ frame: { language: of, at, part, theme } }: { frame: Frame }) {
  const language = toTextLanguage(of);
  const name = textOf(theme?.name, language);
  return (
    <>
      <a class="skip" href="#content">
        {say(language, 'nav.skip')}
      </a>
      <header class="top">
        <div class="wrap">
          <a class="brand" href={pathIn(language, '/')}>
            {theme?.logo && <img src={`/assets/${theme.logo.name}`} alt="" height={44} />}
            <span>
              {name ? <span lang={name.language}>{name.value}</span> : say(language, 'register.title')}
              <small>{say(language, 'nav.tagline')}</small>
            </span>
          </a>
          {at && (
            <nav aria-label={say(language, 'nav.language')}>
              <ul class="bar languages">
                {textLanguages.map((one) => (
                  <li>
                    <a
                      href={pathIn(one, at.path, at.query)}
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
        <details class="wrap">
          <summary>{say(language, 'nav.menu')}</summary>
          <ul class="bar">
            {parts.map(([name, path, key]) => (
              <li>
                <a href={pathIn(language, path)} aria-current={name === part ? 'page' : undefined}>
                  {say(language, key)}
                </a>
              </li>
            ))}
          </ul>
        </details>
      </nav>
    </>
  );
}

const parts: [Part, string, TextKey][] = [
  ['home', '/', 'page.start'],
  ['systems', '/systems', 'page.systems'],
  ['changes', '/changes', 'changes.title'],
  ['duties', '/duties', 'duties.title'],
  ['organisations', '/organisations', 'organisations.title'],
  ['suppliers', '/suppliers', 'suppliers.title'],
  ['figures', '/figures', 'stats.title'],
  ['data', '/data', 'dumps.title'],
];

function Foot({ language }: { language: TextLanguage }) {
  return (
    <footer class="foot">
      <div class="wrap">
        <ul class="bar">
          <li>
            <a href={pathIn(language, '/withheld')}>{say(language, 'withheld.title')}</a>
          </li>
          {(['about', 'accessibility', 'privacy'] as const).map((page) => (
            <li>
              <a href={pathIn(language, `/${page}`)}>
                {say(language, `${page === 'accessibility' ? 'a11y' : page}.title`)}
              </a>
            </li>
          ))}
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
            <a href={pathIn(language, '/verify')}>{say(language, 'verify.title')}</a>
          </li>
          <li>
            <a href={pathIn(language, '/status')}>{say(language, 'home.state')}</a>
          </li>
        </ul>
      </div>
    </footer>
  );
}
