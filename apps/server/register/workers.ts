import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type Database, type EventStore, erasedUpTo, scrub } from '#event-store';
import { type Dumping, keepDumping } from '#exports';
import { type LogPlaces, type LogState, startPublishing } from '#log';
import { type OddRow, ownIntake, project } from '#projections';
import { logger } from './logger.js';
import { describeOdd } from './odd-rows.js';
import type { Projected } from './projected.js';
import type { Reports } from './reports.js';
import type { Post } from './webhooks/deliver.js';
import { keepDelivering } from './webhooks/keep-delivering.js';

export type PublishedDumps = Pick<Dumping, 'folder' | 'licence' | 'minutes'>;
export type PublishedLog = { keyFolder: string; places: LogPlaces };

/** What the loops work on, and which of them run in this process. */
export type Work = {
  reports: Reports;
  database: Database;
  store: EventStore;
  pool: Pool;
  projected: Projected;
  state: WorkState;
  /** Keep the read models up to date here, and do what follows from them. */
  projecting: boolean;
  log: PublishedLog | undefined;
  /** Undefined: no webhooks are delivered here. */
  post: { office: Post; pool: Pool } | undefined;
  dumps: PublishedDumps | undefined;
};

/** The state of the loops. */
export type WorkState = {
  log: LogState;
  /** Rows of the read models that differ from what the log says, as far as this process has checked. */
  oddRows: OddRow[];
  /** Why a loop waits, if it does. */
  waiting: { readModels?: string | undefined; erasure?: string | undefined; dumps?: string | undefined };
};

export type Workers = {
  /** Resolves when all loops have ended. */
  stop(): Promise<void>;
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Starts the background loops: read models, log, dumps, webhooks, and the scrubbing of erased content. */
export function startWorkers(work: Work): Workers {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { projecting, log, dumps, post } = work;
  const publishing = log && publish(work, log);
  const loops = [
    projecting && keepProjecting(work, signal),
    projecting && post && tellReceivers(work, post, signal),
    projecting && dumps && keepDumps(work, dumps, signal),
    projecting && log && keepScrubbed(work, signal),
    projecting && sweepReports(work.reports, signal),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      await publishing?.stop();
    },
  };
}

function keepProjecting({ database, store, projected, state }: Work, signal: AbortSignal): Promise<void> {
  return project(database, ownIntake(store), signal, {
    onChanging: () => projected.changing(),
    onProjected: (reached) => {
      state.waiting.readModels = undefined;
      projected.changed(reached);
    },
    onLost: () => projected.lost(),
    onCompared: (odd) => {
      if (odd.length > 0 && state.oddRows.length === 0) logger.error(describeOdd(odd));
      state.oddRows = odd;
    },
    onSetAside: ({ position, envelope }, error) =>
      logger.error(
        `Event ${position} (${envelope.type}, ${envelope.id}) cannot be taken into the read models: ${String(error)}`,
      ),
    onError: (error) => {
      state.waiting.readModels = messageOf(error);
      logger.warn(`The read models are waiting: ${state.waiting.readModels}`);
    },
  });
}

function tellReceivers({ store, projected }: Work, post: NonNullable<Work['post']>, signal: AbortSignal) {
  const source = {
    pool: post.pool,
    store,
    position: () => projected.position(),
    waitUntilProjected: (position: number, atMost: number) => projected.waitUntil(position, atMost),
  };
  return keepDelivering(source, post.office, signal, (error) =>
    logger.warn(`Webhooks are waiting: ${messageOf(error)}`),
  );
}

function keepDumps({ database, store, log, state }: Work, dumps: PublishedDumps, signal: AbortSignal): Promise<void> {
  return keepDumping({ database, origin: store.origin, log: log?.places.folder, ...dumps }, signal, (trouble) => {
    if (trouble) logger.warn(`The dumps are waiting: ${trouble}`);
    state.waiting.dumps = trouble;
  });
}

function publish({ database, store, state }: Work, log: PublishedLog): { stop(): Promise<void> } {
  return startPublishing({ database, origin: store.origin, ...log }, (now) => {
    if (now.trouble && now.trouble !== state.log.trouble) logger.warn(`The log is waiting: ${now.trouble}`);
    Object.assign(state.log, now);
  });
}

/** Scrubs erased content from the files of the database, once the read models and the published log no longer have it. */
async function keepScrubbed({ database, store, pool, projected, state }: Work, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const position = await erasedUpTo(pool);
      if (position === undefined) {
        await store.waitForMore(await store.head(), signal);
      } else if ((await projected.position()) >= position && (state.log.signed ?? 0) > position) {
        await scrub(database);
      }
      state.waiting.erasure = undefined;
    } catch (error) {
      const message = messageOf(error);
      if (!signal.aborted && message !== state.waiting.erasure)
        logger.warn(`What was erased is not scrubbed yet: ${message}`);
      state.waiting.erasure = message;
      // Current readers must not be held up by the next try.
      await sleep(2000, undefined, { signal }).catch(() => undefined);
    }
    await sleep(250, undefined, { signal }).catch(() => undefined);
  }
}

/** Deletes readers' reports that have ended, once an hour. */
async function sweepReports(reports: Reports, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await reports.sweep().catch((error: unknown) => logger.warn(`Old reports stay for now: ${messageOf(error)}`));
    await sleep(3_600_000, undefined, { signal }).catch(() => undefined);
  }
}
