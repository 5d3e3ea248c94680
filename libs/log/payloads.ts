import type { StoredEvent } from '#event-store';
import { indexPath } from './tiles.js';

/** A line of a payload file: a part of the entry at `index`, with the salt (hex) of its commitment. Removed when it is erased. */
export type PayloadLine = { index: number; part: string; salt: string; payload: unknown };

/** The path of the payload file of bundle `index`. Not part of tlog-tiles: the file changes when a payload is erased. */
export function payloadPath(index: number): string {
  return `payload/${indexPath(index)}.jsonl`;
}

/** JSON Lines; each `payload` is in RFC 8785 form, as committed to. */
export function payloadLines(events: StoredEvent[]): Buffer {
  const lines = events.flatMap(({ position, payload }) =>
    payload.map(
      ({ part, salt, body }) =>
        `{"index":${position},"part":"${part}","salt":"${salt.toString('hex')}","payload":${body}}\n`,
    ),
  );
  return Buffer.from(lines.join(''));
}

const lineForm = /^\{"index":(0|[1-9]\d{0,15}),"part":"([a-z]+)","salt":"([0-9a-f]{64})","payload":(.*)\}$/s;

/** The lines of a payload file; undefined for a malformed one. `body`: the payload, byte for byte. */
export function* parsePayloadLines(
  file: Buffer,
): Generator<{ index: number; part: string; salt: Buffer; body: string } | undefined> {
  for (let from = 0; from < file.length; ) {
    const end = file.indexOf(10, from);
    const [, index, part, salt, body] = lineForm.exec(end < 0 ? '' : file.toString('utf8', from, end)) ?? [];
    yield body === undefined ? undefined : { index: Number(index), part: part!, salt: Buffer.from(salt!, 'hex'), body };
    if (end < 0) return;
    from = end + 1;
  }
}
