import { commitment, type Envelope } from '#event-store';
import { parsePayloadLines } from './payloads.js';
import { tileWidth } from './tiles.js';

/** A payload part of the entry at `index` that entry `by` says was erased. */
export type Erased = { index: number; part: string; by: number };

/** Checks that every payload part fits its commitment, and that every missing one was erased by a later event. Entries must come in order. */
export class PayloadCheck {
  held = 0;
  readonly erased: Erased[] = [];
  /** Missing parts, by event id and part: their entry, and what an erasure of them must name. */
  #missing = new Map<string, { index: number; stream: string; commitment: string }>();

  constructor(private readonly fault: (where: string, what: string) => void) {}

  /** Checks the payload lines of the entries from `start` on. `size`: of the log; lines of later entries of the same bundle may be there already. */
  check(start: number, envelopes: (Envelope | undefined)[], lines: Buffer, path: string, size: number): void {
    const found = new Map<string, { salt: Buffer; body: string }>();
    const end = start + Math.max(envelopes.length, tileWidth);
    for (const line of parsePayloadLines(lines)) {
      const key = line && `${line.index} ${line.part}`;
      if (!key || found.has(key)) this.fault(path, 'A line cannot be read or stands twice.');
      else if (line.index < start || line.index >= end) this.fault(path, `A payload is of another bundle (${key}).`);
      else if (line.index < size) found.set(key, line);
    }
    for (const [i, envelope] of envelopes.entries()) {
      if (!envelope) continue;
      for (const { role, commitment: promised } of envelope.parts) {
        const key = `${start + i} ${role}`;
        const part = found.get(key);
        found.delete(key);
        if (!part)
          this.#missing.set(`${envelope.id} ${role}`, {
            index: start + i,
            stream: streamOf(envelope),
            commitment: promised,
          });
        else if (commitment({ part: role, ...part }) !== promised)
          this.fault(`entry ${start + i}`, `Its payload (${role}) is not the one to which the entry commits.`);
        else {
          this.held++;
          if (envelope.type === 'PayloadErased') this.#noteErasure(start + i, envelope, part.body);
        }
      }
    }
    for (const key of found.keys()) this.fault(path, `A payload belongs to no entry (${key}).`);
  }

  finish(): void {
    for (const [key, { index }] of this.#missing)
      this.fault(
        `entry ${index}`,
        `Its payload (${key.split(' ')[1]}) is missing, and no event says that it was erased.`,
      );
  }

  /** An erasure counts if it is on the same stream and names what is missing. */
  #noteErasure(by: number, envelope: Envelope, body: string): void {
    const { event, part, commitment: named } = JSON.parse(body) as { event: string; part: string; commitment: string };
    const missing = this.#missing.get(`${event} ${part}`);
    if (!missing || missing.stream !== streamOf(envelope) || missing.commitment !== named)
      return this.fault(
        `entry ${by}`,
        `It says that a payload (${part}) of ${event} was erased; it is still there, or never was.`,
      );
    this.#missing.delete(`${event} ${part}`);
    this.erased.push({ index: missing.index, part, by });
  }
}

const streamOf = ({ system, organisation }: Envelope) => system ?? organisation;
