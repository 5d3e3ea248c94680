import type { FastifyInstance } from 'fastify';
import { Refusal } from '#domain';
import {
  type EventRow,
  eventPage,
  innerPage,
  irisOf,
  type Node,
  placeOf,
  rangeOf,
  rdfOf,
  readEventRows,
  rootPage,
} from '#exports';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';

const forGood = 'public, max-age=31536000, immutable';
const shortly = 'public, max-age=30';

/**
 * All events as a Linked Data Event Stream: /ldes/root.trig leads to pages of 256 events, /ldes/000.trig and on, numbered as the bundles of the
 * log. Full pages never change: they hold nothing that could be erased.
 */
export function serveEventStream(routes: FastifyInstance, register: Register, { url }: Published): void {
  const iris = irisOf(register.origin);
  routes.get<{ Params: { '*': string } }>('/ldes/*', async (request, reply) => {
    const path = request.params['*'];
    const size = (await register.projected.position()) + 1;
    const send = async (nodes: Node[], isFull: boolean) => {
      let text = '';
      for await (const piece of rdfOf('ttl', once(nodes))) text += piece;
      return reply
        .header('content-type', 'application/trig; charset=utf-8')
        .header('cache-control', isFull ? forGood : shortly)
        .send(text);
    };
    if (path === 'root.trig') return send(rootPage(register.origin, size), false);
    const place = placeOf(path);
    const { from, to } = place ? rangeOf(place) : { from: 0, to: 0 };
    // The page after the last full one exists before its first event does.
    if (!place || from > size || (from === size && size > 0 && place.level > 0))
      throw new Refusal('NOT_FOUND', `The stream has no page "${path.slice(0, 100)}". It begins at /ldes/root.trig`);
    if (place.level > 0) return send(innerPage(place, size), to <= size);
    const events = (await readEventRows(register.pool, from, Math.min(to, size))) as unknown as EventRow[];
    return send(eventPage(place, events, register.origin, url, iris), events.length === to - from);
  });
}

async function* once<T>(page: T): AsyncGenerator<T> {
  yield page;
}
