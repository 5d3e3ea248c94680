import { Body, Controller, Get, Headers, Inject, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { exportEventLines } from '#exports';
import { Register } from '../register.js';
import { submit, submitOne } from '../submit.js';
import { oneOf, only, wholeNumber } from './parameters.js';
import { toStream } from './stream.js';

@Controller('v1/events')
export class EventsController {
  constructor(@Inject(Register) private readonly register: Register) {}

  /** One command (201, or 200 if it was done before) or up to 1,000 (200 with a result each). */
  @Post()
  async record(
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { atomic } = only(query, ['atomic']);
    const actor = await this.register.keys.authenticate(authorization);
    if (!Array.isArray(body)) {
      const outcome = await submitOne(this.register, body, actor);
      void reply.status(outcome.repeated ? 200 : 201);
      return outcome;
    }
    void reply.status(200);
    return submit(this.register, body, actor, oneOf('atomic', atomic, ['true', 'false'], 'false') === 'true');
  }

  /** The whole history as JSON Lines: one event a line, after a position, to the end of the log or `limit`. */
  @Get()
  async read(@Query() query: Record<string, unknown>, @Res() reply: FastifyReply): Promise<void> {
    const given = only(query, ['after', 'limit']);
    const after = wholeNumber('after', given.after, { min: -1, max: Number.MAX_SAFE_INTEGER, otherwise: -1 });
    const limit = wholeNumber('limit', given.limit, { min: 1, max: 1_000_000_000, otherwise: 1_000_000_000 });
    const upTo = Math.min(await this.register.store.head(), after + limit);
    await reply
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .header('vitrine-log-position', upTo)
      .send(toStream(exportEventLines(this.register.store, after, upTo)));
  }
}
