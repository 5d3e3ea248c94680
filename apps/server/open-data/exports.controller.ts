import { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type LiveName, openLive } from '#exports';
import { only } from '../http/parameters.js';
import { Register } from '../register/register.js';

const types: { [name in LiveName]: string } = {
  'systems.jsonl': 'application/x-ndjson; charset=utf-8',
  'systems.csv': 'text/csv; charset=utf-8; header=present',
  'events.jsonl': 'application/x-ndjson; charset=utf-8',
  'events.csv': 'text/csv; charset=utf-8; header=present',
};

/** Open data that is generated while it is read: the current records, and the whole history. The same log position gives the same bytes. */
@Controller('exports')
export class ExportsController {
  constructor(@Inject(Register) private readonly register: Register) {}

  @Get(Object.keys(types))
  async send(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    only(request.query as Record<string, unknown>, []);
    const name = /[^/]+$/.exec(request.url.split('?', 1)[0]!)![0] as LiveName;
    const { at, pages } = await openLive(this.register.exporting, name);
    void reply.header('content-type', types[name]).header('vitrine-log-position', at).header('etag', `"${at}"`);
    // One page is made ahead; the next only when that one has been taken.
    await reply.send(Readable.from(pages, { objectMode: true, highWaterMark: 1 }));
  }
}
