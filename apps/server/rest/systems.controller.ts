import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Refusal } from '#domain';
import { countSystems, dimensions, readRecordAsOf, readSystem, readSystems, systemOrders } from '#projections';
import { dateOrTime, oneOf, only, refuseForeignCursor, wholeNumber } from '../parameters.js';
import { Register } from '../register.js';
import { toFilter } from '../system-filter.js';

@Controller('v1/systems')
export class SystemsController {
  constructor(@Inject(Register) private readonly register: Register) {}

  /** A page of current records: filtered, ordered (NAME, CHANGED, REGISTERED), after a cursor. */
  @Get()
  async list(@Query() query: Record<string, unknown>, @Res() reply: FastifyReply): Promise<void> {
    const { order, limit, after, ...filter } = only(query, [...dimensions, 'order', 'limit', 'after']);
    const position = await this.register.position();
    const asked = {
      filter: toFilter(Object.fromEntries(Object.entries(filter).map(([name, text]) => [name, text.split(',')]))),
    };
    const total = await countSystems(this.register.pool, asked);
    const page = await readSystems(this.register.pool, asked, {
      order: oneOf('order', order, systemOrders, 'NAME'),
      first: wholeNumber('limit', limit, { min: 1, max: 100, otherwise: 20 }),
      after,
    }).catch(refuseForeignCursor);
    const next = page.hasMore ? `,"next":${JSON.stringify(page.systems.at(-1)!.cursor)}` : '';
    const records = page.systems.map(({ record }) => record).join(',');
    await send(reply, position, `{"logPosition":${position},"total":${total}${next},"systems":[${records}]}`);
  }

  /** One record: now, or as it was on a date or at a time, going by what is or was recorded. */
  @Get(':id')
  async one(
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const given = only(query, ['asOf', 'recordedAsOf']);
    const effective = dateOrTime('asOf', given.asOf);
    const recorded = dateOrTime('recordedAsOf', given.recordedAsOf);
    const position = await this.register.position();
    const record =
      effective === undefined && recorded === undefined
        ? (await readSystem(this.register.pool, id))?.record
        : JSON.stringify(
            await readRecordAsOf(this.register.pool, id, {
              ...(effective && { effective }),
              ...(recorded && { recorded }),
            }),
          );
    if (record === undefined) {
      const when = effective ? ` on ${effective}` : '';
      throw new Refusal('NOT_FOUND', `There is no system "${id.slice(0, 200)}" in this register${when}.`);
    }
    await send(reply, position, record);
  }
}

/** The answer stands as long as the log does not grow: its ETag is the position. */
export async function send(reply: FastifyReply, position: number, json: string): Promise<void> {
  const tag = `"${position}"`;
  void reply.header('etag', tag).header('vitrine-log-position', position).header('cache-control', 'no-cache');
  if (reply.request.headers['if-none-match'] === tag) await reply.status(304).send();
  else await reply.header('content-type', 'application/json; charset=utf-8').send(json);
}
