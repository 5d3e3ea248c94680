import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isDateOrTime, Refusal, settleText } from '#domain';
import { toRefusal } from './errors.js';
import { publicHeaders } from './headers.js';
import { sendProblem } from './problem.filter.js';

/** A whole number within limits, or the default when absent. */
export function wholeNumber(
  name: string,
  value: string | undefined,
  limits: { min: number; max: number; otherwise: number },
): number {
  if (value === undefined) return limits.otherwise;
  const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= limits.min && number <= limits.max))
    throw new Refusal('INVALID_PARAMETER', `"${name}" must be a whole number from ${limits.min} to ${limits.max}.`, {
      path: name,
    });
  return number;
}

/** A date (YYYY-MM-DD) or a UTC time (...Z). */
export function dateOrTime(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!isDateOrTime(value) || value < '1000')
    throw new Refusal(
      'INVALID_PARAMETER',
      `"${name}" must be a date (2026-06-09) or a UTC time (2026-06-09T12:00:00Z).`,
      { path: name },
    );
  return value;
}

/** How far ahead of UTC a day first begins (UTC+14), in milliseconds. */
const firstTimeZone = 14 * 3_600_000;

/** A date or a UTC time of a day that has begun; undefined when absent. Throws INVALID_PARAMETER. */
export function pastTime(name: string, value: string | undefined): string | undefined {
  const time = dateOrTime(name, value);
  refuseDayToCome(name, time);
  return time;
}

/** Refuses a day that has not begun anywhere yet: nobody can say how things were on it. */
function refuseDayToCome(name: string, value: string | undefined): void {
  const latest = new Date(Date.now() + firstTimeZone).toISOString().slice(0, 10);
  if (value === undefined || value.slice(0, 10) <= latest) return;
  throw new Refusal(
    'INVALID_PARAMETER',
    `"${name}" is ${value}, a day that has not come yet: the latest is ${latest}.`,
    {
      path: name,
    },
  );
}

/** A date that has begun; undefined when absent. Throws INVALID_PARAMETER. */
export function pastDay(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && (value.length > 10 || !isDateOrTime(value) || value < '1000'))
    throw new Refusal('INVALID_PARAMETER', `"${name}" must be a date (2026-06-09).`, { path: name });
  refuseDayToCome(name, value);
  return value;
}

/** One of a list, or the default when absent. */
export function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
  otherwise: T,
): T {
  if (value === undefined) return otherwise;
  const found = allowed.find((one) => one === value);
  if (!found) throw new Refusal('INVALID_PARAMETER', `"${name}" must be one of ${allowed.join(', ')}.`, { path: name });
  return found;
}

/** A parameter that is given once, normalised as the register stores texts; undefined when absent. */
export function text(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length <= 2000 && !value.includes('\0')) return settleText(value);
  throw new Refusal('INVALID_PARAMETER', `"${name}" must be given once, as text.`, { path: name });
}

/** Refuses unknown parameters: a misspelled name must not be read as "no filter". */
export function only<K extends string>(
  query: Record<string, unknown>,
  names: readonly K[],
): Partial<Record<K, string>> {
  const unknown = Object.keys(query).find((name) => !names.includes(name as K));
  if (unknown !== undefined)
    throw new Refusal(
      'INVALID_PARAMETER',
      `There is no parameter "${unknown.slice(0, 60)}"; ${names.length > 0 ? `there are ${names.join(', ')}` : 'there is none here'}.`,
      { path: unknown },
    );
  const given: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = text(name, query[name]);
    if (value !== undefined) given[name] = value;
  }
  return given;
}

/** The parameters of a request, of which only these are allowed. */
export const parametersOf = <K extends string>({ query }: Pick<FastifyRequest, 'query'>, names: readonly K[]) =>
  only(query as Record<string, unknown>, names);

/** The maximum number of rows of a table, which is built as a whole before it is sent. For more there are the dumps. */
export const maxRows = 10_000;

/** The parameters of routes that do not check them themselves. A route that is not listed takes none. */
const taken: { [route: string]: readonly string[] } = {
  '/exports': ['language'],
  ...Object.fromEntries(
    ['/r/:code', '/reports/:secret', '/verify', '/about', '/accessibility', '/privacy', '/status'].map((path) => [
      path,
      ['language'],
    ]),
  ),
  ...Object.fromEntries(
    ['sign', 'letter', 'report', 'embed', 'card', 'badge.svg'].map((kind) => [`/systems/:id/${kind}`, ['language']]),
  ),
  '/graphql': ['query', 'variables', 'operationName', 'extensions'],
  '/graphql/stream': ['query', 'variables', 'operationName', 'extensions', 'token', 'operationId'],
};
const looksItself =
  /^\/(v1\/(?!events\/:|webhooks|reports\/|openapi)|v1\/webhooks\/:id\/deliveries$|feeds\/|catalog|oai$|oembed$|exports\/(systems|events)[.]|:language|$|(systems|systems\/:id\/compare|changes|duties|organisations|contracts|themes|suppliers|suppliers\/:name|figures|data|withheld)$|(systems|organisations|events)\/:id$)/;

/** No route ignores a parameter: a request for another day that is not understood must not be answered with today. */
export function refuseUnknownParameters(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions.url;
    if (route === undefined || !request.url.includes('?') || looksItself.test(route)) return;
    try {
      parametersOf(request, taken[route] ?? []);
    } catch (error) {
      await sendProblem(reply.headers(publicHeaders(request.url)), toRefusal(error, request.url));
    }
  });
}

/** Turns an invalid cursor (a SyntaxError) into a Refusal; throws any other error on. */
export function refuseForeignCursor(error: unknown): never {
  if (!(error instanceof SyntaxError)) throw error;
  throw new Refusal(
    'INVALID_PARAMETER',
    '"after" is not a cursor of this list in this order. Use one that a page of it gave.',
    { path: 'after' },
  );
}
