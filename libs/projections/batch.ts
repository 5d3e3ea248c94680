import type { PoolClient } from 'pg';
import type { EventStore, RecordedEvent } from '#event-store';
import { contracts } from './contracts.js';
import { gaps } from './gaps.js';
import { organisations } from './organisations.js';
import { oversight } from './oversight.js';
import type { Projection } from './projection.js';
import { statistics } from './statistics.js';
import { readSystemsOf, systems } from './systems.js';
import { foldSystems, timeline } from './timeline.js';

/** All read models, in the order in which a batch goes through them: records are folded from the timeline. */
export const projections: Projection[] = [timeline, systems, organisations, contracts, oversight, gaps, statistics];

/** Takes events in log order through all read models, and the checkpoint with them. Returns the position of the last. */
export async function applyEvents(
  client: PoolClient,
  store: EventStore,
  events: RecordedEvent[],
  deferRecords = false,
): Promise<number> {
  const { position } = events.at(-1)!;
  for (const projection of projections) await projection.apply?.(client, events);
  const touched = deferRecords ? [] : await touchedBy(client, events);
  if (touched.length > 0) await applyRecords(client, touched);
  await applyErasures(client, store, events, position);
  await client.query('UPDATE checkpoint SET position = $1', [position]);
  return position;
}

/** Folds the records of these systems anew. */
export async function applyRecords(client: PoolClient, ids: string[]): Promise<void> {
  const records = await foldSystems(client, ids);
  for (const projection of projections) await projection.applyRecords?.(client, records);
}

/** The systems whose records a batch changes; and those of organisations that it changes, for their words and tags. */
async function touchedBy(client: PoolClient, events: RecordedEvent[]): Promise<string[]> {
  const own = events.flatMap(({ envelope }) => envelope.system ?? []);
  const organisations = events.filter(({ envelope }) => envelope.system === undefined).map(({ stream }) => stream);
  return [...new Set([...own, ...(organisations.length > 0 ? await readSystemsOf(client, organisations) : [])])];
}

/** A stream of which something was erased is taken again: what was erased is no longer in what the store returns. */
async function applyErasures(
  client: PoolClient,
  store: EventStore,
  events: RecordedEvent[],
  upTo: number,
): Promise<void> {
  const streams = new Set(
    events.filter(({ envelope }) => envelope.type === 'PayloadErased').map(({ stream }) => stream),
  );
  for (const stream of streams) {
    const again = await retake(client, store, stream, upTo);
    await applyRecords(client, again[0]?.envelope.system ? [stream] : await readSystemsOf(client, [stream]));
  }
}

/** Drops what is known of a stream and takes its events again, up to a position; its records remain to be folded. */
export async function retake(
  client: PoolClient,
  store: EventStore,
  stream: string,
  upTo: number,
): Promise<RecordedEvent[]> {
  const again = (await store.readStream(stream)).filter(({ position }) => position <= upTo);
  for (const projection of projections) {
    if (!projection.forget) continue;
    await projection.forget(client, stream);
    await projection.apply?.(client, again);
  }
  return again;
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
