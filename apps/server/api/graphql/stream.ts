import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  parse,
} from 'graphql';
import type { RequestParams, Response } from 'graphql-sse';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import { type EventType, Refusal, settleText } from '#domain';
import { clientOf } from '../../http/client.js';
import { publicHeaders } from '../../http/headers.js';
import type { Register } from '../../register/register.js';
import type { Batches } from './batches.js';
import { type Context, createContext, toEvent } from './context.js';
import { limits, refuseTooLarge } from './limits.js';
import { toPublicError } from './public-error.js';
import { badRequest, findOperation, refuseInvalid } from './read-document.js';
import { SingleConnections, tokenOf } from './single-connections.js';

const mostStreams = 500;
const mostOfOneAddress = 20;
/** The poll interval of an idle stream. Normally it is notified of new events. */
const pollMilliseconds = 15_000;

type Wanted = { afterPosition?: number | null; types?: EventType[] | null; about?: string[] | null };

/** New events, preceded by those after a position: a client that was cut off continues after the last event it received. */
export function subscriptionResolvers(register: Register) {
  return {
    Subscription: {
      events: {
        // What this throws is told under `errors`; what the generator would throw ends the whole connection.
        async subscribe(_: unknown, { afterPosition, types, ...wanted }: Wanted, { signal }: Context) {
          const about = wanted.about?.map(settleText);
          const head = await register.store.head();
          const after = afterPosition ?? head;
          refuseUnreadable(after, head, about);
          return select(register, { after, types, about, signal });
        },
      },
    },
  };
}

/** Throws INVALID_PARAMETER. */
function refuseUnreadable(after: number, head: number, about: string[] | undefined): void {
  if (after < -1 || after > head)
    throw new Refusal(
      'INVALID_PARAMETER',
      `"afterPosition" must be from -1 to ${head}, the last position of the log.`,
      { path: 'afterPosition' },
    );
  const strange = about?.find((urn) => !/^urn:vitrine:(org|sys):/.test(urn));
  if (strange !== undefined)
    throw new Refusal('INVALID_PARAMETER', `"${strange.slice(0, 60)}" is not the URN of an organisation or a system.`, {
      path: 'about',
    });
}

type Selection = {
  after: number;
  types: EventType[] | null | undefined;
  about: string[] | undefined;
  signal: AbortSignal | undefined;
};

async function* select(register: Register, { after, types, about, signal }: Selection) {
  const pages = register.store.subscribe({ after, limit: 100, pollMilliseconds, ...(signal && { signal }) });
  for await (const page of pages)
    for (const event of page) {
      const { type, organisation, system } = event.envelope;
      if (types && !types.includes(type as EventType)) continue;
      if (about && !about.includes(organisation) && !about.includes(system ?? '')) continue;
      await register.projected.waitUntil(event.position);
      yield { events: toEvent(event) };
    }
}

/**
 * Subscriptions over server-sent events, by the GraphQL over SSE protocol: /graphql/stream, a connection for each (GET or POST) or one for many
 * (single-connections.ts). Only subscriptions; queries go to /graphql.
 */
