import { hash } from 'node:crypto';
import { canonicalize } from 'json-canonicalize';
import { LogError } from './log-error.js';
import { openNote, type SignerKey, signNote } from './note.js';
import type { Keys } from './receipt.js';
import { type ProvedEvent, streamsForm, type VerifiedStreams, verifyStreams, type WholeStreams } from './streams.js';

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
export type Statement = { note: string; duty: object; events: ProvedEvent[] };

/** What a verified statement holds. */
export type VerifiedStatement = DutyClaim & VerifiedStreams;

const header = 'vitrine/statement/v1';

/**
 * States what a duty comes to: with all events of these streams up to a checkpoint, and the heads of the streams, signed by the key of the log. The tree
 * proves that the events are in the log; that there are no later ones in a stream, and what follows from them, is the word of the city.
 */
export function makeStatement(
  { lines, events }: WholeStreams,
  signers: SignerKey[],
  claim: DutyClaim,
  duty: object,
): Statement {
  const text = [
    header,
    ...lines,
    `duty ${claim.duty} ${claim.version} ${hashOf(duty)}`,
    `on ${claim.on}`,
    `status ${claim.status}`,
    `since ${claim.since}`,
    `days ${claim.days}`,
  ];
  return { note: signNote(`${text.join('\n')}\n`, signers).toString(), duty, events };
}

const form = new RegExp(
  `^${header}\\n${streamsForm}${String.raw`duty (?<duty>\S+) (?<version>\d+) (?<hash>[0-9a-f]{64})\non (?<on>[\d-]{10})\nstatus (?<status>[a-z-]+)\nsince (?<since>[\d-]{10})\ndays (?<days>\d+)\n$`}`,
);

/** Verifies a statement offline with the key of the log: the signature, the entry of the duty, every event, and that each stream is whole. Throws a LogError. */
export function verifyStatement({ note, duty, events }: Statement, keys: Keys): VerifiedStatement {
  const said = openText(note, form, keys, 'This is not a statement about a duty.');
  if (hashOf(duty) !== said['hash'])
    throw new LogError('STATEMENT_INVALID', 'The entry of the duty is not the one that was signed.');
  const { duty: id, version, on, status, since, days } = said as { [name: string]: string };
  return {
    duty: id!,
    version: Number(version),
    on: on!,
    status: status!,
    since: since!,
    days: Number(days),
    ...verifyStreams(said, events, keys),
  };
}

/** The parts of a signed text of a certain form. Throws what openNote does, and STATEMENT_MALFORMED. */
export function openText(note: string, textForm: RegExp, keys: Keys, otherwise: string) {
  const { note: opened } = openNote(Buffer.from(note), [keys].flat());
  const said = textForm.exec(opened.text)?.groups;
  if (!said) throw new LogError('STATEMENT_MALFORMED', otherwise);
  return said;
}

/** SHA-256 (hex) of a value's RFC 8785 form. */
export const hashOf = (value: object): string => hash('sha256', canonicalize(value), 'hex');
