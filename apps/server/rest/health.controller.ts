import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Register } from '../register.js';

/** More events than this behind the log, and readers would be told old news. */
const maxLag = 10_000;

@Controller()
export class HealthController {
  constructor(@Inject(Register) private readonly register: Register) {}

  /** The process lives. */
  @Get('healthz')
  alive(): { status: string } {
    return { status: 'ok' };
  }

  /** It can do its work: the database answers, the read models follow, and the log may sign what the database holds. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const [head, position] = await Promise.all([this.register.store.head(), this.register.position()]).catch(() => [
      undefined,
      undefined,
    ]);
    if (head === undefined || position === undefined) {
      void reply.status(503);
      return { status: 'unavailable', reason: 'The database does not answer.' };
    }
    if (this.register.isDraining) {
      void reply.status(503);
      return { status: 'stopping', head, position };
    }
    const { refuses, trouble, signed } = this.register.logState;
    if (refuses) {
      void reply.status(503);
      return { status: 'log-refused', reason: trouble, head, position, signed };
    }
    if (head - position > maxLag) void reply.status(503);
    return { status: head - position > maxLag ? 'behind' : 'ok', head, position, signed };
  }
}
