import { canonicalize } from 'json-canonicalize';
import { Refusal, settleTexts } from '#domain';
import type { Storage } from './port.js';
import { type Append, type Appended, type Prepared, wrongVersion } from './prepare.js';
import { type RecordedEvent, toRecordedEvent } from './recorded-event.js';

/**
 * The result of an earlier append of the same events (same key, or same ids); undefined if there was none. Throws a Refusal if the key or
 * an id was used for something else. `conflict`: the expected version is known not to hold.
 */
export async function findEarlier(
  log: Pick<Storage, 'find' | 'stream'>,
  append: Append,
  prepared: Prepared[],
  conflict = false,
): Promise<Appended | undefined> {
  const ids = append.events.flatMap((event) => event.id ?? []);
  if (ids.length === 0 && !append.key) return undefined;
  const found = (await log.find(ids, append.key ?? null)).map(toRecordedEvent);
  const first = found[0];
  if (!first) return undefined;
  const byKey = append.key !== undefined && !ids.includes(first.envelope.id);
  const written = byKey ? await following(log, first, prepared.length) : found;
  const same =
    written.length === prepared.length &&
    written.every((event, i) => isSame(event, prepared[i]!, append.stream, first, i));
  const before = first.envelope.streamVersion - 1;
  if (same && (byKey || expects(append, before))) return toAppended(written);
  if (byKey)
    throw new Refusal(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotency key was already used for a different command. Use a new key for a new command.',
    );
  if (conflict) throw wrongVersion(append.expectedVersion, same ? before : before + 1);
  throw new Refusal(
    'EVENT_ID_REUSED',
    'An event with this id is in the log already, with other content or at another place.',
  );
}

/** Whether two appends of one key, neither of which is in the log yet, are the same. */
export function isSameAppend(one: Whole, other: Whole): boolean {
  return contentOf(one) === contentOf(other);
}

type Whole = { append: Append; prepared: Prepared[] };

function contentOf({ append, prepared }: Whole): string {
  return JSON.stringify([
    append.stream,
    prepared.map(({ event, parts }) => [event.type, event.occurredAt, parts.map(({ body }) => body)]),
  ]);
}

function expects({ expectedVersion }: Append, before: number): boolean {
  if (expectedVersion === 'none') return before === -1;
  return typeof expectedVersion === 'number' ? expectedVersion === before : true;
}

/** Same stream, same offset from the first event, same type, time and content. An erased part cannot be compared, so it passes. */
function isSame(event: RecordedEvent, prepared: Prepared, stream: string, first: RecordedEvent, i: number): boolean {
  return (
    event.stream === stream &&
    event.envelope.streamVersion === first.envelope.streamVersion + i &&
    isSameEvent(event, prepared)
  );
}

/** Same type, time and content. */
export function isSameEvent(recorded: RecordedEvent, { event, parts }: Prepared): boolean {
  const { envelope, payload, data } = recorded;
  if (envelope.type !== event.type || !isSameTime(envelope, event) || envelope.parts.length !== parts.length)
    return false;
  const sent = payload.map(({ part }) => parts.find((other) => other.part === part)?.body);
  const isOld = envelope.schemaVersion !== event.schemaVersion;
  if (!isOld && payload.every(({ body }, i) => isSameBody(body, sent[i]))) return true;
  // What was recorded under an older schema is compared after its upgrade; a correction has the schema of what it corrects.
  if ((!isOld && envelope.type !== 'EventCorrected') || sent.includes(undefined)) return false;
  const bodies = sent.map((body) => JSON.parse(body!) as Record<string, unknown>);
  return isSameBody(JSON.stringify(data ?? {}), canonicalize(Object.assign({}, ...bodies)));
}

/** Acts carry a day; those of releases before 0.2 also the time of day. */
function isSameTime(recorded: { type: string; occurredAt: string }, sent: { occurredAt: string }): boolean {
  const isAct = recorded.type === 'HumanOverrideRecorded';
  return (isAct ? recorded.occurredAt.slice(0, 10) : recorded.occurredAt) === sent.occurredAt;
}

/** Release 0.1 recorded texts as they were sent; now a text is settled first. So recorded texts are settled for the comparison. */
function isSameBody(recorded: string, sent: string | undefined): boolean {
  if (sent === undefined || recorded === sent) return recorded === sent;
  try {
    return canonicalize(settleTexts(JSON.parse(recorded) as unknown)) === sent;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** The `count` events of the append that begins with `first`. */
async function following(log: Pick<Storage, 'stream'>, first: RecordedEvent, count: number): Promise<RecordedEvent[]> {
  if (count === 1) return [first];
  const events = await log.stream(first.stream, { from: first.envelope.streamVersion, limit: count });
  return events.map(toRecordedEvent);
}

function toAppended(written: RecordedEvent[]): Appended {
  const events = written.map(({ position, envelope: { id, streamVersion: version, recordedAt } }) => ({
    id,
    position,
    version,
    recordedAt,
  }));
  return { repeated: true, events };
}
