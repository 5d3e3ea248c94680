import type { ComponentChildren } from 'preact';
import { say, type TextLanguage, type Texts, textOf } from '../texts.js';
import { TextIn } from './elements.js';
import { type Place, pathIn, renderPage } from './layout.js';
import type { Theme } from './theme.js';

/** A page that goes with that of a system, to which it leads back; search engines are not to know it. */
export function systemSubpage(
  { system, name, title, at, theme }: Subpage,
  language: TextLanguage,
  content: ComponentChildren,
): string {
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${textOf(name, language)?.value ?? system}`,
      at,
      theme,
      part: 'systems',
      isIndexed: false,
      before: (
        <p class="where">
          <a href={pathIn(language, '/systems')}>{say(language, 'page.systems')}</a> ›{' '}
          <a href={pathIn(language, `/systems/${system}`)}>
            {name ? <TextIn of={name} language={language} /> : system}
          </a>
        </p>
      ),
    },
    content,
  );
}
type Subpage = { system: string; name: Texts | undefined; title: string; at: Place; theme: Theme | undefined };
