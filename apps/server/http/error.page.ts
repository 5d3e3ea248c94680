import { page, pathIn, say, type TextKey, type TextLanguage, type Theme, toHtml } from '#exports';
import type { Problem } from './errors.js';

const titles: { [status: number]: TextKey } = {
  400: 'error.address',
  401: 'error.access',
  403: 'error.access',
  404: 'error.unknown',
  410: 'error.removed',
  429: 'error.busy',
  500: 'error.later',
  503: 'error.later',
};

/** What went wrong, as a page in the language of the reader; the register's own words for it, which are English; and a way back. */
export function errorPage({ status, code, detail, type }: Problem, language: TextLanguage, theme: Theme): string {
  const title = say(language, titles[status] ?? 'error.other');
  const own = language === 'en' ? '' : ' lang="en"';
  return page({
    language,
    heading: title,
    title,
    theme,
    body: `<p><a href="${pathIn(language, '/')}">${toHtml(say(language, 'error.home'))}</a></p><p${own}>${toHtml(detail)}</p><p><a href="${type}"><code>${code}</code></a></p>`,
  });
}
