import { say, textLanguages } from '../texts.js';

const style =
  'body{font:1.125rem/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff;overflow-wrap:break-word}a{color:#0b4f8a}a,h1,h2,h3{overflow-wrap:anywhere}li{margin:.4rem 0}code{overflow-wrap:anywhere}h2{margin-top:2.5rem}h3{margin:1.8rem 0 .2rem;font-size:1.125rem}p{margin:.4rem 0}summary{cursor:pointer}th{text-align:left}th,td{padding:.1rem 1rem .1rem 0;vertical-align:top}th[scope=row]{hyphens:auto;overflow-wrap:anywhere}th[scope=row]:nth-last-child(2){min-width:8.5em}td{overflow-wrap:anywhere}td.n{text-align:right;white-space:nowrap}table+table{margin-top:1rem}caption{text-align:left;font-weight:bold}td ul{margin:0;padding-left:1.2rem}td li{margin:0}pre{overflow-x:auto}label{display:block;margin:.6rem 0}input,select,button{font:inherit;max-width:100%;padding:.2rem .4rem}@media(max-width:30rem){th,td{padding-right:.4rem}}@media(prefers-color-scheme:dark){body{color:#eee;background:#16161a}a{color:#8cc4ff}}';

/** The addresses of a page in each of its languages (BCP 47, or `x-default`). */
export type PageLinks = { language: string; href: string }[];

/**
 * A complete page, small and without scripts. `body` is HTML; the heading may be in a language other than that of the page. `languages`: its
 * addresses in other languages; `kept`: the rest of the query of those links (`&asOf=2024-06-30`).
 */
export function page(
  language: string,
  heading: string | { value: string; language: string },
  title: string,
  body: string,
  languages: PageLinks = [],
  kept = '',
): string {
  const { value, language: own } = typeof heading === 'string' ? { value: heading, language } : heading;
  const inOwn = own === language ? '' : ` lang="${own}"`;
  const alternates = languages.map(({ language: other, href }) => {
    const whole = href.includes('?') || kept === '' ? href + kept : `${href}?${kept.slice(1)}`;
    return `<link rel="alternate" hreflang="${other}" href="${toHtml(whole)}">`;
  });
  const others = textLanguages.filter((one) => one !== language && languages.some((link) => link.language === one));
  const links = others.map(
    (one) =>
      `<a href="?language=${one}${toHtml(kept)}" hreflang="${one}" lang="${one}">${toHtml(say(one, 'language.name'))}</a>`,
  );
  const nav = links.length > 0 ? `<nav>${links.join(' · ')}</nav>` : '';
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title${inOwn}>${toHtml(title)}</title>${alternates.join('')}<style>${style}</style></head><body>${nav}<main><h1${inOwn}>${toHtml(value)}</h1>${body}</main></body></html>`;
}

export function toHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
