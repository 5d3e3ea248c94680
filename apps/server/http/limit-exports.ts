import type { FastifyInstance } from 'fastify';
import { Refusal } from '#domain';
import { clientOf } from './client.js';

/** The maximum number of exports that may be in progress to one address. */
const mostOfOneAddress = 10;
const isLong = /^\/(exports\/(systems|events)\.(csv|jsonl)|v1\/events)(\?|$)/;

/** Limits the exports in progress: each holds a connection and a page of the register in memory, for as long as its reader takes. */
export function limitExports(fastify: FastifyInstance): void {
  const underWay = new Map<string, number>();
  fastify.addHook('onRequest', async (request, reply) => {
    const { url, method } = request;
    if ((method !== 'GET' && method !== 'HEAD') || !isLong.test(url)) return;
    const client = clientOf(request);
    const count = underWay.get(client) ?? 0;
    if (count >= mostOfOneAddress)
      throw new Refusal(
        'TOO_MANY_REQUESTS',
        `${mostOfOneAddress} exports are on their way to this address already. Wait until one has arrived, or take the dumps under /exports.`,
      );
    underWay.set(client, count + 1);
    reply.raw.once('close', () => {
      const left = underWay.get(client)! - 1;
      if (left > 0) underWay.set(client, left);
      else underWay.delete(client);
    });
  });
}
