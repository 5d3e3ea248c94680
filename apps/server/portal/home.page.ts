import { type RefusalCode, refusals } from '#domain';
import { type PageLinks, page, say, type TextLanguage, toHtml } from '#exports';
import { statusOf } from '../http/errors.js';

/** The home page. */
export function homePage(
  origin: string,
  language: TextLanguage,
  languages: PageLinks,
  carried: string,
  notices: string,
): string {
  const links = [
    [`/systems${carried}`, say(language, 'home.systems')],
    ['/v1/systems.csv', say(language, 'home.table')],
    ['/exports/events.jsonl', say(language, 'home.events')],
    [`/exports${carried}`, say(language, 'home.dumps')],
    ['/graphql', say(language, 'home.api')],
    [`/feeds/register.atom?language=${language}`, say(language, 'home.feed')],
    ['/docs/api', say(language, 'home.rest')],
    ['/docs/refusals', say(language, 'home.docs')],
    ['/readyz', say(language, 'home.state')],
  ];
  const items = links.map(([href, text]) => `<li><a href="${href}">${toHtml(text!)}</a></li>`).join('');
  const body = `${notices}<p>${toHtml(say(language, 'home.lead'))}</p><ul>${items}</ul><p><small>Vitrine · ${toHtml(origin)}</small></p>`;
  const title = say(language, 'register.title');
  return page(language, title, `${title} · ${origin}`, body, languages);
}

/** Every refusal code with its HTTP status and meaning. */
export function refusalsPage(): string {
  const entries = (Object.keys(refusals) as RefusalCode[]).map(
    (code) =>
      `<dt id="${code.toLowerCase()}"><code>${code}</code> (${statusOf(code)})</dt><dd>${toHtml(refusals[code])}</dd>`,
  );
  const lead = 'Why the register may refuse a request. A code never changes its meaning; the text beside it may.';
  return page(
    'en',
    'Refusals',
    'Refusals · Vitrine',
    `<p>${lead}</p><dl>${entries.join('')}</dl><p><a href="/">Start page</a></p>`,
  );
}
