import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { clientOf } from '../../http/client.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * One connection for many operations, which end with it (`ending`) or one by one (`operations`, by their ids). `stream`: the open event stream, once there is
 * one (`opened`). `refused`: how many operations were.
 */
type Connection = {
  handler: Handler;
  client: string;
  ending: AbortController;
  operations: Map<string, AbortController>;
  refused: number;
  stream?: FastifyReply;
  opened: Promise<void>;
  open(): void;
};

const header = 'x-graphql-event-stream-token';
const mostReserved = 500;
const mostOfOneAddress = 20;
const mostOperations = 20;
const longestId = 100;
/** The protocol's handler keeps the ids of refused operations for as long as the connection lasts. */
const mostRefused = 100;
/** How long a reserved connection waits for its event stream. */
const reservedMilliseconds = 30_000;

/** The token by which a request names its connection, in a header or, for EventSource, in the query. */
export function tokenOf({ headers, query }: FastifyRequest): string | undefined {
  const token = headers[header] ?? (query as { token?: unknown }).token;
  return typeof token === 'string' ? token : undefined;
}

/** The id of the operation that a request begins or ends. */
function operationOf({ body, query, method }: FastifyRequest): string {
  const { extensions } = (body ?? {}) as { extensions?: { operationId?: unknown } | null };
  const id = method === 'DELETE' ? (query as { operationId?: unknown }).operationId : extensions?.operationId;
  return String(id ?? '');
}

/**
 * The connections of the single connection mode of GraphQL over SSE: PUT reserves one and answers with its token, GET opens its event stream, POST
 * begins an operation, DELETE ends one. Browsers open only six connections to a host over HTTP/1.1. A connection that is not opened is forgotten.
 */
export class SingleConnections {
  readonly #all = new Map<string, Connection>();

  /** `create`: a protocol handler that knows one connection, by its token. */
  constructor(private readonly create: (token: string) => Handler) {}

  /** Reserves a connection. Throws TOO_MANY_REQUESTS. */
  async reserve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const client = clientOf(request);
    const own = [...this.#all.values()].filter((other) => other.client === client).length;
    if (own >= mostOfOneAddress || this.#all.size >= mostReserved)
      throw new Refusal(
        'TOO_MANY_REQUESTS',
        `At most ${mostOfOneAddress} connections from one address, and ${mostReserved} in all. Close some, or try again in a minute.`,
      );
    const token = randomUUID();
    const ending = new AbortController();
    setMaxListeners(2 * mostOperations, ending.signal);
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const handler = this.create(token);
    const connection: Connection = { handler, client, ending, operations: new Map(), refused: 0, opened, open };
    this.#all.set(token, connection);
    setTimeout(() => connection.stream ?? this.#end(token), reservedMilliseconds).unref();
    await handler(request, reply);
    if (reply.raw.statusCode !== 201) this.#end(token);
  }

  /** The connection of a request. Throws NOT_FOUND. */
  of(request: FastifyRequest): Connection {
    const found = this.#all.get(tokenOf(request) ?? '');
    if (!found)
      throw new Refusal(
        'NOT_FOUND',
        'There is no such connection, or it has been closed. Reserve another: PUT /graphql/stream.',
      );
    return found;
  }

  /** Begins or ends an operation. Throws NOT_FOUND, TOO_MANY_REQUESTS, INVALID_PARAMETER. */
  async handle(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const connection = this.of(request);
    const id = operationOf(request);
    if (id.length > longestId)
      throw new Refusal('INVALID_PARAMETER', `"operationId" takes at most ${longestId} characters.`);
    if (request.method === 'DELETE') {
      // A subscription that waits for the next event would not notice.
      connection.operations.get(id)?.abort();
      connection.operations.delete(id);
    } else if (connection.operations.size >= mostOperations)
      throw new Refusal(
        'TOO_MANY_REQUESTS',
        `At most ${mostOperations} operations on one connection. End some (DELETE).`,
      );
    await connection.handler(request, reply);
    if (reply.raw.statusCode >= 400 && ++connection.refused > mostRefused) this.#end(tokenOf(request)!);
  }

  /** Keeps a connection while its event stream is open. */
  opened(request: FastifyRequest, stream: FastifyReply): void {
    const connection = this.of(request);
    const token = tokenOf(request)!;
    if (connection.stream) return;
    connection.stream = stream;
    connection.open();
    stream.raw.once('close', () => this.#end(token));
  }

  /** Notes the operation that a request begins. Returns what ends it; undefined if the request names no connection. */
  begun(request: FastifyRequest): AbortSignal | undefined {
    const connection = this.#all.get(tokenOf(request) ?? '');
    if (!connection) return undefined;
    const own = new AbortController();
    connection.operations.set(operationOf(request), own);
    return AbortSignal.any([connection.ending.signal, own.signal]);
  }

  ended(request: FastifyRequest): void {
    this.#all.get(tokenOf(request) ?? '')?.operations.delete(operationOf(request));
  }

  /** Waits until the event stream is open to which what a request began is sent, if that is one of many. */
  async untilOpen(request: FastifyRequest): Promise<void> {
    await this.#all.get(tokenOf(request) ?? '')?.opened;
  }

  streamOf(request: FastifyRequest): FastifyReply | undefined {
    return this.#all.get(tokenOf(request) ?? '')?.stream;
  }

  /** Ends all connections. */
  close(): void {
    for (const token of this.#all.keys()) this.#end(token);
  }

  #end(token: string): void {
    const connection = this.#all.get(token);
    this.#all.delete(token);
    connection?.ending.abort();
    connection?.open();
    connection?.stream?.raw.end();
  }
}
