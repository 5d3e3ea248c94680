import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { type PageLinks, type TextLanguage, textLanguages } from '#exports';

/** The addresses of a page in each language, and in the language of the reader (`x-default`). */
export function languagesOf(address: string): PageLinks {
  return [
    ...textLanguages.map((language) => ({ language, href: `${address}?language=${language}` })),
    { language: 'x-default', href: address },
  ];
}

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

/** The language of a page: `?language=`, else what the browser asks for (RFC 9110, 12.5.4), else English. */
export function pickLanguage({ query, headers }: Pick<FastifyRequest, 'query' | 'headers'>): TextLanguage {
  // An address that cannot be read has no query.
  const { language } = (query ?? {}) as { language?: unknown };
  const wanted = { headers: { 'accept-language': headers['accept-language'] || undefined } };
  return (
    textLanguages.find((one) => one === language) ??
    (new Negotiator(wanted).languages([...textLanguages])[0] as TextLanguage | undefined) ??
    'en'
  );
}

/** The query that keeps the chosen language in a link to another page. */
export function carriedLanguage({ query }: Pick<FastifyRequest, 'query'>): string {
  const { language } = (query ?? {}) as { language?: unknown };
  const chosen = textLanguages.find((one) => one === language);
  return chosen ? `?language=${chosen}` : '';
}
