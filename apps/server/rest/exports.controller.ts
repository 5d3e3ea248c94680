import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { exportEventLines, exportEventTable, exportSystemLines, exportSystemTable } from '#exports';
import { Register } from '../register.js';
import { toStream } from './stream.js';

const jsonLines = 'application/x-ndjson; charset=utf-8';
const csv = 'text/csv; charset=utf-8; header=present';

/** Open data: what the register holds now, and all that it ever held. The same bytes for the same log position. */
@Controller('exports')
export class ExportsController {
  constructor(@Inject(Register) private readonly register: Register) {}

  @Get('systems.jsonl')
  async systemLines(@Res() reply: FastifyReply): Promise<void> {
    await send(reply, jsonLines, await exportSystemLines(this.register.exporting));
  }

  @Get('systems.csv')
  async systemTable(@Res() reply: FastifyReply): Promise<void> {
    await send(reply, csv, await exportSystemTable(this.register.exporting));
  }

  @Get('events.jsonl')
  async eventLines(@Res() reply: FastifyReply): Promise<void> {
    const head = await this.register.store.head();
    await send(reply, jsonLines, { position: head, text: exportEventLines(this.register.store, -1, head) });
  }

  @Get('events.csv')
  async eventTable(@Res() reply: FastifyReply): Promise<void> {
    const head = await this.register.store.head();
    await send(reply, csv, { position: head, text: exportEventTable(this.register.store, -1, head) });
  }
}

/** What an export holds is given back when the answer ends, and when the reader goes away before or while it is read. */
async function send(
  reply: FastifyReply,
  type: string,
  { position, text, close }: { position: number; text: AsyncGenerator<string>; close?: () => Promise<void> },
): Promise<void> {
  if (close) reply.raw.once('close', () => void close());
  if (close && reply.raw.destroyed) return close();
  void reply.header('content-type', type).header('vitrine-log-position', position).header('etag', `"${position}"`);
  await reply.send(toStream(text));
}
