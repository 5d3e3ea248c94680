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
    const { position, text } = await exportSystemLines(this.register.pool);
    await stream(reply, jsonLines, position, text);
  }

  @Get('systems.csv')
  async systemTable(@Res() reply: FastifyReply): Promise<void> {
    const { position, text } = await exportSystemTable(this.register.pool);
    await stream(reply, csv, position, text);
  }

  @Get('events.jsonl')
  async eventLines(@Res() reply: FastifyReply): Promise<void> {
    const head = await this.register.store.head();
    await stream(reply, jsonLines, head, exportEventLines(this.register.store, -1, head));
  }

  @Get('events.csv')
  async eventTable(@Res() reply: FastifyReply): Promise<void> {
    const head = await this.register.store.head();
    await stream(reply, csv, head, exportEventTable(this.register.store, -1, head));
  }
}

async function stream(
  reply: FastifyReply,
  type: string,
  position: number,
  text: AsyncGenerator<string>,
): Promise<void> {
  void reply.header('content-type', type).header('vitrine-log-position', position).header('etag', `"${position}"`);
  await reply.send(toStream(text));
}
