import { languageOf } from './negotiation.js';
import { apiVersion } from './version.js';

/** What a page may load: its own style and logo, nothing else. Without scripts nothing connects but tools that audit the page. */
export const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The page that checks also runs its script, and reads the log. */
const checkingPolicy = `${pagePolicy}; script-src 'self'`;

/** The card of a system: the one page that other sites may show in a frame. Its links leave the frame. */
const cardPolicy = pagePolicy.replace("frame-ancestors 'none'", 'frame-ancestors *');

/** The page that shows how to take a card over shows it in a frame. */
const embeddingPolicy = `${pagePolicy}; frame-src 'self'`;

const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'cross-origin',
  // Pages of any site may read everything, but cannot send a key.
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'accept-ranges, api-version, content-disposition, content-location, content-range, etag, link, retry-after, vitrine-log-position, vitrine-salt, x-request-id',
};
const ofApi = { ...always, 'api-version': apiVersion };
const ofPage = { ...always, 'content-security-policy': pagePolicy };
const { 'x-frame-options': _, ...framed } = always;
const ofCard = { ...framed, 'content-security-policy': cardPolicy };
const ofEmbedding = { ...always, 'content-security-policy': embeddingPolicy };
const ofChecks = { ...always, 'content-security-policy': checkingPolicy };

/** Headers of every answer. */
export function publicHeaders(url: string): Record<string, string> {
  if (url.startsWith('/v1/')) return ofApi;
  if (!languageOf(url)) return always;
  const [, page] = /^\/[a-z]+\/(verify|systems\/[^/?]+\/(?:card|embed))(?![^?])/.exec(url) ?? [];
  if (page === undefined) return ofPage;
  return page === 'verify' ? ofChecks : page.endsWith('card') ? ofCard : ofEmbedding;
}

/** The answer to a preflight request, which a browser sends before a request from a page of another site. */
export const preflightHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
  'access-control-allow-headers':
    'accept, content-type, if-match, if-none-match, if-range, range, x-graphql-event-stream-token',
  'access-control-max-age': '86400',
};
