import type { Envelope } from './envelope.js';
import type { KnownEvent, Storage } from './port.js';

/**
 * Acknowledged events that the database no longer holds, as far as this process remembers, in log order. `isAll` false: older ones may be
 * missing too.
 */
export type Loss = { noticedAt: string; events: KnownEvent[]; isAll: boolean };

const maxRemembered = 10_000;
const idBytes = 36;
const idsAtOnce = 1000;

/**
 * Remembers the newest events that this process acknowledged. Each write checks that the database still holds the last one, so that a
 * replaced database (a standby that lagged, an older copy) is noticed before anything else is acknowledged.
 */
export class Acknowledged {
  // A ring buffer of numbers and bytes: that many objects would slow down every garbage collection.
  #positions = new Float64Array(maxRemembered);
  #ids = Buffer.alloc(maxRemembered * idBytes);
  #count = 0;
  #last: KnownEvent | undefined;

  get last(): KnownEvent | undefined {
    return this.#last;
  }

  /** Remembers events for `findLoss`. Only `note` changes `last`: it is called once for many events that come together. */
  add(events: KnownEvent[]): void {
    for (const { position, id } of events) {
      const at = this.#count++ % maxRemembered;
      this.#positions[at] = position;
      this.#ids.write(id, at * idBytes, idBytes, 'latin1');
    }
  }

  /** Notes an event that is in the log for good. `last` is the newest one noted. */
  note({ position, id }: KnownEvent): void {
    if (position > (this.#last?.position ?? -1)) this.#last = { position, id };
  }

  /** Which remembered events the database lacks now. */
  async findLoss(storage: Storage): Promise<Loss> {
    const known = Array.from({ length: Math.min(this.#count, maxRemembered) }, (_, i) => ({
      position: this.#positions[i]!,
      id: this.#ids.toString('latin1', i * idBytes, (i + 1) * idBytes),
    })).sort((a, b) => a.position - b.position);
    const events = await findMissing(storage, known);
    return { noticedAt: new Date().toISOString(), events, isAll: events.length < known.length };
  }
}

/** Which of these events are not at their positions in the store. */
export async function findMissing(storage: Storage, events: KnownEvent[]): Promise<KnownEvent[]> {
  const there = new Map<string, number>();
  for (let from = 0; from < events.length; from += idsAtOnce) {
    const ids = events.slice(from, from + idsAtOnce).map(({ id }) => id);
    for (const { position, leaf } of await storage.find(ids, null))
      there.set((JSON.parse(leaf) as Envelope).id, position);
  }
  return events.filter(({ id, position }) => there.get(id) !== position);
}
