import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { isKnown } from '../entity-tags.js';
import type { Answer } from './cache.js';

const smallestCompressed = 1024;

type Request = { method?: string | undefined; headers: IncomingHttpHeaders };
type Prepared = { status: number; headers: Record<string, string>; bytes: Buffer };

/** What to send of an answer: nothing (304) if the client has it; otherwise its bytes, compressed if the client accepts that and it is worth it. */
export function prepareAnswer(request: Request, answer: Answer): Prepared | Promise<Prepared> {
  const { headers, tag, bytes } = answer;
  const { method, headers: asked } = request;
  if ((method === 'GET' || method === 'HEAD') && isKnown(asked['if-none-match'], tag))
    return { status: 304, headers, bytes: Buffer.alloc(0) };
  const encoding = encodingFor(asked['accept-encoding'], bytes.length);
  // Workbooks are compressed already.
  if (!encoding || headers['content-type']?.startsWith('application/vnd.')) return { status: 200, headers, bytes };
  const encoded = (compressed: Buffer) => ({
    status: 200,
    headers: { ...headers, 'content-encoding': encoding },
    bytes: compressed,
  });
  const known = answer.encoded.get(encoding);
  return known ? encoded(known) : encode(answer, encoding).then(encoded);
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

/** Compresses an answer once, for all who ask for it. */
async function encode(answer: Answer, encoding: keyof typeof compressors): Promise<Buffer> {
  const encoded = await compressors[encoding](answer.bytes);
  answer.encoded.set(encoding, encoded);
  return encoded;
}
