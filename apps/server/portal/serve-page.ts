import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { icon, iconName, pathIn, style, styleName, type TextLanguage, textLanguages } from '#exports';
import { answerAtOnePosition } from '../http/answers/at-one-position.js';
import { pickLanguage } from '../http/negotiation.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';

/** A request for a page. `params`: the parts of its path; `query`: as the reader sent it; `position`: of the log, of which the page tells. */
export type Asked = Pick<FastifyRequest, 'query'> & {
  language: TextLanguage;
  params: { [name: string]: string };
  position: number;
};

/**
 * Serves a page in each language, at /{language}{path}, to which the path without a language leads. `make` gives its HTML, from the read models alone,
 * so that it may be kept until they move; `isKept: false`: it is made from other things, too. `isLed: false`: the path without a language is served
 * elsewhere, in several forms.
 */
export function servePage(
  routes: FastifyInstance,
  register: Register,
  path: string,
  make: (asked: Asked) => Promise<string>,
  { isKept = true, isLed = true } = {},
): void {
  if (isLed) routes.get(path, (request, reply) => leadToPage(request, reply));
  routes.get(`${pageRoute(path)}/`, (request, reply) => reply.redirect(request.url.replace(/\/(?=$|\?)/, ''), 301));
  routes.get<{ Params: Asked['params'] }>(pageRoute(path), async (request, reply) => {
    const { query, params } = request;
    const asked = { query, params, language: pickLanguage(request) };
    const { result, ...answer } = await answerAtOnePosition(register, (position) => make({ ...asked, position }));
    if (isKept) request.answer = answer;
    return reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-cache').send(result);
  });
}

const pageRoute = (path: string) => `/:language(${textLanguages.join('|')})${path === '/' ? '' : path}`;

/** Leads from an address without a language to the page in that of the reader, with the rest of the query. */
export function leadToPage(
  request: FastifyRequest,
  reply: FastifyReply,
  path = request.url.split('?', 1)[0]!,
): FastifyReply {
  const query = new URLSearchParams(/\?.*/s.exec(request.url)?.[0]);
  query.delete('language');
  const to = pathIn(pickLanguage(request), path, query.size > 0 ? `?${query}` : '');
  return reply.header('vary', 'accept, accept-language').header('cache-control', 'no-cache').redirect(to, 303);
}

const types = { css: 'text/css; charset=utf-8', svg: 'image/svg+xml' };

/** The style and the icon of the pages, and the files of themes. A page from before an update asks for an older style of all pages, and is led to the one of today. */
export function serveAssets(routes: FastifyInstance, { themes }: Published): void {
  const ofThemes = [themes.register, ...themes.organisations.values()].flatMap(({ logo, style }) =>
    [logo ?? [], style ?? []].flat(),
  );
  const files = new Map(
    [{ name: styleName, content: style }, { name: iconName, content: icon }, ...ofThemes].map(({ name, content }) => [
      name,
      content,
    ]),
  );
  routes.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const { name } = request.params;
    const content = files.get(name);
    if (content !== undefined)
      return reply
        .header('content-type', types[name.endsWith('.svg') ? 'svg' : 'css'])
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(content);
    if (/^style\.[0-9a-f]{12}\.css$/.test(name)) return reply.redirect(`/assets/${styleName}`, 302);
    throw new Refusal('NOT_FOUND', 'There is no such file.');
  });
  // Browsers that show a file other than a page ask for this one.
  routes.get('/favicon.ico', (_, reply) => reply.redirect(`/assets/${iconName}`, 302));
}