export function serveStreams(
  fastify: FastifyInstance,
  register: Register,
  batches: Batches,
  schema: () => GraphQLSchema,
): void {
  const open = new Map<FastifyReply, AbortController>();
  /** With a token, a handler of that connection alone: it ends with the connection, so none is left over. */
  const handlerFor = (token?: string) =>
    createHandler<Context>({
      authenticate: () => token,
      onSubscribe: (request, params) => prepare(schema(), request.raw, params),
      onNext: async (_context, request, result) => {
        await connections.untilOpen(request.raw);
        await untilRead(connections.streamOf(request.raw) ?? request.context.reply);
        return toPublicResult(result as ExecutionResult);
      },
      onComplete: (_context, request) => {
        if (token) connections.ended(request.raw);
      },
    });
  const handler = handlerFor();
  const connections = new SingleConnections(handlerFor);

  function prepare(
    current: GraphQLSchema,
    request: FastifyRequest,
    { query, operationName, variables }: RequestParams,
  ) {
    try {
      const document = readDocument(current, query);
      const operation = findOperation(document, operationName);
      if (operation.operation !== 'subscription')
        throw new GraphQLError(
          'Only subscriptions are answered here; queries go to /graphql.',
          badRequest(ApolloServerErrorCode.BAD_REQUEST),
        );
      refuseTooLarge(current, document, operation, variables ?? {});
      const signal = connections.begun(request) ?? [...open].find(([reply]) => reply.request === request)?.[1].signal;
      const contextValue: Context = { ...createContext(register, batches, request), signal };
      const args: ExecutionArgs & { contextValue: Context } = { schema: current, document, contextValue };
      return { ...args, operationName: operationName || null, variableValues: variables ?? null };
    } catch (error) {
      return refuse(error);
    }
  }

  fastify.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/graphql/stream',
    handler: async (request, reply) => {
      if (request.method === 'HEAD') return reply.header('content-type', 'text/event-stream; charset=utf-8').send();
      // The handler below would wait for a body that has already been read.
      if (request.method === 'POST' && !isRequest(request.body))
        throw new Refusal('INVALID_PARAMETER', 'The body is a GraphQL request: {"query": "subscription { ... }"}.');
      // The adapter of the protocol's handler takes a header that is missing for a type that it does not offer.
      request.headers.accept ??= '*/*';
      // From here on the response bypasses the framework.
      const bypass = () => {
        for (const [name, value] of Object.entries(publicHeaders(request.url))) reply.raw.setHeader(name, value);
      };
      if (request.method === 'PUT') {
        bypass();
        await connections.reserve(request, reply);
        return reply;
      }
      const own = tokenOf(request) === undefined ? undefined : connections.of(request);
      if (request.method === 'DELETE' && !own)
        throw new Refusal(
          'INVALID_PARAMETER',
          'Name the connection (X-GraphQL-Event-Stream-Token) and the operation (operationId).',
        );
      if (own && !isStream(request)) {
        bypass();
        await connections.handle(request, reply);
        return reply;
      }
      const client = clientOf(request);
      const ofAddress = [...open.keys()].filter((other) => clientOf(other.request) === client).length;
      if (ofAddress >= mostOfOneAddress)
        throw new Refusal(
          'TOO_MANY_REQUESTS',
          `At most ${mostOfOneAddress} streams from one address. Close some, or read /v1/events and the feeds.`,
        );
      if (reply.raw.destroyed) return reply;
      if (open.size >= mostStreams) findMostSelfish([...open.keys()]).raw.destroy();
      const ending = new AbortController();
      open.set(reply, ending);
      reply.raw.once('close', () => {
        ending.abort();
        open.delete(reply);
      });
      bypass();
      if (own) connections.opened(request, reply);
      try {
        await (own?.handler ?? handler)(request, reply);
      } catch (error) {
        if (!reply.raw.headersSent) throw error;
        // The reader disconnected in the middle of the response.
        reply.raw.destroy();
      }
      return reply;
    },
  });
  // A stream does not end by itself.
  fastify.addHook('preClose', async () => {
    connections.close();
    for (const [reply, ending] of open) {
      ending.abort();
      reply.raw.end();
    }
  });
}

const isStream = ({ headers }: FastifyRequest) => headers.accept === 'text/event-stream';

/** The oldest stream of the address that has the most. A client that is cut off can reconnect and continue where it was. */
function findMostSelfish(streams: FastifyReply[]): FastifyReply {
  const counts = new Map<string, number>();
  for (const { request } of streams) counts.set(clientOf(request), (counts.get(clientOf(request)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return streams.find(({ request }) => counts.get(clientOf(request)) === most)!;
}

/** Whether a body has the fields of a GraphQL request in their types (GraphQL over HTTP, 5.4); other errors are reported later. */
function isRequest(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  const isMap = (value: unknown) =>
    value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
  const isName = operationName === undefined || operationName === null || typeof operationName === 'string';
  return typeof query === 'string' && isName && isMap(variables) && isMap(extensions);
}

const lookMilliseconds = 10;

/**
 * Waits until the last event has been sent to the reader, so that nothing piles up for a slow one. The handler's own queue has no limit, and no
 * event of Node says that a buffer which is not full has been emptied.
 */
async function untilRead({ raw }: FastifyReply): Promise<void> {
  while (raw.writableLength > 0 && !raw.destroyed) await sleep(lookMilliseconds);
}

/** The response to a subscription that is refused before any of it is executed. */
function refuse(error: unknown): Response {
  const given =
    error instanceof GraphQLError
      ? error
      : new GraphQLError((error as Error).message, { originalError: error as Error });
  const body = JSON.stringify({ errors: [toPublicError(given.toJSON(), given)] });
  return [
    body,
    { status: 400, statusText: 'Bad Request', headers: { 'content-type': 'application/json; charset=utf-8' } },
  ];
}

/** Parses and validates a document. Throws a GraphQLError. */
function readDocument(schema: GraphQLSchema, query: string): DocumentNode {
  try {
    const document = parse(query, { maxTokens: limits.tokens });
    refuseInvalid(schema, document);
    return document;
  } catch (error) {
    if (error instanceof GraphQLError && error.originalError instanceof Refusal) throw error;
    throw new GraphQLError((error as Error).message, badRequest(ApolloServerErrorCode.BAD_REQUEST));
  }
}

function toPublicResult(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  return {
    ...result,
    errors: result.errors.map((error) => toPublicError(error.toJSON(), error)) as unknown as GraphQLError[],
  };
}
