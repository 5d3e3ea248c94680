import type { IncomingMessage } from 'node:http';
import { Refusal } from '#domain';

export const maxBodyBytes = 5 * 1024 * 1024;

/** The whole body of a request. Throws BODY_TOO_LARGE, before it is read if it says its length. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += (piece as Buffer).length;
    if (length > maxBodyBytes) throw tooLarge();
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}

const tooLarge = () => new Refusal('BODY_TOO_LARGE', 'The body is larger than 5 MiB. Send it in several parts.');
