import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { isKnown } from '../http/entity-tags.js';

const prefix = '/log/';
/** Payloads of a bundle: the only names below /log/payload/. */
const payloadName = /^(x\d{3}\/)*\d{3}\.jsonl$/;

/**
 * The log as files (c2sp.org/tlog-tiles). Tiles, bundles and the statements of which key follows which never change; the checkpoint and the
 * payloads do. Files of the log have no suffixes that tell their type.
 */
export async function serveLogFiles(fastify: FastifyInstance, root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  fastify.addHook('onSend', async ({ url }, reply) => {
    if (url.startsWith(`${prefix}key/`) && reply.statusCode < 400)
      void reply.header('content-type', 'text/plain; charset=utf-8');
  });
  await fastify.register(fastifyStatic, {
    root,
    prefix,
    index: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders(response) {
      response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    },
  });
  fastify.get(`${prefix}checkpoint`, (request, reply) =>
    sendChanging(join(root, 'checkpoint'), 'text/plain; charset=utf-8', request, reply),
  );
  fastify.get<{ Params: { '*': string } }>(`${prefix}payload/*`, (request, reply) => {
    const name = request.params['*'];
    if (!payloadName.test(name)) throw notThere();
    return sendChanging(join(root, 'payload', name), 'application/jsonl', request, reply);
  });
}

/**
 * Sends a file that may be replaced at any moment: its length, tag and bytes come from one open handle. If it were opened by name each time, the
 * length could be that of the old file and the bytes those of the new one, cut off at that length.
 */
async function sendChanging(path: string, type: string, request: FastifyRequest, reply: FastifyReply) {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? notThere() : error;
  });
  try {
    const { size, ino, mtimeNs } = await file.stat({ bigint: true });
    const tag = `"${[ino, size, mtimeNs].map((part) => part.toString(36)).join('-')}"`;
    void reply.header('content-type', type).header('cache-control', 'public, max-age=5').header('etag', tag);
    if (!isKnown(request.headers['if-none-match'], tag))
      return reply.header('content-length', Number(size)).send(file.createReadStream());
    await file.close();
    return reply.status(304).send();
  } catch (error) {
    await file.close();
    throw error;
  }
}

function notThere(): Refusal {
  return new Refusal('NOT_FOUND', 'The log has no such file.');
}
