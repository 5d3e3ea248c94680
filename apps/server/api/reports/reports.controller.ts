import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { oneOf, only } from '../../http/parameters.js';
import { Register } from '../../register/register.js';
import type { Report } from '../../register/reports.js';
import { declineReport, findReport, publishReport, readReports } from './decide.js';

/** Readers' reports, for editors and administrators: those to their organisation. What readers wrote is private. */
@Controller('v1/reports')
export class ReportsController {
  constructor(@Inject(Register) private readonly register: Register) {}

  @Get()
  async list(
    @Query() query: Record<string, unknown>,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<object> {
    const { state } = only(query, ['state']);
    const actor = await this.register.keys.authenticate(authorization);
    const isOpen = oneOf('state', state, ['open', 'all'], 'open') === 'open';
    return { reports: (await readReports(this.register, actor, isOpen)).map(describe) };
  }

  @Get(':id')
  async one(@Param('id') id: string, @Headers('authorization') authorization: string | undefined): Promise<object> {
    return describe(await findReport(this.register, id, await this.register.keys.authenticate(authorization)));
  }

  /** Publishes it, in the organisation's words and with a deadline. The answer is then the command AnswerCorrection. */
  @Post(':id/publication')
  @HttpCode(200)
  async publish(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<object> {
    const actor = await this.register.keys.authenticate(authorization);
    const report = await findReport(this.register, id, actor);
    return publishReport(this.register, report, body, actor);
  }

  /** Does not publish it, and tells its reader why. */
  @Post(':id/refusal')
  @HttpCode(204)
  async decline(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<void> {
    const report = await findReport(this.register, id, await this.register.keys.authenticate(authorization));
    await declineReport(this.register, report, body);
  }
}

const describe = ({ receipt: _, ...shown }: Report): object => shown;
