import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { countLegalGaps, readCounts, readNotices, readSystems, readTotals } from '#projections';
import { pagePolicy } from '../http/headers.js';
import { languagesOf, pickLanguage } from '../http/negotiation.js';
import { type Published, publishedAt } from '../http/published.js';
import { Register } from '../register/register.js';
import { homePage, refusalsPage } from './home.page.js';
import { listed } from './listed.js';

/** The maximum number of notices on the home page. Those of further organisations are only on their own pages. */
const noticesAPage = 20;
const latestShown = 10;

@Controller()
export class HomeController {
  constructor(
    @Inject(Register) private readonly register: Register,
    @Inject(publishedAt) private readonly published: Published,
  ) {}

  /** The home page: what this is, and where everything else is. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', pagePolicy)
  @Header('cache-control', 'no-cache')
  @Header('vary', 'accept-language')
  async home(@Req() request: FastifyRequest): Promise<string> {
    const { register, published } = this;
    const { pool } = register;
    const language = pickLanguage(request);
    const { systems } = await readSystems(pool, { filter: {} }, { order: 'CHANGED', first: latestShown });
    const { events } = await readTotals(pool);
    return homePage(
      {
        origin: register.origin,
        languages: languagesOf(`${published.url}/`),
        statuses: await readCounts(pool, {}, 'status', 20),
        gaps: await countLegalGaps(pool, register.today()),
        events,
        notices: await readNotices(pool, noticesAPage),
        latest: await listed(register, systems, { language }),
      },
      language,
    );
  }

  /** Every refusal code and what it means; problem documents point here. */
  @Get('docs/refusals')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', pagePolicy)
  refusals(): string {
    return refusalsPage();
  }
}
