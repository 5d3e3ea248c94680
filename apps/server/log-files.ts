import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const prefix = '/log/';

/**
 * The log as files (c2sp.org/tlog-tiles). Tiles, bundles and what says which key follows which never change; the checkpoint and the
 * payloads do. Files of the log have no endings that tell their kind.
 */
export async function serveLogFiles(fastify: FastifyInstance, root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  fastify.addHook('onSend', async ({ url }, reply) => {
    if (!url.startsWith(prefix) || reply.statusCode >= 400) return;
    if (/^\/log\/(checkpoint|key\/)/.test(url)) void reply.header('content-type', 'text/plain; charset=utf-8');
    if (url.startsWith('/log/payload/')) void reply.header('content-type', 'application/jsonl');
  });
  await fastify.register(fastifyStatic, {
    root,
    prefix,
    index: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders(response, path) {
      const isForGood = ['tile', 'key'].some((name) => path.startsWith(join(root, name)));
      response.setHeader('cache-control', isForGood ? 'public, max-age=31536000, immutable' : 'public, max-age=5');
    },
  });
}
