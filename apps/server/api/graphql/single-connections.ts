import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { clientOf } from '../../http/client.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** One connection for many operations, which end with it (`ending`). `stream`: the open event stream, once there is one. */
type Connection = {
  handler: Handler;
  client: string;
  ending: AbortController;
  stream?: FastifyReply;
  operations: number;
};

const header = 'x-graphql-event-stream-token';
const mostReserved = 500;
const mostOfOneAddress = 20;
const mostOperations = 20;
/** How long a reserved connection waits for its event stream. */
const reservedMilliseconds = 30_000;

/** The token by which a request names its connection, in a header or, for EventSource, in the query. */
export function tokenOf({ headers, query }: FastifyRequest): string | undefined {
  const token = headers[header] ?? (query as { token?: unknown }).token;
  return typeof token === 'string' ? token : undefined;
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
    setMaxListeners(mostOperations, ending.signal);
    const connection: Connection = { handler: this.create(token), client, ending, operations: 0 };
    this.#all.set(token, connection);
    setTimeout(() => connection.stream ?? this.#end(token), reservedMilliseconds).unref();
    await connection.handler(request, reply);
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

  /** Keeps a connection while its event stream is open. */
  opened(request: FastifyRequest, stream: FastifyReply): void {
    const connection = this.of(request);
    const token = tokenOf(request)!;
    if (connection.stream) return;
    connection.stream = stream;
    stream.raw.once('close', () => this.#end(token));
  }

  /** Notes that an operation begins. Throws TOO_MANY_REQUESTS. */
  begun(request: FastifyRequest): void {
    const connection = this.of(request);
    if (connection.operations >= mostOperations)
      throw new Refusal(
        'TOO_MANY_REQUESTS',
        `At most ${mostOperations} operations on one connection. End some (DELETE).`,
      );
    connection.operations++;
  }

  ended(request: FastifyRequest): void {
    const connection = this.#all.get(tokenOf(request) ?? '');
    if (connection) connection.operations--;
  }

  /** The event stream to which what a request began is sent, and what ends it. */
  about(request: FastifyRequest): { stream?: FastifyReply | undefined; signal?: AbortSignal } {
    const connection = this.#all.get(tokenOf(request) ?? '');
    return connection ? { stream: connection.stream, signal: connection.ending.signal } : {};
  }

  /** Ends all connections. */
  close(): void {
    for (const token of this.#all.keys()) this.#end(token);
  }

  #end(token: string): void {
    this.#all.get(token)?.ending.abort();
    this.#all.delete(token);
  }
}
