import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { notices } from '#exports';
import { readNotices } from '#projections';
import { carriedLanguage, languagesOf, pickLanguage } from '../http/negotiation.js';
import { type Published, publishedAt } from '../http/published.js';
import { Register } from '../register/register.js';
import { homePage, refusalsPage } from './home.page.js';

/** The maximum number of notices on the home page. Those of further organisations are only on their own pages. */
const noticesAPage = 20;

@Controller()
export class HomeController {
  constructor(
    @Inject(Register) private readonly register: Register,
    @Inject(publishedAt) private readonly published: Published,
  ) {}

  /** The home page: what this is, and where everything else is. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  )
  @Header('vary', 'accept-language')
  async home(@Req() request: FastifyRequest): Promise<string> {
    const language = pickLanguage(request);
    return homePage(
      this.register.origin,
      language,
      languagesOf(`${this.published.url}/`),
      carriedLanguage(request),
      notices(await readNotices(this.register.pool, noticesAPage), language),
    );
  }

  /** Every refusal code and what it means; problem documents point here. */
  @Get('docs/refusals')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  )
  refusals(): string {
    return refusalsPage();
  }
}
