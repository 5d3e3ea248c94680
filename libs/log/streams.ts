import { hash } from 'node:crypto';
import type { Envelope, StoredEvent } from '#event-store';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { LogError } from './log-error.js';
import { parseNote } from './note.js';
import { parsePayloadLines, payloadLines } from './payloads.js';
import { type Keys, type Receipt, receiptBy, verifyReceipt } from './receipt.js';

/** The receipt of an event and the lines of its payload. */
export type ProvedEvent = { receipt: string; payload: string };

/** Streams of a log, whole up to a size: `events`, in their order, and what is signed of them: that these are all. */
export type WholeStreams = { lines: string[]; events: ProvedEvent[] };

/** Proves the events of streams by a checkpoint, and words for signing that there are no others: log, size, root, and a line for each head. */
export async function proveStreams(
  folder: string,
  checkpoint: Buffer,
  streams: readonly StoredEvent[][],
): Promise<WholeStreams> {
  const { origin, size, root } = parseCheckpoint(parseNote(checkpoint).text);
  const heads = streams.map((events) => {
    const last = events.at(-1)!;
    return `stream ${last.stream} ${events.length} ${hash('sha256', last.leaf, 'hex')}`;
  });
  const events: ProvedEvent[] = [];
  for (const event of streams.flat()) {
    const receipt = (await receiptBy(folder, checkpoint, event.position))!;
    events.push({ receipt: receipt.toString(), payload: payloadLines([event]).toString() });
  }
  return { lines: [`log ${origin}`, `size ${size}`, `root ${root.toString('base64')}`, ...heads], events };
}

/** The form of those words. */
export const streamsForm = String.raw`log (?<log>\S+)\nsize (?<size>\d+)\nroot (?<root>\S+)\n(?<streams>(?:stream \S+ \d+ [0-9a-f]{64}\n)+)`;

/** Streams of which a verified text says that they are whole. `entries`: what each receipt proves, stream by stream. */
export type VerifiedStreams = {
  checkpoint: Checkpoint;
  streams: { name: string; events: number }[];
  entries: Receipt[];
};

/**
 * Verifies that the events are those of the streams that a signed text names (`said`: the groups of `streamsForm`): all of them, in their order, by the state
 * of the log that it names. Throws a LogError; `STATEMENT_INVALID` if they are others.
 */
export function verifyStreams(
  said: { [name: string]: string },
  events: readonly ProvedEvent[],
  keys: Keys,
): VerifiedStreams {
  const entries = events.map((event) => verifyEvent(event, keys));
  const leaves = events.map(({ receipt }) => leafOf(receipt));
  let at = 0;
  const streams = said['streams']!.trim()
    .split('\n')
    .map((line) => {
      const [, name, count, head] = line.split(' ') as [string, string, string, string];
      for (let version = 0; version < Number(count); version++, at++) {
        const envelope: Partial<Envelope> = entries[at]?.envelope ?? {};
        const before = version === 0 ? null : hash('sha256', leaves[at - 1]!, 'hex');
        if (
          (envelope.system ?? envelope.organisation) !== name ||
          envelope.streamVersion !== version ||
          envelope.previous !== before
        )
          throw new LogError('STATEMENT_INVALID', `Event ${version} of ${name} is missing, or is another one.`);
      }
      if (hash('sha256', leaves[at - 1] ?? '', 'hex') !== head)
        throw new LogError('STATEMENT_INVALID', `The last event of ${name} is not the one that was signed.`);
      return { name, events: Number(count) };
    });
  const { checkpoint } = entries[0] ?? {};
  const isOne = entries.every(
    ({ checkpoint: { size, root } }) => String(size) === said['size'] && root.toString('base64') === said['root'],
  );
  if (!checkpoint || at !== events.length || !isOne || checkpoint.origin !== said['log'])
    throw new LogError(
      'STATEMENT_INVALID',
      'The events are proved by another state of the log than the one that was signed.',
    );
  return { checkpoint, streams, entries };
}

/** Verifies an event: its content must be its own, every line of it. */
function verifyEvent({ receipt, payload }: ProvedEvent, keys: Keys): Receipt {
  if (typeof receipt !== 'string' || typeof payload !== 'string')
    throw new LogError('STATEMENT_MALFORMED', 'An event is not whole: it has a receipt and the lines of its payload.');
  const lines = Buffer.from(payload);
  const verified = verifyReceipt(Buffer.from(receipt), keys, lines);
  if ([...parsePayloadLines(lines)].length !== verified.payloads.length)
    throw new LogError(
      'STATEMENT_INVALID',
      `The content that is given with entry ${verified.index} is not all its own.`,
    );
  return verified;
}

/** The entry that a receipt carries. */
const leafOf = (receipt: string): Buffer => Buffer.from(/^extra (\S+)$/m.exec(receipt)?.[1] ?? '', 'base64');
