import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import type { Register } from '../register/register.js';
import { clientOf } from './client.js';

/** The factor by which clients with a key may send more: systems of the city report one by one. */
const withKey = 50;

/**
 * Limits requests per minute: by key if it is valid, otherwise by address. Everything under /log and /exports, health checks and metrics are not
 * counted.
 */
export function limitRate(max: number, register: Register) {
  const keyHolder = async ({ headers }: FastifyRequest) => {
    if (headers.authorization === undefined) return undefined;
    const actor = await register.keys.authenticate(headers.authorization).catch(() => undefined);
    return actor && `key ${createHash('sha256').update(headers.authorization).digest('base64url')}`;
  };
  return {
    max: (_: FastifyRequest, holder: string) => (holder.startsWith('key ') ? withKey * max : max),
    keyGenerator: async (request: FastifyRequest) => (await keyHolder(request)) ?? clientOf(request),
    timeWindow: '1 minute',
    allowList: ({ url }: FastifyRequest) => /^\/(log|exports|healthz|readyz|metrics)\b/.test(url),
    errorResponseBuilder: (_: FastifyRequest, { after, max: most }: { after: string; max: number }) =>
      new Refusal(
        'TOO_MANY_REQUESTS',
        `At most ${most} requests a minute from one address. Wait ${after}; for everything at once take the dumps under /exports.`,
      ),
  };
}
