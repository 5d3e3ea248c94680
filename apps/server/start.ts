import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { join } from 'node:path';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { Front } from './answers/front.js';
import { AppModule } from './app.module.js';
import { toProblem, toRefusal } from './errors.js';
import { Batches } from './graphql/batches.js';
import { serveExplorer } from './graphql/explorer.js';
import { serveStreams } from './graphql/stream.js';
import { preflightHeaders, publicHeaders } from './headers.js';
import { createMetrics } from './metrics.js';
import { observe, requestId } from './observe.js';
import { parseJson } from './parse-json.js';
import { ProblemFilter } from './problem.filter.js';
import type { Register } from './register.js';
import { apiVersion } from './rest/openapi/version.js';

const maxBodyBytes = 5 * 1024 * 1024;

export type ServerOptions = {
  /** Answer again from memory what was answered before, as long as the log does not grow. */
  remember?: boolean;
  /** From which time on that a GraphQL query comes it is compiled; Infinity: never. */
  compileFrom?: number;
  /** Requests a minute from one address; 0: any number. */
  requestsAMinute?: number;
  /** Take the client's address from X-Forwarded-For: for a server behind a proxy of one's own. */
  behindProxy?: boolean;
  /** Where the register is on the web; by its origin without it. */
  publicUrl?: string | undefined;
  /** The operator's e-mail address. */
  contact?: string | undefined;
  /** Tell Prometheus how it goes, at /metrics. */
  metrics?: boolean;
};

/** Puts an open register on the web. `listen` it, or hand its server to a test. Closing it leaves the register open. */
export async function createServer(
  register: Register,
  {
    remember = true,
    compileFrom = 2,
    requestsAMinute = 0,
    behindProxy = false,
    publicUrl,
    contact,
    metrics: measure = false,
  }: ServerOptions = {},
): Promise<NestFastifyApplication> {
  const metrics = measure ? createMetrics(register) : undefined;
  const front = new Front(register, remember, () => metrics?.remembered.inc());
  const batches = new Batches();
  const adapter = new FastifyAdapter({
    serverFactory: (handler: RequestListener) => inTime(front.createServer(handler)),
    frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => {
      const problem = toProblem(
        new Refusal('INVALID_PARAMETER', `The address cannot be read: ${error.message.slice(0, 200)}`),
      );
      void reply
        .status(problem.status)
        .header('api-version', apiVersion)
        .header('content-type', 'application/problem+json; charset=utf-8')
        .send(JSON.stringify(problem));
    },
    genReqId: requestId(behindProxy),
    bodyLimit: maxBodyBytes,
    trustProxy: behindProxy,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for(register, batches, compileFrom, { url: publicUrl ?? `https://${register.origin}`, contact }),
    adapter,
    {
      bodyParser: false,
      logger: ['error', 'warn'],
    },
  );
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (request.headers['content-encoding'])
      throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, not compressed.');
    return parseJson(front.bodyOf(request.raw) ?? (await readBody(payload)));
  });
  if (requestsAMinute > 0) await fastify.register(rateLimit, limitRate(requestsAMinute, register));
  observe(fastify, metrics);
  front.keepAnswers(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return undefined;
    return reply.status(204).headers(preflightHeaders).send();
  });
  fastify.addHook('onSend', async (request, reply) => {
    for (const [name, value] of Object.entries(publicHeaders(request.url)))
      if (!reply.hasHeader(name)) void reply.header(name, value);
    if (request.url.startsWith('/log/') && reply.statusCode < 400) describeLogFile(request.url, reply);
  });
  // Routes past Nest say what is wrong as those of Nest do.
  await fastify.register(async (routes: FastifyInstance) => {
    routes.setErrorHandler((error, request, reply) => {
      const problem = toProblem(toRefusal(error, `${request.method} ${request.url}`, request.id));
      void reply.status(problem.status).header('content-type', 'application/problem+json; charset=utf-8');
      return reply.send(JSON.stringify(problem));
    });
    serveExplorer(fastify, routes);
    serveStreams(routes, register, batches, () => app.get(GraphQLSchemaHost).schema);
  });
  if (register.log) mkdirSync(register.log.places.folder, { recursive: true });
  if (register.log) await fastify.register(fastifyStatic, logFiles(register.log.places.folder));
  app.useGlobalFilters(new ProblemFilter());
  await app.init();
  await fastify.ready();
  return app;
}

/** Idle connections are kept a little longer than the proxies in front usually keep them; nobody may take for ever to send a request. */
function inTime(server: Server): Server {
  server.keepAliveTimeout = 72_000;
  server.requestTimeout = 60_000;
  return server;
}

async function readBody(payload: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = Number(payload.headers['content-length'] ?? 0);
  if (length <= maxBodyBytes) length = 0;
  for await (const piece of length > 0 ? [] : payload) {
    length += (piece as Buffer).length;
    if (length > maxBodyBytes) break;
    pieces.push(piece as Buffer);
  }
  if (length > maxBodyBytes)
    throw new Refusal('BODY_TOO_LARGE', 'The body is larger than 5 MiB. Send it in several parts.');
  return Buffer.concat(pieces);
}

/** Who comes with a key may send so much more: systems of the city report one by one. */
const withKey = 50;

/** The log's files, the dumps and the checks of whoever watches the server are not counted. */
function limitRate(max: number, register: Register) {
  // Whose key it is; the address of whoever has none that is valid.
  const keyHolder = async ({ headers }: FastifyRequest) => {
    if (headers.authorization === undefined) return undefined;
    const actor = await register.keys.authenticate(headers.authorization).catch(() => undefined);
    return actor && `key ${createHash('sha256').update(headers.authorization).digest('base64url')}`;
  };
  return {
    max: (_: FastifyRequest, holder: string) => (holder.startsWith('key ') ? withKey * max : max),
    keyGenerator: async (request: FastifyRequest) => (await keyHolder(request)) ?? request.ip,
    timeWindow: '1 minute',
    allowList: ({ url }: FastifyRequest) => /^\/(log|exports|healthz|readyz|metrics)\b/.test(url),
    errorResponseBuilder: (_: FastifyRequest, { after, max: most }: { after: string; max: number }) =>
      new Refusal(
        'TOO_MANY_REQUESTS',
        `At most ${most} requests a minute from one address. Wait ${after}; for everything at once take the dumps under /exports.`,
      ),
  };
}

/** The log as files (c2sp.org/tlog-tiles). Tiles, bundles and what says which key follows which never change; the checkpoint and the payloads do. */
function logFiles(root: string) {
  return {
    root,
    prefix: '/log/',
    index: false as const,
    decorateReply: false,
    cacheControl: false,
    setHeaders(response: { setHeader(name: string, value: string): unknown }, path: string) {
      const isForGood = ['tile', 'key'].some((name) => path.startsWith(join(root, name)));
      response.setHeader('cache-control', isForGood ? 'public, max-age=31536000, immutable' : 'public, max-age=5');
    },
  };
}

/** Files of the log have no endings that tell their kind. */
function describeLogFile(url: string, reply: FastifyReply): void {
  if (/^\/log\/(checkpoint|key\/)/.test(url)) void reply.header('content-type', 'text/plain; charset=utf-8');
  if (url.startsWith('/log/payload/')) void reply.header('content-type', 'application/jsonl');
}
