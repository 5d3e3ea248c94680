import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '#domain';
import { style, styleName } from '#exports';
import { pagePolicy } from '../http/headers.js';

/** Answers with a page. */
export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('content-security-policy', pagePolicy)
    .send(html);
}

/** The style of the pages. A page from before an update asks for an older style, and is led to the one of today. */
export function serveStyle(routes: FastifyInstance): void {
  routes.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const { name } = request.params;
    if (name === styleName)
      return reply
        .header('content-type', 'text/css; charset=utf-8')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(style);
    if (/^style\.[0-9a-f]{12}\.css$/.test(name)) return reply.redirect(`/assets/${styleName}`, 302);
    throw new Refusal('NOT_FOUND', 'There is no such file.');
  });
}
