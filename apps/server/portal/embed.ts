import type { FastifyInstance } from 'fastify';
import { Refusal } from '#domain';
import {
  badgeSvg,
  type CardFacts,
  cardHtml,
  cardPage,
  cardSize,
  embedPage,
  escapeXml,
  say,
  type TextLanguage,
  textLanguages,
  textOf,
} from '#exports';
import { pickLanguage } from '../http/negotiation.js';
import { only, text } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { readOneSystem } from './one-system.js';
import { servePage } from './serve-page.js';
import { systemOf } from './signs.js';

/** For pages of other sites: the card and the badge of a system, how to take them over, and oEmbed (https://oembed.com). */
export function serveEmbeds(routes: FastifyInstance, register: Register, published: Published): void {
  for (const [kind, make] of [
    ['card', cardPage],
    ['embed', embedPage],
  ] as const)
    servePage(routes, register, `/systems/:id/${kind}`, async ({ language, params, query, position }) => {
      only(query as Record<string, unknown>, []);
      return make(await readFacts(register, published, params['id']!, { kind, position }), language);
    });
  routes.get<{ Params: { id: string } }>('/systems/:id/badge.svg', async (request, reply) => {
    const facts = await readFacts(register, published, request.params.id, { kind: 'embed' });
    return reply
      .header('content-type', 'image/svg+xml')
      .header('vary', 'accept-language')
      .header('cache-control', 'public, max-age=300')
      .send(badgeSvg(facts, pickLanguage(request)));
  });
  routes.get('/oembed', async (request, reply) => {
    // WordPress asks every provider not to track (`dnt=1`), which nothing here does.
    const known = ['url', 'format', 'maxwidth', 'maxheight', 'dnt'] as const;
    const { url, format: wanted, maxwidth, maxheight } = only(request.query as Record<string, unknown>, known);
    const format = text('format', wanted) ?? 'json';
    // What oEmbed asks for.
    if (format !== 'json' && format !== 'xml')
      return reply.status(501).type('text/plain; charset=utf-8').send('"format" must be json or xml.');
    const found = await findPage(register, published, text('url', url));
    const facts = await readFacts(register, published, found.id, { kind: 'embed' });
    const size = { width: within('maxwidth', maxwidth), height: within('maxheight', maxheight) };
    const answer = toOEmbed(facts, found.language, {
      width: Math.min(cardSize.width, size.width),
      height: Math.min(cardSize.height, size.height),
    });
    return reply
      .header('content-type', format === 'json' ? 'application/json; charset=utf-8' : 'text/xml; charset=utf-8')
      .header('cache-control', 'public, max-age=300')
      .send(format === 'json' ? JSON.stringify(answer) : toXml(answer));
  });
}

function within(name: string, given: unknown): number {
  const value = text(name, given);
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,5}$/.test(value))
    throw new Refusal('INVALID_PARAMETER', `"${name}" must be a number of pixels.`, { path: name });
  return Number(value);
}

/** The system that an address of a page of this register is about, and the language of that page. */
async function findPage(
  register: Register,
  { url }: Published,
  address: string | undefined,
): Promise<{ id: string; language: TextLanguage }> {
  if (address === undefined) throw new Refusal('INVALID_PARAMETER', '"url" is needed.', { path: 'url' });
  const [, language, id, code] =
    (address.startsWith(`${url}/`) &&
      /^(?:\/(\w{2}))?\/(?:systems\/([^/?#]+)|r\/([^/?#]+))(?:#|$)/.exec(address.slice(url.length))) ||
    [];
  const system = id === undefined ? code && (await systemOf(register, code)) : decode(id);
  const known = textLanguages.find((one) => one === (language ?? 'en'));
  // The card shows today: the page of a past day has none.
  if (!system || !known)
    throw new Refusal('NOT_FOUND', `"${address.slice(0, 200)}" is not the address of a system in this register.`);
  return { id: system, language: known };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

async function readFacts(
  register: Register,
  published: Published,
  given: string,
  { kind, position }: { kind: 'card' | 'embed'; position?: number },
): Promise<CardFacts> {
  const found = await readOneSystem(register, published, given);
  const path = `/systems/${found.record.id}/${kind}`;
  return { ...found, at: { url: published.url, path, ...(position !== undefined && { position }) } };
}

/** A rich object of oEmbed 1.0 (2.3.4.4). */
function toOEmbed(facts: CardFacts, language: TextLanguage, size: typeof cardSize): Record<string, string | number> {
  const { record, at, theme } = facts;
  return {
    version: '1.0',
    type: 'rich',
    title: textOf(record.name, language)?.value ?? record.id,
    provider_name: textOf(theme?.name, language)?.value ?? say(language, 'register.title'),
    provider_url: at.url,
    cache_age: 300,
    html: cardHtml(facts, language, size),
    ...size,
  };
}

function toXml(answer: Record<string, string | number>): string {
  const members = Object.entries(answer).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>${members.join('')}</oembed>\n`;
}
