import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { epochOf, type Register } from './register.js';

/** For which position of the log and which day (UTC: some answers are about today) an answer is true. */
export type Epoch = string;

/** An answer as bytes, with what a client is told of it. */
export type Answer = {
  headers: Record<string, string>;
  position: number;
  tag: string;
  bytes: Buffer;
  encoded: Map<string, Buffer>;
};
/** What of the headers belongs to the answer. */
const keptHeaders = ['content-type', 'content-disposition', 'link'];

const maxBytes = 32 * 1024 * 1024;
const maxAnswerBytes = 2 * 1024 * 1024;
const smallestCompressed = 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by who answers: for which position the answer is true, and whether it stays so until the log grows. */
    answer?: { position: number; isStable: boolean };
    answerKey?: string;
    remembered?: Answer;
  }
}

const maxTries = 3;

/** What is remembered: what was asked of GraphQL without a key, and what was got from the REST resources and the feeds. */
const isCached = ({ url, method, headers }: FastifyRequest) =>
  url.startsWith('/graphql') ? headers.authorization === undefined : method === 'GET' && /^\/(v1|feeds)\//.test(url);

/**
 * Answers from memory, before anything is parsed. `find` looks up a body that
 * was sent, `serve` puts the hooks in place.
 */
export function rememberAnswers(register: Register, remember: boolean) {
  const cache = new AnswerCache();
  const find = (request: FastifyRequest, question: Buffer | string): boolean => {
    if (!isCached(request)) return false;
    const asked = typeof question === 'string' ? question : question.toString('latin1');
    request.answerKey = `${request.method} ${request.headers.accept ?? ''} ${asked}`;
    const answer = cache.get(register.epoch(), request.answerKey);
    if (answer) request.remembered = answer;
    return answer !== undefined;
  };
  return {
    find,
    serve(fastify: FastifyInstance): void {
      fastify.addHook('onRequest', async (request) => {
        if (request.method === 'GET') find(request, request.url);
      });
      fastify.addHook('preHandler', async (request, reply) => {
        if (!request.remembered) return undefined;
        return reply.send(await prepareAnswer(request, reply, request.remembered));
      });
      fastify.addHook('onSend', async (request, reply, payload) => {
        const { answer, answerKey } = request;
        if (!answer || !answerKey || reply.statusCode !== 200) return payload;
        if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
        const headers = Object.fromEntries(
          keptHeaders.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
        );
        const epoch = epochOf(answer.position);
        const made = toAnswer(headers, answer.position, epoch, payload);
        if (remember && answer.isStable && epoch === register.epoch()) cache.set(epoch, answerKey, made);
        // The length that is set is that of the answer uncompressed.
        void reply.removeHeader('content-length');
        return prepareAnswer(request, reply, made);
      });
    },
  };
}

/**
 * Answers by request, for one epoch: an answer changes only when the log grows, so what was answered once is answered again
 * from memory. When the epoch changes all of it goes.
 */
export class AnswerCache {
  #epoch: Epoch = '';
  #answers = new Map<string, Answer>();
  #bytes = 0;

  get(epoch: Epoch | undefined, key: string): Answer | undefined {
    return epoch === this.#epoch ? this.#answers.get(key) : undefined;
  }

  set(epoch: Epoch, key: string, answer: Answer): void {
    if (epoch !== this.#epoch) this.#clear(epoch);
    const size = answer.bytes.length + key.length;
    if (answer.bytes.length > maxAnswerBytes || this.#answers.has(key)) return;
    if (this.#bytes + size > maxBytes) this.#clear(epoch);
    this.#answers.set(key, answer);
    this.#bytes += size;
  }

  #clear(epoch: Epoch): void {
    this.#epoch = epoch;
    this.#answers.clear();
    this.#bytes = 0;
  }
}

export function toAnswer(
  headers: Record<string, string>,
  position: number,
  epoch: Epoch,
  body: string | Buffer,
): Answer {
  const bytes = Buffer.from(body as string);
  return { headers, position, tag: tagOf(epoch, bytes), bytes, encoded: new Map() };
}

/** Weak: the same answer, in whatever encoding. The position stands in front, so that a client can read it off. */
function tagOf(epoch: Epoch, bytes: Buffer): string {
  return `W/"${epoch}-${createHash('sha1').update(bytes).digest('base64url').slice(0, 12)}"`;
}

/**
 * What to send of an answer: nothing (304) to who has it; otherwise its bytes, compressed if the client takes that and it pays.
 * Sets status and headers.
 */
export async function prepareAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<Buffer> {
  const { headers, position, tag, bytes } = answer;
  void reply.header('etag', tag).header('vitrine-log-position', position).header('cache-control', 'no-cache');
  void reply.header('vary', 'Accept, Accept-Encoding');
  if (matches(request.headers['if-none-match'], tag)) {
    void reply.status(304);
    return Buffer.alloc(0);
  }
  void reply.headers(headers);
  const encoding = encodingFor(request.headers['accept-encoding'], bytes.length);
  // A workbook is compressed already.
  if (!encoding || headers['content-type']?.startsWith('application/vnd.')) return bytes;
  void reply.header('content-encoding', encoding);
  return encode(answer, encoding);
}

function matches(given: string | undefined, tag: string): boolean {
  if (given === undefined) return false;
  return given.trim() === '*' || given.split(',').some((one) => one.trim().replace(/^W\//, '') === tag.slice(2));
}

function encodingFor(accepted: string | undefined, length: number): 'br' | 'gzip' | undefined {
  if (!accepted || length < smallestCompressed) return undefined;
  const taken = (name: string) =>
    new RegExp(`(^|,)\\s*${name}\\s*(;\\s*q=(?!0(\\.0*)?\\s*(,|$))[\\d.]+\\s*)?(,|$)`).test(accepted);
  return taken('br') ? 'br' : taken('gzip') ? 'gzip' : undefined;
}

const compressors = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }) as Promise<Buffer>,
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 6 }) as Promise<Buffer>,
};

/** Compressed once, whoever asks for it. */
async function encode(answer: Answer, encoding: keyof typeof compressors): Promise<Buffer> {
  const known = answer.encoded.get(encoding);
  if (known) return known;
  const encoded = await compressors[encoding](answer.bytes);
  answer.encoded.set(encoding, encoded);
  return encoded;
}

/**
 * Makes an answer and looks at the position of the read models before and after: one that was put together while the log grew
 * could be of two positions at once, and is made anew. `isStable`: it is of this one, and stays so until the log grows.
 */
export async function answerAtOnePosition<T>(
  register: Register,
  make: (position: number) => Promise<T> | T,
): Promise<{ result: T; position: number; isStable: boolean }> {
  for (let tries = 1; ; tries++) {
    const position = await register.position();
    const result = await make(position);
    const isStable = (await register.position()) === position;
    if (isStable || tries === maxTries) return { result, position, isStable };
  }
}
