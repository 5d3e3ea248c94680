import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Refusal, refusals } from '#domain';
import {
  type CommandHandler,
  createCommandHandler,
  type Database,
  type EventStore,
  erasedUpTo,
  type Loss,
  migrate,
  openEventStore,
  openPool,
  scrub,
} from '#event-store';
import { type Dumping, keepDumping } from '#exports';
import {
  beginLog,
  createPublisher,
  type LogPlaces,
  type LogState,
  openLogKeys,
  readCheckpoint,
  startPublishing,
  troubleOf,
} from '#log';
import {
  type OddRow,
  openExportPool,
  openReadPool,
  type Progress,
  prepareReadModels,
  project,
  readProjectedPosition,
} from '#projections';
import { ApiKeys } from './access/api-keys.js';
import { logger } from './logger.js';
import { describeLoss, readLoss, writeLoss } from './loss-file.js';
import { describeOdd } from './odd-rows.js';
import { Watch } from './watch.js';
import type { Post } from './webhooks/deliver.js';
import { keepDelivering } from './webhooks/keep-delivering.js';
import { schedule } from './webhooks/plan.js';
import { Webhooks } from './webhooks/webhooks.js';

export type RegisterOptions = {
  database: Database;
  /** Names the register for good, in every envelope: a host name, with a path if need be. */
  origin: string;
  /** Keep the read models up to date in this process. */
  projecting: boolean;
  onRebuild?: Progress;
  /** Publish the log in this process: by which keys, and where. */
  log?: PublishedLog;
  /** Tell receivers of new events, in this process if it projects: by which address they find the register, and which they may have. */
  post?: Partial<Omit<Post, 'webhooks'>> & { base: string };
  /** Where the dumps are published; they are built in this process if it projects, at most once in so many minutes (0: never). */
  dumps?: PublishedDumps;
  /** Where it is kept in mind that the database has lost events (loss-file.ts). */
  lossFile?: string;
  /** So far a time of recording may be ahead of the database's clock; a minute without it. */
  aheadMilliseconds?: number;
};

export type PublishedDumps = Pick<Dumping, 'folder' | 'licence' | 'minutes'>;
export type PublishedLog = { keyFolder: string; places: LogPlaces };

/** A register that is open for work: the parts that every request needs. */
export class Register {
  /** It is about to stop: no new requests, please. */
  isDraining = false;
  #stop = new AbortController();
  #projecting: Promise<void> = Promise.resolve();
  #publishing: { stop(): Promise<void> } | undefined;
  #scrubbing: Promise<void> = Promise.resolve();
  #delivering: Promise<void> = Promise.resolve();
  #dumping: Promise<void> = Promise.resolve();
  #waiting = new Set<() => void>();
  #remembering = new Set<() => void>();
  /** Up to where the read models are true, while this process is the one that projects and no batch is being committed. */
  #known: number | undefined;
  #isChanging = false;
  /** What the database has lost of what was acknowledged; nothing is recorded then. */
  loss: Loss | undefined;
  /** Why the read models wait, if they do. */
  projectionError: string | undefined;
  /** Why other work that goes on beside everything waits, if it does. */
  waiting: { erasure?: string | undefined; dumps?: string | undefined } = {};
  /** Rows of the read models that are not what the log says, as far as this process has looked. */
  oddRows: OddRow[] = [];
  /** Ends when `gaps` is known. */
  lookedAround: Promise<void> = Promise.resolve();
  /** Streams in which events are missing (store.readGaps). */
  gaps: string[] = [];

  private constructor(
    readonly origin: string,
    readonly store: EventStore,
    readonly commands: CommandHandler,
    readonly pool: Pool,
    readonly keys: ApiKeys,
    readonly log: PublishedLog | undefined,
    readonly logState: LogState,
    readonly post: Post,
    /** For exports alone: whoever reads one slowly holds up other exports, and nothing else. */
    readonly exporting: Pool,
    private readonly posting: Pool,
    readonly dumps: PublishedDumps | undefined,
    readonly watch: Watch,
  ) {}

