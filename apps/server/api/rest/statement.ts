import { Refusal } from '#domain';
import {
  type Decision,
  type DutyClaim,
  makeDecision,
  makeStatement,
  openLogKeys,
  parseCheckpoint,
  parseNote,
  proveStreams,
  readSignedCheckpoint,
  type SignerKey,
  type Statement,
  type WholeStreams,
} from '#log';
import { type DutyState, readDutiesOn, readRecordBefore } from '#projections';
import type { Register } from '../../register/register.js';

/** A statement holds all events of the system; of more than this it would be too long to make for anybody who asks. */
const mostEvents = 2000;

/**
 * States what a duty of a system comes to on a day, by the events of the published log. Throws INVALID_PARAMETER, NOT_FOUND, TOO_SLOW.
 */
export async function stateDuty(register: Register, system: string, duty: string, on: string): Promise<Statement> {
  const published = await readPublished(register, on);
  const states = await readDutiesOn(register.pool, system, on, published.size);
  const state = states?.find((one) => one.duty === duty);
  if (!state)
    throw new Refusal(
      'NOT_FOUND',
      `The duty "${duty}" does not apply to such a system on ${on}, or there is no such system.`,
    );
  const streams = await prove(register, published, [system, state.organisation]);
  return makeStatement(streams, published.signers, { ...claimOf(state, on), on }, state.entry);
}

/**
 * States how a system stood on the day of a decision: its record and its duties, by the events of the published log. Throws INVALID_PARAMETER, NOT_FOUND,
 * TOO_SLOW.
 */
export async function stateDecision(register: Register, system: string, on: string): Promise<Decision> {
  const published = await readPublished(register, on);
  const record = await readRecordBefore(register.pool, system, on, published.size);
  if (!record) throw new Refusal('NOT_FOUND', `There was, on ${on}, no "${system}" in this register.`);
  const states = (await readDutiesOn(register.pool, system, on, published.size)) ?? [];
  const streams = await prove(register, published, [system, record.organisation]);
  const duties = states.map((state) => ({ claim: claimOf(state, on), entry: state.entry }));
  return makeDecision(streams, published.signers, on, record, duties);
}

/** The published state of the log: its checkpoint, and the keys by which something is signed of it. */
type PublishedState = { folder: string; checkpoint: Buffer; size: number; signers: SignerKey[] };

/** The published state of the log, for a statement of a day that has come. Throws INVALID_PARAMETER, NOT_FOUND. */
async function readPublished({ log, origin, projected }: Register, on: string): Promise<PublishedState> {
  if (on > new Date().toISOString().slice(0, 10))
    throw new Refusal('INVALID_PARAMETER', `Nothing can be stated of ${on}: it is still to come.`, { path: 'on' });
  const checkpoint = log && (await readSignedCheckpoint(log.places.folder));
  if (!checkpoint)
    throw new Refusal('NOT_FOUND', 'This register has not published its log, so it cannot prove anything yet.');
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  // What follows from the events is read from the read models: nothing is signed before they have all of them.
  if (!(await projected.waitUntil(size - 1)))
    throw new Refusal('TOO_SLOW', 'The newest events are still being taken in. Ask again in a moment.');
  const { signers } = openLogKeys(log.keyFolder, `${origin}/log`);
  return { folder: log.places.folder, checkpoint, size, signers };
}

async function prove({ store }: Register, published: PublishedState, names: string[]): Promise<WholeStreams> {
  const streams = [];
  for (const name of names) {
    const events = (await store.readStream(name)).filter(({ position }) => position < published.size);
    if (events.length > mostEvents)
      throw new Refusal(
        'TOO_SLOW',
        `A statement holds all events of ${name}, which are more than ${mostEvents}. Verify the whole log instead.`,
      );
    streams.push(events);
  }
  return proveStreams(published.folder, published.checkpoint, streams);
}

function claimOf({ duty, dutyVersion: version, status, since }: DutyState, on: string): Omit<DutyClaim, 'on'> {
  const days = Math.round((Date.parse(on) - Date.parse(since)) / 86_400_000) + 1;
  return { duty, version, status, since, days };
}
