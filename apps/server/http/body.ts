import type { IncomingMessage } from 'node:http';
import { Refusal, refuseReader } from '#domain';
import type { Register } from '../register/register.js';

const kibibyte = 1024;
/** The limit for a key that may send many large commands at once. */
export const maxBatchBytes = 5 * 1024 * kibibyte;
const maxBytes = 64 * kibibyte;
export const maxQueryBytes = 100 * kibibyte;

/**
 * The maximum size of the body of a request to `route`, in bytes. Called before any of it is read: throws a Refusal if the client may not write
 * there.
 */
export async function bodyLimit(register: Register, route: string, authorization?: string): Promise<number> {
  if (route === '/graphql' || route === '/graphql/stream') return maxQueryBytes;
  if (!/^\/v1\/(events|webhooks|reports)\b/.test(route)) return maxBytes;
  const actor = await register.keys.authenticate(authorization);
  refuseReader(actor);
  // An integrator is a machine of the city that reports one act, or a few.
  return route === '/v1/events' && actor.role !== 'integrator' ? maxBatchBytes : maxBytes;
}

/** The whole body of a request. Throws BODY_TOO_LARGE, before reading if the length is declared. */
export async function readBody(request: IncomingMessage, most = maxBytes): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge(most);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += (piece as Buffer).length;
    if (length > most) throw tooLarge(most);
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}

const tooLarge = (most: number) =>
  new Refusal('BODY_TOO_LARGE', `A body may have at most ${most / kibibyte} KiB here. Send it in several parts.`);
