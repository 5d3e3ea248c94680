import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Refusal } from '#domain';
import { formatVerifierKey, keysOf, makeReceipt } from '#log';
import { Register } from '../register/register.js';

/** The receipts of entries and the keys, the only parts of the log that are not files. Checkpoint, tiles and bundles are served as they are stored. */
@Controller('log')
export class LogController {
  constructor(@Inject(Register) private readonly register: Register) {}

  /** A receipt (c2sp.org/tlog-proof@v1) for the entry at a position, by the newest checkpoint. */
  @Get('proof/:name')
  async proof(@Param('name') name: string, @Res() reply: FastifyReply): Promise<void> {
    const index = /^(0|[1-9]\d{0,14})\.tlog-proof$/.exec(name)?.[1];
    const receipt =
      index !== undefined && this.register.log
        ? await makeReceipt(this.register.log.places.folder, Number(index))
        : undefined;
    if (!receipt)
      throw new Refusal('NOT_FOUND', 'The published log has no such entry. A new event gets there within a second.');
    await reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'public, max-age=60')
      .send(receipt);
  }

  /** The public keys of the log (c2sp.org/signed-note), one a line: those that sign today first, then earlier ones, the newest first. */
  @Get('vkeys')
  async vkeys(@Res() reply: FastifyReply): Promise<void> {
    const { log, origin } = this.register;
    if (!log) throw new Refusal('NOT_FOUND', 'This register does not publish a log.');
    await reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'public, max-age=60')
      .send(
        keysOf(log.keyFolder, `${origin}/log`)
          .map((key) => `${formatVerifierKey(key)}\n`)
          .join(''),
      );
  }
}
