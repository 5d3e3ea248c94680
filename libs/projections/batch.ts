import type { PoolClient } from 'pg';
import { contracts } from './contracts.js';
import { gaps } from './gaps.js';
import type { Intake, TakenEvent } from './intake.js';
import { organisations } from './organisations.js';
import { oversight } from './oversight.js';
import type { Projection } from './projection.js';
import { isDataError, putAside, takeBack } from './set-aside.js';
import { statistics } from './statistics.js';
import { readSystemsOf, systems } from './systems.js';
import { foldSystems, timeline } from './timeline.js';

/** All read models, in the order in which a batch goes through them: records are folded from the timeline. */
export const projections: Projection[] = [timeline, systems, organisations, contracts, oversight, gaps, statistics];

/** `deferRecords`: records are folded later. `isCareful`: event by event; one that cannot be taken is set aside and told. */
export type Taking = {
  deferRecords?: boolean;
  isCareful?: boolean;
  onSetAside?: (event: TakenEvent, error: unknown) => void;
};

/**
 * Takes events in order of sequence through all read models, and the checkpoint with them, within a transaction. Returns the sequence
 * of the last. For a batch that fails because of what an event holds there is `transact`.
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
      // Of each event of the log it is counted that it is there.
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
  const touched = deferRecords ? [] : await touchedBy(client, events);
  if (touched.length > 0) await applyRecords(client, touched);
  await applyErasures(client, intake, events, events.at(-1)!.sequence);
}

/** Takes an event, or sets it aside if it cannot be taken: false. */
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

/** Folds the records of these systems anew. */
export async function applyRecords(client: PoolClient, ids: string[]): Promise<void> {
  const records = await foldSystems(client, ids);
  for (const projection of projections) await projection.applyRecords?.(client, records);
}

/** The systems whose records a batch changes; and those of organisations that it changes, for their words and tags. */
async function touchedBy(client: PoolClient, events: TakenEvent[]): Promise<string[]> {
  const own = events.flatMap(({ envelope }) => envelope.system ?? []);
  const organisations = events.filter(({ envelope }) => envelope.system === undefined).map(({ stream }) => stream);
  return [...new Set([...own, ...(organisations.length > 0 ? await readSystemsOf(client, organisations) : [])])];
}

/** A stream of which something was erased is taken again: what was erased is no longer in what the store returns. */
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
 * Drops what is known of a stream and takes its events again, up to a sequence; its records remain to be folded. Event by event if
 * some were set aside before, or (`isCareful`) cannot be folded.
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
  if (!isCareful && !hadOdd) await take(again);
  else
    for (const event of again)
      await attempt(
        client,
        event,
        () => {},
        async () => {
          await take([event]);
          if (event.envelope.system) await applyRecords(client, [stream]);
        },
      );
  return again;
}

/** Folds a record; if that fails, takes its events one by one. */
export async function foldOrRetake(client: PoolClient, intake: Intake, id: string, upTo: number): Promise<void> {
  await client.query('SAVEPOINT fold');
  try {
    await applyRecords(client, [id]);
  } catch (error) {
    if (!isDataError(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT fold');
    await retake(client, intake, id, upTo, true);
  }
  await client.query('RELEASE SAVEPOINT fold');
}

/** Does work in a transaction; if it fails because of what an event holds, once more, carefully. */
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
