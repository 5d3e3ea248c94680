import { commitment, type Envelope } from '#event-store';
import { parsePayloadLines } from './payloads.js';

/** A payload part of the entry at `index` that entry `by` says was erased. */
export type Erased = { index: number; part: string; by: number };

/** Every payload part fits its commitment; one that is not there is erased by a later event. Entries come in order. */
export class PayloadCheck {
  held = 0;
  readonly erased: Erased[] = [];
  /** Parts that are not there: by event id and part, the entry. */
  #missing = new Map<string, number>();

  constructor(private readonly fault: (where: string, what: string) => void) {}

  /** Checks the lines of payloads of the entries from `start` on. `size`: of the log; lines of later entries may be there. */
  check(start: number, envelopes: (Envelope | undefined)[], lines: Buffer, path: string, size: number): void {
    const found = new Map<string, { salt: Buffer; body: string }>();
    for (const line of parsePayloadLines(lines)) {
      const key = line && `${line.index} ${line.part}`;
      if (!key || found.has(key)) this.fault(path, 'A line cannot be read or stands twice.');
      else if (line.index < size) found.set(key, line);
    }
    for (const [i, envelope] of envelopes.entries()) {
      if (!envelope) continue;
      for (const { role, commitment: promised } of envelope.parts) {
        const key = `${start + i} ${role}`;
        const part = found.get(key);
        found.delete(key);
        if (!part) this.#missing.set(`${envelope.id} ${role}`, start + i);
        else if (commitment({ part: role, ...part }) !== promised)
          this.fault(`entry ${start + i}`, `Its payload (${role}) is not the one to which the entry commits.`);
        else {
          this.held++;
          if (envelope.type === 'PayloadErased') this.#noteErasure(start + i, part.body);
        }
      }
    }
    for (const key of found.keys()) this.fault(path, `A payload belongs to no entry (${key}).`);
  }

  finish(): void {
    for (const [key, index] of this.#missing)
      this.fault(
        `entry ${index}`,
        `Its payload (${key.split(' ')[1]}) is missing, and no event says that it was erased.`,
      );
  }

  #noteErasure(by: number, body: string): void {
    const { event, part } = JSON.parse(body) as { event: string; part: string };
    const index = this.#missing.get(`${event} ${part}`);
    if (index === undefined)
      return this.fault(
        `entry ${by}`,
        `It says that a payload (${part}) of ${event} was erased; it is still there, or never was.`,
      );
    this.#missing.delete(`${event} ${part}`);
    this.erased.push({ index, part, by });
  }
}
