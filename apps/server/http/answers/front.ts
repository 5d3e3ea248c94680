import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Register } from '../../register/register.js';
import { publicHeaders } from '../headers.js';
import { type Answer, AnswerCache, toAnswer } from './cache.js';
import { prepareAnswer } from './send.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by who answers: for which position the answer is true, and whether it stays so until the log grows. */
    answer?: { position: number; epoch: string; isStable: boolean };
  }
}

/** A question longer than this is not looked up. */
const maxQuestionBytes = 64 * 1024;
/** While a batch is being committed nobody knows the position; so long it is waited for. */
const maxWaitMilliseconds = 50;
/** What of the headers belongs to an answer. */
const keptHeaders = ['content-type', 'content-disposition', 'link'];

/** What came of a question in front: its name, its body where that was read already, and what to call when it is answered. */
type Question = { key: string; body?: Buffer; settle?: () => void };

/**
 * What stands in front of the web framework: answers that are known are sent from memory before anything else is done; of
 * questions that several ask at once the first is answered and the others get the same. `remember` false: nothing is known, ever.
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

  /** For Fastify: a server that asks here first. */
  createServer(handler: RequestListener): Server {
    return createServer((request, response) => {
      // Apollo knows no HEAD. The response knows already that it has no body.
      if (request.method === 'HEAD' && /^\/graphql(?:\?|$)/.test(request.url ?? '')) request.method = 'GET';
      if (isGet(request)) {
        this.#answer({ key: `GET ${request.headers.accept ?? ''} ${request.url}` }, request, response, handler);
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

  /** Keeps what is answered, and sends it as it would be sent from memory. */
  keepAnswers(fastify: FastifyInstance): void {
    fastify.addHook('onSend', async (request, reply, payload) => {
      const { answer } = request;
      const question = this.#questions.get(request.raw);
      const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
      if (!answer || !isText || reply.statusCode !== 200) {
        // There will be no answer that others could have, too.
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
      // The length that is set is that of the answer uncompressed.
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
    // Where another process projects, nothing can be remembered.
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
    // Whoever has gone needs no answer.
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

/** What is an answer of the read models, and nothing that goes on for as long as its reader likes. */
const isGet = ({ method, url = '' }: IncomingMessage) =>
  method === 'GET' && /^\/(v1\/(?!events|webhooks)|feeds\/|graphql\?)/.test(url);

/** A query without a key, in a body of which the length is known. */
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
