import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '#domain';
import { errorPage } from './error.page.js';
import { toProblem, toRefusal } from './errors.js';
import { pagePolicy } from './headers.js';
import { languageOf, negotiate, pickLanguage } from './negotiation.js';

/** Every error of the REST interface as RFC 9457 problem details. GraphQL shapes its own (graphql.options.ts). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    if (host.getType<string>() === 'graphql') throw error;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    await sendProblem(reply, toRefusal(error, `${request.method} ${request.url}`, request.id));
  }
}

const formats = { problem: 'application/problem+json', json: 'application/json', html: 'text/html' };

/** Answers with a problem document, or outside the API with a page if a browser wants one, and says how to authenticate or when to retry. */
export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const problem = toProblem(refusal);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (problem.status === 503) void reply.header('retry-after', '2');
  if (problem.status === 429 && !reply.hasHeader('retry-after')) void reply.header('retry-after', '60');
  void reply.status(problem.status).header('vary', 'accept, accept-language');
  const { request } = reply;
  const isOfApi = /^\/(v1|graphql)\b/.test(request.url);
  // A form of a page is answered with a page, too.
  const isRead = /^(GET|HEAD)$/.test(request.method) || languageOf(request.url) !== undefined;
  if (isRead && !isOfApi && negotiate(request.headers.accept, formats) === 'html')
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy)
      .send(errorPage(problem, pickLanguage(request), reply.server.themes.register));
  void reply.header('content-type', 'application/problem+json; charset=utf-8');
  return reply.send(JSON.stringify(problem));
}
