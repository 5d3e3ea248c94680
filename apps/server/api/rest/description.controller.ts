import { Controller, Get, Header, Inject } from '@nestjs/common';
import { readSystems } from '#projections';
import { pagePolicy } from '../../http/headers.js';
import { type Published, publishedAt } from '../../http/published.js';
import { Register } from '../../register/register.js';
import { apiPage } from './api.page.js';
import { openApi } from './openapi/document.js';

/** The description of the REST interface, for programs and for people. */
@Controller()
export class DescriptionController {
  #description: string | undefined;

  constructor(
    @Inject(Register) private readonly register: Register,
    @Inject(publishedAt) private readonly published: Published,
  ) {}

  @Get('v1/openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  openApi(): string {
    this.#description ??= JSON.stringify(openApi(this.published));
    return this.#description;
  }

  /** Its examples are taken from this register, so that each of them runs. */
  @Get('docs/api')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', pagePolicy)
  async page(): Promise<string> {
    const { systems } = await readSystems(this.register.pool, { filter: {} }, { order: 'NAME', first: 1 });
    const record = systems[0] && (JSON.parse(systems[0].record) as { id: string; organisation: string });
    return apiPage({ systemId: record?.id, organisationId: record?.organisation });
  }
}
