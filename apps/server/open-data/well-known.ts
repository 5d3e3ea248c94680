import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '#domain';
import { escapeXml, mailtoOf, pathIn, textLanguages } from '#exports';
import { countSystems, readIds, readOrganisations } from '#projections';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';

/** Pages per site map. Each has an entry in each language, which names all of them: less than 50,000 entries and 50 MB (sitemaps.org). */
const addressesAFile = 2000;

/**
 * What harvesters, search engines and security researchers look for: /.well-known/api-catalog (RFC 9727), security.txt (RFC 9116), robots.txt,
 * the site map.
 */
export function serveWellKnown(routes: FastifyInstance, register: Register, { url, contact }: Published): void {
  const anchors = [
    {
      anchor: `${url}/v1`,
      'service-desc': [{ href: `${url}/v1/openapi.json`, type: 'application/json' }],
      'service-doc': [{ href: `${url}/docs/api`, type: 'text/html' }],
    },
    {
      anchor: `${url}/graphql`,
      'service-desc': [{ href: `${url}/schema/published.graphql`, type: 'application/graphql' }],
    },
    { anchor: `${url}/catalog`, 'service-desc': [{ href: `${url}/catalog.ttl`, type: 'text/turtle' }] },
    { anchor: `${url}/oai`, 'service-desc': [{ href: `${url}/oai?verb=Identify`, type: 'text/xml' }] },
    {
      anchor: `${url}/log`,
      'service-meta': [{ href: `${url}/log/vkeys`, type: 'text/plain' }],
      item: [{ href: `${url}/log/checkpoint`, type: 'text/plain' }],
      'service-doc': [{ href: `${url}/verify`, type: 'text/html' }],
    },
    { anchor: `${url}/ldes/root.trig`, 'service-desc': [{ href: `${url}/ldes/root.trig`, type: 'application/trig' }] },
  ];
  routes.get('/.well-known/api-catalog', (_, reply) =>
    reply
      .header('link', `<${url}/.well-known/api-catalog>; rel="api-catalog"`)
      .header('content-type', 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"')
      .send(JSON.stringify({ linkset: anchors })),
  );
  for (const path of ['/.well-known/security.txt', '/security.txt'])
    routes.get(path, (_, reply) => {
      const reach = contact ? mailtoOf(contact) : `${url}/`;
      // At most a year, and computed for each request, so that it does not expire while the server runs.
      const expires = new Date(Date.now() + 180 * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z');
      return reply
        .header('content-type', 'text/plain; charset=utf-8')
        .send(
          `Contact: ${reach}\nExpires: ${expires}\nPreferred-Languages: ${textLanguages.join(', ')}\nCanonical: ${url}/.well-known/security.txt\n`,
        );
    });
  routes.get('/robots.txt', (_, reply) =>
    reply
      .header('content-type', 'text/plain; charset=utf-8')
      .send(`User-agent: *\nAllow: /\nDisallow: /graphql\nDisallow: /*/reports/\n\nSitemap: ${url}/sitemap.xml\n`),
  );
  const xml = (reply: FastifyReply, root: string, entries: string[]) =>
    reply
      .header('content-type', 'application/xml; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .send(
        `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${entries.join('\n')}\n</${root}>\n`,
      );
  routes.get('/sitemap.xml', async (_, reply) => {
    const pages = Math.max(1, Math.ceil((await countSystems(register.pool, { filter: {} })) / addressesAFile));
    const entries = Array.from(
      { length: pages },
      (_, i) => `<sitemap><loc>${escapeXml(url)}/sitemap/${i + 1}.xml</loc></sitemap>`,
    );
    return xml(reply, 'sitemapindex', entries);
  });
  routes.get<{ Params: { page: string } }>('/sitemap/:page', async ({ params }, reply) => {
    const page = Number(/^([1-9]\d{0,6})\.xml$/.exec(params.page)?.[1]);
    const ids = page ? await readIds(register.pool, (page - 1) * addressesAFile, addressesAFile) : [];
    if (page !== 1 && ids.length === 0)
      throw new Refusal('NOT_FOUND', 'The site map has no such part: /sitemap.xml names them.');
    const paths = [...(page === 1 ? await firstPaths(register) : []), ...ids.map((id) => `/systems/${id}`)];
    return xml(
      reply,
      'urlset',
      paths.flatMap((path) => addressesOf(url, path)),
    );
  });
}

/** The pages that are not of systems: of each kind, and of the first organisations. */
async function firstPaths({ pool }: Register): Promise<string[]> {
  const { organisations } = await readOrganisations(pool, addressesAFile);
  const kinds = [
    '/',
    '/systems',
    '/changes',
    '/duties',
    '/organisations',
    '/suppliers',
    '/contracts',
    '/themes',
    '/figures',
    '/data',
    '/verify',
    '/withheld',
    '/about',
    '/accessibility',
    '/privacy',
  ];
  return [...kinds, ...organisations.map(({ id }) => `/organisations/${id}`)];
}

/** The entries of a page in the site map: one in each language, which names the others. */
function addressesOf(url: string, path: string): string[] {
  const link = (language: string, address: string) =>
    `<xhtml:link rel="alternate" hreflang="${language}" href="${escapeXml(url + address)}"/>`;
  const links = [
    ...textLanguages.map((language) => link(language, pathIn(language, path))),
    link('x-default', path),
  ].join('');
  return textLanguages.map((language) => `<url><loc>${escapeXml(url + pathIn(language, path))}</loc>${links}</url>`);
}
