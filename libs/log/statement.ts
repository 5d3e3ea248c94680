import { hash } from 'node:crypto';
import { join } from 'node:path';
import { canonicalize } from 'json-canonicalize';
import type { Envelope, StoredEvent } from '#event-store';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { readIfThere } from './files.js';
import { LogError } from './log-error.js';
import { openNote, parseNote, type SignerKey, signNote, type VerifierKey } from './note.js';
import { payloadLines } from './payloads.js';
import { receiptBy, verifyReceipt } from './receipt.js';

/** What a city states about a duty of a system on a day. `days`: for how many days it had been so, that day included. */
export type DutyClaim = {
  duty: string;
  version: number;
  on: string;
  status: string;
  since: string;
  days: number;
};

/**
 * A statement as JSON. `note`: what is signed (c2sp.org/signed-note); `duty`: the entry that was judged by; `events`: the receipt of each event of the
 * streams, in their order, and the lines of its payload.
 */
export type Statement = { note: string; duty: object; events: { receipt: string; payload: string }[] };

/** What a verified statement holds. */
export type VerifiedStatement = DutyClaim & { checkpoint: Checkpoint; streams: { name: string; events: number }[] };

const header = 'vitrine/statement/v1';

/** The published checkpoint of the log in a folder, if there is one. */
export const readSignedCheckpoint = (folder: string) => readIfThere(join(folder, 'checkpoint'));

/**
 * States what a duty comes to: with all events of these streams up to a checkpoint, and the heads of the streams, signed by the key of the log. The tree
 * proves that the events are in the log; that there are no later ones in a stream, and what follows from them, is the word of the city.
 */
export async function makeStatement(
  folder: string,
  signers: SignerKey[],
  checkpoint: Buffer,
  claim: DutyClaim,
  duty: object,
  streams: readonly StoredEvent[][],
): Promise<Statement> {
  const { origin, size, root } = parseCheckpoint(parseNote(checkpoint).text);
  const heads = streams.map((events) => {
    const last = events.at(-1)!;
    return `stream ${last.stream} ${events.length} ${hash('sha256', last.leaf, 'hex')}`;
  });
  const text = [
    header,
    `log ${origin}`,
    `size ${size}`,
    `root ${root.toString('base64')}`,
    ...heads,
    `duty ${claim.duty} ${claim.version} ${hash('sha256', canonicalize(duty), 'hex')}`,
    `on ${claim.on}`,
    `status ${claim.status}`,
    `since ${claim.since}`,
    `days ${claim.days}`,
  ];
  const events: Statement['events'] = [];
  for (const event of streams.flat()) {
    const receipt = (await receiptBy(folder, checkpoint, event.position))!;
    events.push({ receipt: receipt.toString(), payload: payloadLines([event]).toString() });
  }
  return { note: signNote(`${text.join('\n')}\n`, signers).toString(), duty, events };
}

const form =
  /^vitrine\/statement\/v1\nlog (?<log>\S+)\nsize (?<size>\d+)\nroot (?<root>\S+)\n(?<streams>(?:stream \S+ \d+ [0-9a-f]{64}\n)+)duty (?<duty>\S+) (?<version>\d+) (?<hash>[0-9a-f]{64})\non (?<on>[\d-]{10})\nstatus (?<status>[a-z-]+)\nsince (?<since>[\d-]{10})\ndays (?<days>\d+)\n$/;

/** Verifies a statement offline with the key of the log: the signature, the entry of the duty, every event, and that each stream is whole. Throws a LogError. */
export function verifyStatement({ note, duty, events }: Statement, key: VerifierKey): VerifiedStatement {
  const { note: opened } = openNote(Buffer.from(note), [key]);
  const said = form.exec(opened.text)?.groups;
  if (!said) throw new LogError('STATEMENT_MALFORMED', 'This is not a statement about a duty.');
  if (hash('sha256', canonicalize(duty), 'hex') !== said['hash'])
    throw new LogError('STATEMENT_INVALID', 'The entry of the duty is not the one that was signed.');
  const receipts = events.map(({ receipt, payload }) => verifyReceipt(Buffer.from(receipt), key, Buffer.from(payload)));
  const leaves = events.map(({ receipt }) => leafOf(receipt));
  let at = 0;
  const streams = said['streams']!.trim()
    .split('\n')
    .map((line) => {
      const [, name, count, head] = line.split(' ') as [string, string, string, string];
      for (let version = 0; version < Number(count); version++, at++) {
        const envelope: Partial<Envelope> = receipts[at]?.envelope ?? {};
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
  const { checkpoint } = receipts[0] ?? {};
  const isOne = receipts.every(
    ({ checkpoint: { size, root } }) => String(size) === said['size'] && root.toString('base64') === said['root'],
  );
  if (!checkpoint || at !== events.length || !isOne || checkpoint.origin !== said['log'])
    throw new LogError(
      'STATEMENT_INVALID',
      'The events are proved by another state of the log than the one that was signed.',
    );
  const { duty: id, on, status, since } = said as { [name: string]: string };
  return {
    duty: id!,
    version: Number(said['version']),
    on: on!,
    status: status!,
    since: since!,
    days: Number(said['days']),
    checkpoint,
    streams,
  };
}

/** The entry that a receipt carries. */
const leafOf = (receipt: string): Buffer => Buffer.from(/^extra (\S+)$/m.exec(receipt)?.[1] ?? '', 'base64');
