import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { logger } from '../register/logger.js';
import type { Metrics } from './metrics.js';

/** The id of a request: the one that a trusted proxy gave it, or else a random one. */
export function requestId(behindProxy: boolean): (request: IncomingMessage) => string {
  return ({ headers }) => {
    const given = behindProxy ? headers['x-request-id'] : undefined;
    return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
  };
}

/** Every answer carries the id of its request; every request is logged (at `info`) and measured. */
export function observe(fastify: FastifyInstance, metrics: Metrics | undefined): void {
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)';
    const { method } = request;
    const status = reply.statusCode;
    metrics?.requests.observe({ method, route, status }, reply.elapsedTime / 1000);
    if (!logger.isLevelEnabled('info')) return;
    const bytes = Number(reply.getHeader('content-length') ?? Number.NaN);
    logger.info({
      request: request.id,
      method,
      route,
      status,
      milliseconds: Math.round(reply.elapsedTime),
      ...(bytes >= 0 && { bytes }),
    });
  });
  if (!metrics) return;
  fastify.get('/metrics', async (_request, reply) => {
    void reply.header('content-type', metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}
