import type { PoolClient } from 'pg';
import { isWord } from '#domain';
import { contracts } from './contracts.js';
import { foldSystems } from './facts.js';
import { gaps } from './gaps.js';
import { incidents } from './incidents.js';
import type { Intake, TakenEvent } from './intake.js';
import { organisations } from './organisations.js';
import { oversight } from './oversight.js';
import { periods } from './periods.js';
import type { Projection } from './projection.js';
import { isDataError, putAside, takeBack } from './set-aside.js';
import { statistics } from './statistics.js';
import { readSystemsOf, systems } from './systems.js';
import { timeline } from './timeline.js';

/** All read models, in the order in which a batch is applied to them. The timeline comes first because records are folded from it. */
export const projections: Projection[] = [
  timeline,
  systems,
  organisations,
  contracts,
  incidents,
  oversight,
  gaps,
  periods,
  statistics,
];

/**
 * `deferRecords`: leaves settling corrections and folding the records to the caller. `isCareful`: applies events one by one; one that fails because of its content is set
 * aside and reported to `onSetAside`.
 */
export type Taking = {
  deferRecords?: boolean;
  isCareful?: boolean;
  onSetAside?: (event: TakenEvent, error: unknown) => void;
};

/**
 * Applies events, in order of sequence, to all read models and advances the checkpoint. Call it in a transaction; `transact` handles a batch
 * that fails because of the content of an event. Returns the sequence of the last event.
 */
export async function applyEvents(
  client: PoolClient,
  intake: Intake,
  events: TakenEvent[],
  { deferRecords = false, isCareful = false, onSetAside = () => {} }: Taking = {},
): Promise<number> {
  const { sequence } = events.at(-1)!;
  const own = events.findLast(({ envelope }) => envelope.origin === intake.origin);
  if (isCareful) {
    for (const event of events) {
      const taken = await attempt(client, event, onSetAside, () => applyAll(client, intake, [event], deferRecords));
      // Every event of the log is counted, even one that is set aside.
      if (!taken) await statistics.apply!(client, [event]);
    }
  } else await applyAll(client, intake, events, deferRecords);
  await client.query('UPDATE checkpoint SET sequence = $1, position = coalesce($2, position)', [
    sequence,
    own?.position ?? null,
  ]);
  return sequence;
}

async function applyAll(
  client: PoolClient,
  intake: Intake,
  events: TakenEvent[],
  deferRecords: boolean,
): Promise<void> {
  for (const projection of projections) await projection.apply?.(client, events);
  if (!deferRecords) await settleStreams(client, wordsOf(events));
  const touched = deferRecords ? [] : await touchedBy(client, events);
  if (touched.length > 0) await applyRecords(client, touched);
  await applyErasures(client, intake, events, events.at(-1)!.sequence);
}

/** Applies an event. If that fails because of its content, sets it aside and returns false. */
async function attempt(
  client: PoolClient,
  event: TakenEvent,
  onSetAside: (event: TakenEvent, error: unknown) => void,
  take: () => Promise<void>,
): Promise<boolean> {
  await client.query('SAVEPOINT event');
  try {
    await take();
    await client.query('RELEASE SAVEPOINT event');
    return true;
  } catch (error) {
    if (!isDataError(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT event');
    await putAside(client, event, error);
    onSetAside(event, error);
    return false;
  }
}

/** The streams of which an event was corrected or retracted. */
const wordsOf = (events: TakenEvent[]) => [
  ...new Set(events.filter(({ envelope }) => isWord(envelope)).map(({ stream }) => stream)),
];

/** Does again what corrections and retractions change, apart from records. */
export async function settleStreams(client: PoolClient, streams: string[]): Promise<void> {
  if (streams.length > 0) for (const projection of projections) await projection.settle?.(client, streams);
}

/**
 * Folds the records of these systems again and updates the read models that depend on records. Of a system whose registration is retracted only
 * its events and its past are left.
 */
export async function applyRecords(client: PoolClient, ids: string[]): Promise<void> {
  const { records, presence, histories } = await foldSystems(client, ids);
  const found = new Set(records.map(({ record }) => record.id));
  for (const id of ids.filter((one) => !found.has(one)))
    for (const projection of projections) if (projection.applyRecords) await projection.forget?.(client, id);
  for (const projection of projections) await projection.applyRecords?.(client, records, presence, histories);
}

/** The systems whose records a batch changes, and those of every organisation that it changes: their search words and tags depend on it. */
async function touchedBy(client: PoolClient, events: TakenEvent[]): Promise<string[]> {
  const own = events.flatMap(({ envelope }) => envelope.system ?? []);
  const organisations = events.filter(({ envelope }) => envelope.system === undefined).map(({ stream }) => stream);
  return [...new Set([...own, ...(organisations.length > 0 ? await readSystemsOf(client, organisations) : [])])];
}

/** Applies every stream from which something was erased again: the store no longer returns the erased content. */
async function applyErasures(client: PoolClient, intake: Intake, events: TakenEvent[], upTo: number): Promise<void> {
  const streams = new Set(
    events.filter(({ envelope }) => envelope.type === 'PayloadErased').map(({ stream }) => stream),
  );
  for (const stream of streams) {
    const again = await retake(client, intake, stream, upTo);
    await applyRecords(client, again[0]?.envelope.system ? [stream] : await readSystemsOf(client, [stream]));
  }
}

/**
 * Drops the rows of a stream and applies its events again, up to a sequence; folding the record is left to the caller. If some events had been
 * set aside, or with `isCareful`, each event is applied and folded on its own.
 */
export async function retake(
  client: PoolClient,
  intake: Intake,
  stream: string,
  upTo: number,
  isCareful = false,
): Promise<TakenEvent[]> {
  const again = (await intake.readStream(stream)).filter(({ sequence }) => sequence <= upTo);
  const hadOdd = await takeBack(client, stream);
  for (const projection of projections) await projection.forget?.(client, stream);
  const take = async (events: TakenEvent[]) => {
    for (const projection of projections) if (projection.forget) await projection.apply?.(client, events);
  };
  if (!isCareful && !hadOdd) {
    await take(again);
    await settleStreams(client, wordsOf(again));
  } else
    for (const event of again)
      await attempt(
        client,
        event,
        () => {},
        async () => {
          await take([event]);
          await settleStreams(client, wordsOf([event]));
          if (event.envelope.system) await applyRecords(client, [stream]);
        },
      );
  return again;
}

/** Works on a stream. If the content of an event makes that fail, applies the events of the stream one by one. */
export async function workOrRetake(
  client: PoolClient,
  intake: Intake,
  work: (client: PoolClient, ids: string[]) => Promise<void>,
  id: string,
  upTo: number,
): Promise<void> {
  await client.query('SAVEPOINT fold');
  try {
    await work(client, [id]);
  } catch (error) {
    if (!isDataError(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT fold');
    await retake(client, intake, id, upTo, true);
  }
  await client.query('RELEASE SAVEPOINT fold');
}

/** Runs `work` in a transaction. If it fails because of the content of an event, runs it once more with `isCareful`. */
export async function transact<T>(client: PoolClient, work: (isCareful: boolean) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(client, () => work(false));
  } catch (error) {
    if (!isDataError(error)) throw error;
    return inTransaction(client, () => work(true));
  }
}

export async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
