import 'reflect-metadata';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseInPieces } from '#commands';
import { Refusal } from '#domain';
import { noThemes, type Themes } from '#exports';
import { Batches } from './api/graphql/batches.js';
import { serveExplorer } from './api/graphql/explorer.js';
import { serveStreams } from './api/graphql/stream.js';
import { AppModule } from './app.module.js';
import { Front } from './http/answers/front.js';
import { bodyLimit, maxBatchBytes, readBody } from './http/body.js';
import type { Proxies } from './http/client.js';
import { toRefusal } from './http/errors.js';
import { preflightHeaders, publicHeaders } from './http/headers.js';
import { limitExports } from './http/limit-exports.js';
import { createMetrics } from './http/metrics.js';
import { observe, requestId } from './http/observe.js';
import { refuseUnknownParameters } from './http/parameters.js';
import { ProblemFilter, sendProblem } from './http/problem.filter.js';
import { limitRate } from './http/rate-limit.js';
import { endStalled } from './http/stalled.js';
import { serveCatalogue } from './open-data/catalogue.js';
import { serveDumps } from './open-data/dump-files.js';
import { serveEventStream } from './open-data/ldes.js';
import { serveLinkedData } from './open-data/linked-data.js';
import { serveLogFiles } from './open-data/log-files.js';
import { serveWellKnown } from './open-data/well-known.js';
import { serveAbout } from './portal/about.js';
import { serveChanges } from './portal/changes.js';
import { serveComparison } from './portal/compare.js';
import { serveContracts } from './portal/contracts.js';
import { serveDuties } from './portal/duties.js';
import { serveEmbeds } from './portal/embed.js';
import { serveFigures } from './portal/figures.js';
import { serveHome } from './portal/home.js';
import { serveOrganisations } from './portal/organisations.js';
import { serveReports } from './portal/reports.js';
import { serveAssets } from './portal/serve-page.js';
import { serveSigns } from './portal/signs.js';
import { serveStatus } from './portal/status.js';
import { serveSuppliers } from './portal/suppliers.js';
import { serveSystemPages } from './portal/system-pages.js';
import { serveThemes } from './portal/themes.js';
import { serveVerifier } from './portal/verify.js';
import { serveWithheld } from './portal/withheld.js';
import type { Register } from './register/register.js';

export type ServerOptions = {
  /** Answer repeated requests from memory, as long as the log does not grow. */
  remember?: boolean;
  /** The occurrence from which on a GraphQL query is compiled; Infinity: never. */
  compileFrom?: number;
  /** Requests per minute from one address; 0: no limit. */
  requestsAMinute?: number;
  /** The proxies whose X-Forwarded-For is trusted. */
  proxies?: Proxies | undefined;
  /** The public address of the register; by default derived from its origin. */
  publicUrl?: string | undefined;
  /** The operator's e-mail address. */
  contact?: string | undefined;
  /** How the pages look. */
  themes?: Themes;
  /** Serve Prometheus metrics at /metrics. */
  metrics?: boolean;
  /** A reader who takes no byte for this long counts as gone. */
  stalledMilliseconds?: number;
};

/** Creates the web server of an open register. `listen` it, or hand its server to a test. Closing it leaves the register open. */
export async function createServer(
  register: Register,
  {
    remember = true,
    compileFrom = 2,
    requestsAMinute = 0,
    proxies,
    publicUrl,
    contact,
    themes = noThemes,
    metrics: measure = false,
    stalledMilliseconds = 30_000,
  }: ServerOptions = {},
): Promise<NestFastifyApplication> {
  const metrics = measure ? createMetrics(register) : undefined;
  const front = new Front(register, remember, () => metrics?.remembered.inc());
  const batches = new Batches();
  const adapter = new FastifyAdapter({
    serverFactory: (handler: RequestListener) => endStalled(inTime(front.createServer(handler)), stalledMilliseconds),
    // An address that cannot be parsed reaches no hook.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(
        reply.headers(publicHeaders(request.url)),
        new Refusal('INVALID_PARAMETER', `The address cannot be read: ${error.message.slice(0, 200)}`),
      ),
    genReqId: requestId(proxies !== undefined),
    bodyLimit: maxBatchBytes,
    trustProxy: proxies ?? false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
  });
  const published = { url: publicUrl ?? `https://${register.origin}`, contact, themes };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for(register, batches, compileFrom, published),
    adapter,
    {
      bodyParser: false,
      logger: ['error', 'warn'],
    },
  );
  const fastify = adapter.getInstance();
  fastify.decorate('themes', themes);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (request.headers['content-encoding'])
      throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, not compressed.');
    const known = front.bodyOf(request.raw);
    if (known) return parseInPieces(known);
    const most = await bodyLimit(register, request.routeOptions.url ?? '', request.headers.authorization);
    return parseInPieces(await readBody(payload, most));
  });
  if (requestsAMinute > 0) await fastify.register(rateLimit, limitRate(requestsAMinute, register));
  limitExports(fastify);
  observe(fastify, metrics);
  refuseUnknownParameters(fastify);
  front.keepAnswers(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return undefined;
    return reply.status(204).headers(preflightHeaders).send();
  });
  // Some clients name a type although they send no body.
  fastify.addHook('onRequest', async ({ method, headers }) => {
    const isEmpty = !headers['transfer-encoding'] && !Number(headers['content-length'] ?? 0);
    if (method === 'DELETE' && isEmpty) delete headers['content-type'];
  });
  fastify.addHook('onSend', async (request, reply) => {
    for (const [name, value] of Object.entries(publicHeaders(request.url)))
      if (!reply.hasHeader(name)) void reply.header(name, value);
  });
  // Routes outside Nest report errors as those of Nest do.
  await fastify.register(async (routes: FastifyInstance) => {
    routes.setErrorHandler((error, request, reply) =>
      sendProblem(reply, toRefusal(error, `${request.method} ${request.url}`, request.id)),
    );
    serveExplorer(fastify, routes);
    serveStreams(routes, register, batches, () => app.get(GraphQLSchemaHost).schema);
    serveAssets(routes, published);
    serveHome(routes, register, published);
    serveSystemPages(routes, register, published);
    serveComparison(routes, register, published);
    serveChanges(routes, register, published);
    serveDuties(routes, register, published);
    serveOrganisations(routes, register, published);
    serveSuppliers(routes, register, published);
    serveContracts(routes, register, published);
    serveThemes(routes, register, published);
    serveFigures(routes, register, published);
    serveVerifier(routes, register, published);
    serveSigns(routes, register, published);
    serveEmbeds(routes, register, published);
    serveReports(routes, register, published);
    serveAbout(routes, register, published);
    serveStatus(routes, register, published);
    serveWithheld(routes, register, published);
    serveLinkedData(routes, register, published);
    serveCatalogue(routes, register, published);
    serveEventStream(routes, register, published);
    serveWellKnown(routes, register, published);
    await serveDumps(routes, register, published);
    if (register.log) await serveLogFiles(routes, register.log.places.folder);
  });
  app.useGlobalFilters(new ProblemFilter());
  await app.init();
  await fastify.ready();
  return app;
}

/** Keeps idle connections a little longer than the proxies in front usually do, and limits the time that a request may take to arrive. */
function inTime(server: Server): Server {
  server.keepAliveTimeout = 72_000;
  server.requestTimeout = 60_000;
  return server;
}
