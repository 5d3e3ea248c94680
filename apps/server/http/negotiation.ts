import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { type TextLanguage, textLanguages } from '#exports';

/** Parameters of a media type, except its weight. */
const parameters = /;\s*(?!q\s*=)[^;,="\s]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;,"]*)/gi;

/**
 * The offered media type that an Accept header prefers (RFC 9110, 12.5.1), whatever its parameters; the first one if the header has no
 * preference or is missing, undefined if it accepts none.
 */
export function negotiate<F extends string>(
  accepted: string | undefined,
  offered: { [format in F]: string },
): F | undefined {
  const types = Object.entries<string>(offered).map(([format, media]) => [media.split(';')[0]!, format as F] as const);
  const accept = accepted?.replace(parameters, '') || undefined;
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes(types.map(([type]) => type));
  return types.find(([type]) => type === best)?.[1];
}

/** The language of an address of a page, /{language}/…; undefined of any other. */
export const languageOf = (url: string): TextLanguage | undefined =>
  textLanguages.find((one) => url.startsWith(`/${one}`) && /^$|^[/?]/.test(url.slice(3)));

/** The language of a page: of its address, else `?language=`, else what the browser asks for (RFC 9110, 12.5.4), else English. */
export function pickLanguage({ url, query, headers }: Pick<FastifyRequest, 'url' | 'query' | 'headers'>): TextLanguage {
  // An address that cannot be read has no query.
  const { language } = (query ?? {}) as { language?: unknown };
  const wanted = { headers: { 'accept-language': headers['accept-language'] || undefined } };
  return (
    languageOf(url) ??
    textLanguages.find((one) => one === language) ??
    (new Negotiator(wanted).languages([...textLanguages])[0] as TextLanguage | undefined) ??
    'en'
  );
}
