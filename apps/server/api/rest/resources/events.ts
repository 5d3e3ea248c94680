import type { RecordedEvent } from '#event-store';
import { eventColumns, toLine } from '#exports';
import { wholeNumber } from '../../../http/parameters.js';
import { list } from '../operation.js';

/** The log in pages. The whole log is in the dumps, and in /v1/events as JSON Lines. */
export const events = list({
  id: 'listEvents',
  path: '/events',
  tag: 'events',
  summary: 'The log in order: every event as it was recorded, starting after a position (`after`).',
  parameters: {},
  name: 'events',
  schema: 'LoggedEvent',
  async read(register, _, { first, after }) {
    const from = wholeNumber('after', after, { min: -1, max: Number.MAX_SAFE_INTEGER, otherwise: -1 });
    const position = await register.projected.position();
    const found = await register.store.readAll(from, Math.max(Math.min(first + 1, position - from), 0));
    const items: RecordedEvent[] = found.slice(0, first);
    const next = found.length > first ? String(items.at(-1)!.position) : undefined;
    return { items, total: position + 1, next };
  },
  toJson: toLine,
  columns: eventColumns,
});