  /** Migrates, prepares the read models, starts projecting. */
  static async open(options: RegisterOptions): Promise<Register> {
    const { database, origin, projecting, onRebuild, log, post, dumps, lossFile, aheadMilliseconds } = options;
    await migrate(database);
    const noticeLoss = (loss: Loss) => {
      register.loss = loss;
      logger.error(describeLoss(loss));
      if (lossFile) writeLoss(lossFile, loss);
    };
    const store = await openEventStore(database, origin, {
      onLoss: noticeLoss,
      ...(aheadMilliseconds !== undefined && { aheadMilliseconds }),
    });
    await prepareReadModels(database, store, onRebuild);
    const keys = await ApiKeys.open(database);
    const state: LogState = { refuses: false, forked: false };
    if (log) await checkLog(store, log).catch((error: unknown) => Object.assign(state, troubleOf(error)));
    const commands = createCommandHandler(store, Date.now, () => register.refuseAll());
    const posting = openPool(database, { max: 4, application_name: 'vitrine post' });
    const postOffice: Post = {
      webhooks: new Webhooks(posting),
      base: `https://${origin}`,
      reach: { isPrivateAllowed: false, timeoutMilliseconds: 15_000 },
      schedule,
      ...post,
    };
    const pool = openReadPool(database);
    const register: Register = new Register(
      origin,
      store,
      commands,
      pool,
      keys,
      log,
      state,
      postOffice,
      openExportPool(database),
      posting,
      dumps,
      new Watch(database, {
        onSeen: ({ head }) => head && store.noteKnown(head),
        writeTrouble: store.writeTrouble,
        ...(log && { readSigned: async () => (await readCheckpoint(log.places.folder)).size }),
      }),
    );
    register.loss = lossFile === undefined ? undefined : await readLoss(lossFile, store);
    if (register.loss) logger.error(describeLoss(register.loss));
    register.lookedAround = register.#lookAround();
    if (projecting) {
      const told = (position: number) => {
        register.#known = position;
        register.#isChanging = false;
        register.projectionError = undefined;
        for (const wake of register.#waiting) wake();
      };
      register.#projecting = project(database, store, register.#stop.signal, {
        onChanging: () => {
          register.#known = undefined;
          register.#isChanging = true;
        },
        onProjected: told,
        onLost: () => {
          register.#known = undefined;
          register.#isChanging = false;
          for (const forget of register.#remembering) forget();
        },
        onCompared: (odd) => {
          if (odd.length > 0 && register.oddRows.length === 0) logger.error(describeOdd(odd));
          register.oddRows = odd;
        },
        onSetAside: ({ position, envelope }, error) =>
          logger.error(
            `Event ${position} (${envelope.type}, ${envelope.id}) cannot be taken into the read models: ${String(error)}`,
          ),
        onError: (error) => {
          register.projectionError = error instanceof Error ? error.message : String(error);
          logger.warn(`The read models wait: ${register.projectionError}`);
        },
      });
    }
    if (post && projecting)
      register.#delivering = keepDelivering(
        {
          pool: posting,
          store,
          position: () => register.position(),
          waitUntilProjected: (position, atMost) => register.waitUntilProjected(position, atMost),
        },
        postOffice,
        register.#stop.signal,
        (error) => logger.warn(`Webhooks wait: ${error instanceof Error ? error.message : String(error)}`),
      );
    if (dumps && projecting)
      register.#dumping = keepDumping(
        { database, origin, log: log?.places.folder, ...dumps },
        register.#stop.signal,
        (trouble) => {
          if (trouble) logger.warn(`The dumps wait: ${trouble}`);
          register.waiting.dumps = trouble;
        },
      );
    if (log) register.#publish(database, log);
    if (log && projecting) register.#scrubbing = register.#keepScrubbed(database);
    return register;
  }

  /** Throws a Refusal while nothing may be recorded: it could never be published, or was lost before. */
  refuseAll(): void {
    if (this.loss) throw new Refusal('EVENTS_LOST');
    const { forked, trouble } = this.logState;
    if (forked) throw new Refusal('LOG_REFUSES', `${refusals.LOG_REFUSES} ${trouble}`);
  }

  /** What the operator should know of the database, once, beside everything else. */
  async #lookAround(): Promise<void> {
    this.gaps = await this.store.readGaps(1000).catch(() => []);
  }

  #publish(database: Database, log: PublishedLog): void {
    this.#publishing = startPublishing({ database, origin: this.origin, ...log }, (state) => {
      if (state.trouble && state.trouble !== this.logState.trouble) logger.warn(`The log waits: ${state.trouble}`);
      Object.assign(this.logState, state);
    });
  }

  /** What was erased also goes from the files of the database, once the read models and the published log have let go of it. */
  async #keepScrubbed(database: Database): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const position = await erasedUpTo(this.pool);
        if (position === undefined) {
          await this.store.waitForMore(await this.store.head(), signal);
        } else if ((await this.position()) >= position && (this.logState.signed ?? 0) > position) {
          await scrub(database);
        }
        this.waiting.erasure = undefined;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!signal.aborted && message !== this.waiting.erasure)
          logger.warn(`What was erased is not scrubbed yet: ${message}`);
        this.waiting.erasure = message;
        // Whoever reads just now is not to be held up by the next try.
        await sleep(2000, undefined, { signal }).catch(() => undefined);
      }
      await sleep(250, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Log position that answers are true for. */
  async position(): Promise<number> {
    return this.#known ?? (await readProjectedPosition(this.pool));
  }

  /** For when answers from memory are true; undefined while this process does not know. */
  epoch(): string | undefined {
    return this.#known === undefined ? undefined : epochOf(this.#known);
  }

  /** `forget` is called when the database may be another one than before, so that the same position need not mean the same. */
  onLost(forget: () => void): void {
    this.#remembering.add(forget);
  }

  /** While a batch is being committed here: waits until it is, at most so many milliseconds. */
  async untilKnown(atMost: number): Promise<void> {
    if (this.#isChanging) await this.#nextBatch(atMost);
  }

  /** Waits until the read models have reached a position, at most so many milliseconds. */
  async waitUntilProjected(position: number, atMost = 5000): Promise<boolean> {
    const end = Date.now() + atMost;
    while ((await this.position()) < position) {
      const left = end - Date.now();
      if (left <= 0) return false;
      await this.#nextBatch(Math.min(left, 100));
    }
    return true;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#projecting;
    await this.#delivering;
    await this.#dumping;
    await this.#publishing?.stop();
    await this.#scrubbing;
    await this.watch.close();
    await this.keys.close();
    await this.store.close();
    await this.posting.end();
    await this.exporting.end();
    await this.pool.end();
  }

  #nextBatch(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#waiting.add(done);
    });
  }
}

/** A position, and the day (UTC), because some answers are about today. */
export const epochOf = (position: number) => `${position}.${new Date().toISOString().slice(0, 10)}`;

/** Begins the log of a new register; of another, looks whether it can go on. Throws LogErrors. */
async function checkLog(store: EventStore, { keyFolder, places }: PublishedLog): Promise<void> {
  const name = `${store.origin}/log`;
  // A register that has events has a log, and a key, somewhere.
  if ((await store.head()) < 0 && (await store.readLogKeys()).length === 0)
    await beginLog(keyFolder, name, places.claims);
  await createPublisher(store, openLogKeys(keyFolder, name), places).check();
}
