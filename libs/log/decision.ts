import { LogError } from './log-error.js';
import { type SignerKey, signNote } from './note.js';
import type { Keys } from './receipt.js';
import { type DutyClaim, hashOf, openText } from './statement.js';
import { type ProvedEvent, streamsForm, type VerifiedStreams, verifyStreams, type WholeStreams } from './streams.js';

/** A duty as it was judged on the day, and the entry that it was judged by. */
export type JudgedDuty = { claim: Omit<DutyClaim, 'on'>; entry: object };

/**
 * A decision receipt as JSON: how a system stood on the day of a decision. `note`: what is signed (c2sp.org/signed-note); `record`: the system's record as of
 * that day; `duties`: the entries that its duties were judged by; `events`: see Statement.
 */
export type Decision = { note: string; record: { id: string }; duties: object[]; events: ProvedEvent[] };

/** What a verified decision receipt holds. */
export type VerifiedDecision = VerifiedStreams & {
  system: string;
  on: string;
  record: Decision['record'];
  duties: Omit<DutyClaim, 'on'>[];
};

const header = 'vitrine/decision/v1';

/**
 * Makes a decision receipt: all events of a system and of its organisation up to a checkpoint, and, signed by the key of the log, that there are no others and
 * what follows from them for a day: the record and the duties.
 */
export function makeDecision(
  { lines, events }: WholeStreams,
  signers: SignerKey[],
  on: string,
  record: Decision['record'],
  duties: readonly JudgedDuty[],
): Decision {
  const text = [
    header,
    ...lines,
    `system ${record.id}`,
    `on ${on}`,
    `record ${hashOf(record)}`,
    ...duties.map(
      ({ claim: { duty, version, status, since, days }, entry }) =>
        `duty ${duty} ${version} ${hashOf(entry)} ${status} ${since} ${days}`,
    ),
  ];
  const note = signNote(`${text.join('\n')}\n`, signers).toString();
  return { note, record, duties: duties.map(({ entry }) => entry), events };
}

const form = new RegExp(
  `^${header}\\n${streamsForm}${String.raw`system (?<system>\S+)\non (?<on>[\d-]{10})\nrecord (?<record>[0-9a-f]{64})\n(?<duties>(?:duty \S+ \d+ [0-9a-f]{64} [a-z-]+ [\d-]{10} \d+\n)*)$`}`,
);

/**
 * Verifies a decision receipt offline with the key of the log: the signature, that the record and the entries of the duties are those that were signed, every
 * event, and that each stream is whole. That the record follows from the events is the signed word of the city. Throws a LogError.
 */
export function verifyDecision({ note, record, duties, events }: Decision, keys: Keys): VerifiedDecision {
  const said = openText(note, form, keys, 'This is not a decision receipt.');
  const streams = verifyStreams(said, events, keys);
  if (hashOf(record) !== said['record'] || record.id !== said['system'] || streams.streams[0]?.name !== record.id)
    throw new LogError('STATEMENT_INVALID', 'The record is not the one that was signed.');
  const claims = said['duties']!.split('\n').filter(Boolean);
  const isSigned = claims.every((line, i) => line.split(' ')[3] === hashOf(duties[i] ?? {}));
  if (!isSigned || claims.length !== duties.length)
    throw new LogError('STATEMENT_INVALID', 'The entry of a duty is not the one that was signed.');
  return {
    ...streams,
    system: record.id,
    on: said['on']!,
    record,
    duties: claims.map((line) => {
      const [, duty, version, , status, since, days] = line.split(' ') as [string, ...string[]];
      return { duty: duty!, version: Number(version), status: status!, since: since!, days: Number(days) };
    }),
  };
}

/** Whether a text, signed or not, says that it is a decision receipt. */
export const isDecision = (note: string): boolean => note.startsWith(`${header}\n`);
