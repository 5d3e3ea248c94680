import { Controller, Get, Header, Headers, Inject } from '@nestjs/common';
import { Register } from '../register.js';
import { homePage, refusalsPage } from './home.page.js';

@Controller()
export class HomeController {
  constructor(@Inject(Register) private readonly register: Register) {}

  /** What this is, and where everything else is. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  )
  @Header('vary', 'accept-language')
  home(@Headers('accept-language') wanted: string | undefined): string {
    return homePage(this.register.origin, wanted);
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
