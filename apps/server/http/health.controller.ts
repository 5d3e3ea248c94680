import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { checkHealth, type Health } from '../register/health.js';
import { Register } from '../register/register.js';

@Controller()
export class HealthController {
  constructor(@Inject(Register) private readonly register: Register) {}

  /** The process is alive. */
  @Get('healthz')
  alive(): { status: string } {
    return { status: 'ok' };
  }

  /** Whether it can do its work (200) or why not (503), and what the operator should look at. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const health = await checkHealth(this.register);
    if (health.status !== 'ok') void reply.status(503);
    return health;
  }
}
