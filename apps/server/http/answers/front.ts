import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Register } from '../../register/register.js';
import { publicHeaders } from '../headers.js';
import { languageOf } from '../negotiation.js';
import { type Answer, AnswerCache, toAnswer } from './cache.js';
import { prepareAnswer } from './send.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the handler: the position for which the answer is true, and whether it stays true until the log grows. */
    answer?: { position: number; epoch: string; isStable: boolean };
  }
}

/** A request with a longer body is not looked up. */
const maxQuestionBytes = 64 * 1024;
/** While a batch is being committed the position is unknown. Requests wait this long for it. */
const maxWaitMilliseconds = 50;
/** The headers that are kept with an answer. */
const keptHeaders = ['content-type', 'content-disposition', 'link'];

/** A request that may be cached: its key, its body if that was read already, and what to call when it is answered. */
type Question = { key: string; body?: Buffer; settle?: () => void };

/**
 * A cache in front of the web framework: known answers are sent from memory before anything else is done. Of identical requests at the same time
 * the first is answered and the others get the same answer. If `remember` is false, nothing is cached.
 */
export class Front {
  #cache = new AnswerCache();
  #questions = new WeakMap<IncomingMessage, Question>();

  constructor(
    private readonly register: Register,
    private readonly remember: boolean,
    private readonly onRemembered: () => void,
  ) {
    register.projected.onLost(() => this.#cache.forget());
  }

  /** A server for Fastify that looks here first. */
  createServer(handler: RequestListener): Server {
    return createServer((request, response) => {
      // Apollo does not handle HEAD. The response knows already that it has no body.
      if (request.method === 'HEAD' && /^\/graphql(?:\?|$)/.test(request.url ?? '')) request.method = 'GET';
      if (isGet(request)) {
        // A page is the same, whatever a browser accepts.
        const accept = languageOf(request.url!) ? '' : (request.headers.accept ?? '');
        this.#answer({ key: `GET ${accept} ${request.url}` }, request, response, handler);
      } else if (isQuery(request)) {
        readQuestion(request, (body) => {
          const key = `POST ${request.headers.accept ?? ''} ${body.toString('latin1')}`;
          this.#answer({ key, body }, request, response, handler);
        });
      } else handler(request, response);
    });
  }

  /** The body of a request, if it was read here. */
  bodyOf(request: IncomingMessage): Buffer | undefined {
    return this.#questions.get(request)?.body;
  }

  /** Caches answers, and sends them as they would be sent from memory. */
  keepAnswers(fastify: FastifyInstance): void {
    fastify.addHook('onSend', async (request, reply, payload) => {
      const { answer } = request;
      const question = this.#questions.get(request.raw);
      const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
      if (!answer || !isText || reply.statusCode !== 200) {
        // There will be no answer to share with others.
        question?.settle?.();
        return payload;
      }
      const headers = Object.fromEntries(
        keptHeaders.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
      );
      const { epoch } = answer;
      const made = toAnswer({ ...headers, ...publicHeaders(request.url) }, answer.position, epoch, payload);
      if (question && this.remember && answer.isStable && epoch === this.register.projected.epoch())
        this.#cache.set(epoch, question.key, made);
      question?.settle?.();
      const { status, headers: own, bytes } = await prepareAnswer(request, made);
      // The length set so far is that of the uncompressed answer.
      void reply.removeHeader('content-length').status(status).headers(own);
      return bytes;
    });
  }

  #answer(question: Question, request: IncomingMessage, response: ServerResponse, handler: RequestListener): void {
    const known = this.#cache.get(this.register.projected.epoch(), question.key);
    if (known) return this.#send(known, request, response);
    this.#questions.set(request, question);
    if (this.remember) void this.#answerOnce(question, request, response, handler);
    else handler(request, response);
  }

  async #answerOnce(question: Question, request: IncomingMessage, response: ServerResponse, handler: RequestListener) {
    await this.register.projected.untilKnown(maxWaitMilliseconds);
    // If another process projects, nothing can be cached.
    const joined = this.register.projected.epoch() === undefined ? undefined : this.#cache.join(question.key);
    if (joined?.isFirst === false) {
      await joined.done;
      const known = this.#cache.get(this.register.projected.epoch(), question.key);
      if (known) return this.#send(known, request, response);
    }
    if (joined?.isFirst) {
      question.settle = joined.settle;
      response.once('close', joined.settle);
    }
    // A client that has disconnected needs no answer.
    if (response.destroyed || request.socket.destroyed) question.settle?.();
    else handler(request, response);
  }

  #send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
    this.onRemembered();
    const { headers: asked } = request;
    if (asked['if-none-match'] === undefined && asked['accept-encoding'] === undefined) {
      response.writeHead(200, answer.written);
      response.end(answer.bytes);
      return;
    }
    const prepared = prepareAnswer(request, answer);
    if (prepared instanceof Promise) prepared.then(write, () => response.destroy());
    else write(prepared);

    function write({ status, headers, bytes }: Awaited<typeof prepared>): void {
      response.writeHead(status, { ...headers, ...(status === 200 && { 'content-length': bytes.length }) });
      response.end(bytes);
    }
  }
}

/** Whether a GET may be cached: it is answered from the read models, and not with a stream that lasts as long as its reader takes. */
const isGet = ({ method, url = '' }: IncomingMessage) =>
  method === 'GET' && (/^\/(v1\/(?!events|webhooks)|feeds\/|graphql\?)/.test(url) || languageOf(url) !== undefined);

/** Whether a request is a GraphQL query without a key, in a body whose length is known. */
function isQuery({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    url === '/graphql' &&
    headers.authorization === undefined &&
    headers['content-encoding'] === undefined &&
    Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= maxQuestionBytes &&
    /^application\/json\b/i.test(headers['content-type'] ?? '')
  );
}

function readQuestion(request: IncomingMessage, done: (body: Buffer) => void): void {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => done(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)));
}
