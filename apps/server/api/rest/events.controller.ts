import { Body, Controller, Get, Headers, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import type { RecordedEvent } from '#event-store';
import { storedLines, toLine } from '#exports';
import { negotiate } from '../../http/negotiation.js';
import { oneOf, only, wholeNumber } from '../../http/parameters.js';
import { Register } from '../../register/register.js';
import { submit, submitOne } from '../submit.js';
import { answer } from './answer.js';
import { formats } from './format.js';
import { events } from './resources/events.js';
import { toStream } from './stream.js';

@Controller('v1')
export class EventsController {
  constructor(@Inject(Register) private readonly register: Register) {}

  /** One command (201, or 200 if it was done before) or up to 1,000 (200 with a result each). */
  @Post('events')
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

  /** The whole history as JSON Lines: one event per line, after a position, to the end of the log or `limit`. In other formats: a page of it. */
  @Get(['events', 'events.json', 'events.csv', 'events.xlsx'])
  async read(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const isLines =
      !/\.(json|csv|xlsx)$/.test(request.url.split('?', 1)[0]!) &&
      (negotiate(request.headers.accept, { lines: 'application/x-ndjson', ...formats }) ?? 'lines') === 'lines';
    if (!isLines) return answer(this.register, events, request, reply);
    const given = only(query, ['after', 'limit']);
    const after = wholeNumber('after', given.after, { min: -1, max: Number.MAX_SAFE_INTEGER, otherwise: -1 });
    const limit = wholeNumber('limit', given.limit, { min: 1, max: 1_000_000_000, otherwise: 1_000_000_000 });
    const upTo = Math.min(await this.register.store.head(), after + limit);
    await reply
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .header('vary', 'Accept')
      .header('cache-control', 'no-cache')
      .header('vitrine-log-position', upTo)
      .send(toStream(storedLines(this.register.store, after, upTo)));
  }

  /** One event, as a line of the history. */
  @Get('events/:id')
  async one(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const event = await this.find(id);
    await reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(toLine(event));
  }

  /** A payload part, byte for byte as it was hashed, with the salt in a header; 410 with the erasing event if it was erased. */
  @Get('events/:id/payload/:part')
  async payload(@Param('id') id: string, @Param('part') part: string, @Res() reply: FastifyReply): Promise<void> {
    const event = await this.find(id);
    const found = event.payload.find((one) => one.part === part);
    if (!found) throw await this.refusalOf(event, part);
    await reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('vitrine-salt', found.salt.toString('hex'))
      .send(found.body);
  }

  private async find(id: string): Promise<RecordedEvent> {
    const event = isUuid(id) ? await this.register.store.readEvent(id) : undefined;
    if (!event) throw new Refusal('NOT_FOUND', `There is no event "${id.slice(0, 60)}" in this register.`);
    return event;
  }

  private async refusalOf({ stream, envelope }: RecordedEvent, part: string): Promise<Refusal> {
    if (!envelope.parts.some(({ role }) => role === part))
      return new Refusal('NOT_FOUND', `This event has no payload part "${part.slice(0, 60)}".`);
    const notes = await this.register.store.readErasures([stream]);
    const erasure = notes.find((note) => note.event === envelope.id && note.part === part);
    return new Refusal(
      'PAYLOAD_ERASED',
      erasure && `It was erased on ${erasure.occurredAt} by event ${erasure.erasedBy} (${erasure.basis}).`,
      erasure && { erasure },
    );
  }
}

const isUuid = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
