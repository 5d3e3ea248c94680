import type { FastifyInstance } from 'fastify';
import { Refusal, settleText } from '#domain';
import { letterPage, positionOf, qrPng, qrSvg, type SignFacts, shortCodeOf, signPage } from '#exports';
import { readRegisteredAt, readRegistration } from '#projections';
import { isFor, standards, toStandard } from '#standards';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { noSuchSystem, readOneSystem } from './one-system.js';
import { type Asked, leadToPage, servePage } from './serve-page.js';

const mention = standards['fr-mention']!;

/** From paper to the register: short codes, their QR codes, the sign of a system, and the text for a letter. */
export function serveSigns(routes: FastifyInstance, register: Register, published: Published): void {
  routes.get<{ Params: { code: string } }>('/r/:code', async (request, reply) => {
    const id = await systemOf(register, request.params.code);
    if (!id)
      throw new Refusal(
        'NOT_FOUND',
        `"${request.params.code.slice(0, 40)}" is not the short code of a system in this register. Check each sign: it may be a slip.`,
      );
    return leadToPage(request, reply, `/systems/${id}`);
  });
  routes.get('/r/:code/', (request, reply) => reply.redirect(request.url.replace(/\/(?=$|\?)/, ''), 301));
  servePage(routes, register, '/systems/:id/sign', async (asked) =>
    signPage(await readFacts(register, published, asked, 'sign'), asked.language),
  );
  servePage(routes, register, '/systems/:id/letter', async (asked) => {
    const facts = await readFacts(register, published, asked, 'letter');
    return letterPage({ ...facts, mention: mentionOf(facts) }, asked.language);
  });
  for (const [ending, type, make] of [
    ['svg', 'image/svg+xml', qrSvg],
    ['png', 'image/png', (text: string) => Buffer.from(qrPng(text))],
  ] as const)
    routes.get<{ Params: { id: string } }>(`/systems/:id/qr.${ending}`, async ({ params }, reply) => {
      const code = await codeOf(register, settleText(params.id));
      if (!code) throw noSuchSystem(params.id);
      return reply
        .header('content-type', type)
        .header('cache-control', 'public, max-age=86400')
        .send(make(addressOf(published, code)));
    });
}

/** The system that a short code is of, as typed, if it is in the register. */
export async function systemOf({ pool, origin }: Register, typed: string): Promise<string | undefined> {
  const position = positionOf(typed);
  return position === undefined ? undefined : readRegisteredAt(pool, origin, position);
}

/** The short code of a system; undefined if it is not of the register's own log. */
export async function codeOf({ pool, origin }: Register, id: string): Promise<string | undefined> {
  const position = await readRegistration(pool, origin, id);
  return position === undefined ? undefined : shortCodeOf(position);
}

const addressOf = ({ url }: Published, code: string) => `${url}/r/${code}`;

async function readFacts(
  register: Register,
  published: Published,
  { params, query, position }: Asked,
  kind: 'sign' | 'letter',
): Promise<SignFacts> {
  only(query as Record<string, unknown>, []);
  const found = await readOneSystem(register, published, params['id']!);
  const { id } = found.record;
  const code = await codeOf(register, id);
  if (!code) throw noSuchSystem(id);
  return {
    ...found,
    code,
    address: addressOf(published, code),
    at: { url: published.url, position, path: `/systems/${id}/${kind}` },
    today: register.today(),
  };
}

/** What French law asks for; null if the record lacks what it must say, undefined if the law does not ask. */
function mentionOf({ record, organisation, address }: SignFacts): string | null | undefined {
  if (!isFor(mention, record, organisation)) return undefined;
  const { mention: text } = toStandard(mention, { record, organisation, language: 'fr', url: address });
  return typeof text === 'string' ? text : null;
}
