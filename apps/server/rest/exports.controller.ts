import { Readable } from 'node:stream';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { csvOf, eventCsv, eventLines, openSnapshot, recordLines, type Snapshot, tables } from '#exports';
import { Register } from '../register.js';

const jsonLines = 'application/x-ndjson; charset=utf-8';
const csv = 'text/csv; charset=utf-8; header=present';

/** Open data made while it is read: what the register holds now, and all that it ever held. The same bytes for the same log position. */
@Controller('exports')
export class ExportsController {
  constructor(@Inject(Register) private readonly register: Register) {}

  @Get('systems.jsonl')
  systemLines(@Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, jsonLines, (snapshot) => recordLines(snapshot, 'systems', '', '\n'));
  }

  @Get('systems.csv')
  systemTable(@Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, csv, (snapshot) => csvOf(tables.systems.columns, tables.systems.rows(snapshot)));
  }

  @Get('events.jsonl')
  eventLines(@Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, jsonLines, eventLines);
  }

  @Get('events.csv')
  eventTable(@Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, csv, eventCsv);
  }

  /** The snapshot is given back when the answer ends, and when the reader goes away before or while it is read. */
  private async send(
    reply: FastifyReply,
    type: string,
    write: (snapshot: Snapshot) => AsyncIterable<string | Buffer>,
  ): Promise<void> {
    const snapshot = await openSnapshot(this.register.exporting);
    reply.raw.once('close', () => void snapshot.release());
    if (reply.raw.destroyed) return snapshot.release();
    void reply
      .header('content-type', type)
      .header('vitrine-log-position', snapshot.at)
      .header('etag', `"${snapshot.at}"`);
    // One piece is made ahead, the next when that is taken.
    await reply.send(Readable.from(write(snapshot), { objectMode: true, highWaterMark: 1 }));
  }
}
