import type { FastifyInstance } from 'fastify';
import { countLegalGaps, readCounts, readNotices, readSystems, readTotals } from '#projections';
import { pagePolicy } from '../http/headers.js';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { homePage, refusalsPage } from './home.page.js';
import { listed } from './listed.js';
import { type Asked, servePage } from './serve-page.js';

/** The maximum number of notices on the home page. Those of further organisations are only on their own pages. */
const noticesAPage = 20;
const latestShown = 10;

/** The home page; and every refusal code and what it means, to which problem documents point. */
export function serveHome(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/', (asked) => makeHomePage(register, published, asked));
  routes.get('/docs/refusals', (_, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy)
      .send(refusalsPage()),
  );
}

async function makeHomePage(
  register: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  only(query as Record<string, unknown>, []);
  const { pool, origin } = register;
  const { systems } = await readSystems(pool, { filter: {} }, { order: 'CHANGED', first: latestShown });
  const { events } = await readTotals(pool);
  return homePage(
    {
      origin,
      at: { url, position, path: '/' },
      theme: themes.register,
      statuses: await readCounts(pool, {}, 'status', 20),
      gaps: await countLegalGaps(pool, register.today()),
      events,
      notices: await readNotices(pool, noticesAPage),
      latest: await listed(register, systems, { language }),
    },
    language,
  );
}
