import { payloadPath, tileWidth } from '#log';
import { fromCursor, toCursor } from '../../http/cursors.js';
import type { Register } from '../../register/register.js';
import { type PageArguments, pageSize, toConnection } from './connections.js';
import { type Context, toEvent } from './context.js';

/** A page of the log, up to the position of the read models: after a position, or after a cursor of the previous page. */
export async function readEventConnection(
  register: Register,
  { first, after, afterPosition }: PageArguments & { afterPosition: number },
) {
  const size = pageSize(first);
  const from = fromCursor<[number]>(after, 'number')?.[0] ?? Math.max(afterPosition, -1);
  const position = await register.projected.position();
  const events = (await register.store.readAll(from, size + 1)).filter((event) => event.position <= position);
  const page = events.slice(0, size).map(toEvent);
  return toConnection(page, events.length > size, (event) => toCursor(event.position), { totalCount: position + 1 });
}

type EventSource = ReturnType<typeof toEvent>;

export function eventResolvers({ log }: Register) {
  return {
    Event: {
      type: ({ envelope }: EventSource) => envelope.type,
      occurredAt: ({ envelope }: EventSource) => envelope.occurredAt,
      recordedAt: ({ envelope }: EventSource) => envelope.recordedAt,
      organisation: ({ envelope }: EventSource, _: unknown, context: Context) =>
        context.organisation(envelope.organisation),
      system: ({ envelope }: EventSource, _: unknown, context: Context) =>
        envelope.system === undefined ? null : context.system(envelope.system),
      erasures: ({ id, stream, erased }: EventSource, _: unknown, context: Context) =>
        context.erasuresOf(stream, id, erased),
      proof: ({ position }: EventSource) => {
        if (!log) return null;
        return {
          index: position,
          receipt: `/log/proof/${position}.tlog-proof`,
          checkpoint: '/log/checkpoint',
          payload: `/log/${payloadPath(Math.floor(position / tileWidth))}`,
        };
      },
    },
    TimelineEntry: {
      erasures: (
        { system, eventId, erased }: { system: string; eventId: string; erased: string[] },
        _: unknown,
        context: Context,
      ) => context.erasuresOf(system, eventId, erased),
    },
  };
}
