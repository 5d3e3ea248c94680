import { Refusal } from '#domain';
import { makeStatement, openLogKeys, parseCheckpoint, parseNote, readSignedCheckpoint, type Statement } from '#log';
import { readDutyOn } from '#projections';
import type { Register } from '../../register/register.js';

/** A statement holds all events of the system; of more than this it would be too long to make for anybody who asks. */
const mostEvents = 2000;

/**
 * States what a duty of a system comes to on a day, by the events of the published log. Undefined if the duty does not apply. Throws INVALID_PARAMETER, NOT_FOUND, TOO_SLOW.
 */
export async function stateDuty(
  { pool, store, log, origin }: Register,
  system: string,
  duty: string,
  on: string,
): Promise<Statement | undefined> {
  if (on > new Date().toISOString().slice(0, 10))
    throw new Refusal('INVALID_PARAMETER', `Nothing can be stated of ${on}: it is still to come.`, { path: 'on' });
  const checkpoint = log && (await readSignedCheckpoint(log.places.folder));
  if (!checkpoint)
    throw new Refusal('NOT_FOUND', 'This register has not published its log, so it cannot prove anything yet.');
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const state = await readDutyOn(pool, system, duty, on, size);
  if (!state)
    throw new Refusal(
      'NOT_FOUND',
      `The duty "${duty}" does not apply to such a system on ${on}, or there is no such system.`,
    );
  const streams = [];
  for (const name of [system, state.organisation]) {
    const events = (await store.readStream(name)).filter(({ position }) => position < size);
    if (events.length > mostEvents)
      throw new Refusal(
        'TOO_SLOW',
        `A statement holds all events of ${name}, which are more than ${mostEvents}. Verify the whole log instead.`,
      );
    streams.push(events);
  }
  const days = Math.round((Date.parse(on) - Date.parse(state.since)) / 86_400_000) + 1;
  const claim = { duty, version: state.dutyVersion, on, status: state.status, since: state.since, days };
  const { signers } = openLogKeys(log.keyFolder, `${origin}/log`);
  return makeStatement(log.places.folder, signers, checkpoint, claim, state.entry, streams);
}
