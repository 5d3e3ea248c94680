import type { FastifyInstance } from 'fastify';
import { escapeXml } from '#exports';
import { readAllIds } from '#projections';
import type { Published } from '../published.js';
import type { Register } from '../register.js';

const languages = ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'];
/** So many addresses a site map may have (sitemaps.org). */
const maxAddresses = 50_000;

/** What harvesters, search engines and finders of faults look for: /.well-known/api-catalog (RFC 9727), security.txt (RFC 9116), robots.txt, the site map. */
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
    { anchor: `${url}/ldes/root.trig`, 'service-desc': [{ href: `${url}/ldes/root.trig`, type: 'application/trig' }] },
  ];
  routes.get('/.well-known/api-catalog', (_, reply) =>
    reply
      .header('content-type', 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"')
      .send(JSON.stringify({ linkset: anchors })),
  );
  for (const path of ['/.well-known/security.txt', '/security.txt'])
    routes.get(path, (_, reply) => {
      const reach = contact ? `mailto:${contact}` : `${url}/`;
      // A year at most, and it must not run out while the server runs.
      const expires = new Date(Date.now() + 180 * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z');
      return reply
        .header('content-type', 'text/plain; charset=utf-8')
        .send(
          `Contact: ${reach}\nExpires: ${expires}\nPreferred-Languages: ${languages.join(', ')}\nCanonical: ${url}/.well-known/security.txt\n`,
        );
    });
  routes.get('/robots.txt', (_, reply) =>
    reply
      .header('content-type', 'text/plain; charset=utf-8')
      .send(`User-agent: *\nAllow: /\nDisallow: /graphql\n\nSitemap: ${url}/sitemap.xml\n`),
  );
  routes.get('/sitemap.xml', async (_, reply) => {
    const ids = await readAllIds(register.pool, maxAddresses - 2);
    // The page of a system is one address, in the language that the browser asks for.
    const pages = ['/', '/exports', ...ids.map((id) => `/systems/${id}`)];
    const entry = (path: string) => {
      const address = escapeXml(url + path);
      const links = [...languages, 'x-default'].map(
        (language) => `<xhtml:link rel="alternate" hreflang="${language}" href="${address}"/>`,
      );
      return `<url><loc>${address}</loc>${links.join('')}</url>`;
    };
    return reply
      .header('content-type', 'application/xml; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .send(
        `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${pages.map(entry).join('\n')}\n</urlset>\n`,
      );
  });
}
