import type { Pool } from 'pg';
import { type CommandHandler, createCommandHandler } from '#commands';
import { Refusal, refusals } from '#domain';
import {
  type Database,
  type EventStore,
  type Loss,
  migrate,
  type OpenStorage,
  openEventStore,
  openPool,
} from '#event-store';
import { beginLog, createPublisher, openLogKeys, readCheckpoint, troubleOf } from '#log';
import { openExportPool, openReadPool, ownIntake, type Progress, prepareReadModels } from '#projections';
import { ApiKeys } from './api-keys.js';
import { logger } from './logger.js';
import { describeLoss, readLoss, writeLoss } from './loss-file.js';
import { Projected } from './projected.js';
import { Watch } from './watch.js';
import type { Post } from './webhooks/deliver.js';
import { schedule } from './webhooks/plan.js';
import { Webhooks } from './webhooks/webhooks.js';
import { type PublishedDumps, type PublishedLog, startWorkers, type Workers, type WorkState } from './workers.js';

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
  /** By which clock things are recorded, in milliseconds since 1970; without it, the machine's. */
  clock?: () => number;
  /** Where the events are kept; without it, in the database. */
  openStorage?: OpenStorage;
  /** So far a time of recording may be ahead of the database's clock; a minute without it. */
  aheadMilliseconds?: number;
};

/** What an open register consists of. */
type Parts = {
  store: EventStore;
  pool: Pool;
  keys: ApiKeys;
  log: PublishedLog | undefined;
  post: Post;
  /** For exports alone: whoever reads one slowly holds up other exports, and nothing else. */
  exporting: Pool;
  posting: Pool;
  dumps: PublishedDumps | undefined;
  clock: () => number;
};

/** A register that is open for work: the parts that every request needs. */
export class Register {
  readonly origin: string;
  readonly store: EventStore;
  readonly commands: CommandHandler;
  readonly pool: Pool;
  readonly keys: ApiKeys;
  readonly log: PublishedLog | undefined;
  readonly post: Post;
  readonly exporting: Pool;
  readonly dumps: PublishedDumps | undefined;
  readonly watch: Watch;
  /** Up to where answers are true. */
  readonly projected: Projected;
  /** What the loops beside the requests say of themselves. */
  readonly state: WorkState = { log: { refuses: false, forked: false }, oddRows: [], waiting: {} };
  /** It is about to stop: no new requests, please. */
  isDraining = false;
  /** What the database has lost of what was acknowledged; nothing is recorded then. */
  loss: Loss | undefined;
  /** Ends when `gaps` is known. */
  lookedAround: Promise<void> = Promise.resolve();
  /** Streams in which events are missing (store.readGaps). */
  gaps: string[] = [];
  readonly #posting: Pool;
  #workers: Workers | undefined;

  private constructor(database: Database, { store, pool, keys, log, post, exporting, posting, dumps, clock }: Parts) {
    this.origin = store.origin;
    this.store = store;
    this.commands = createCommandHandler(store, clock, () => this.refuseAll());
    this.pool = pool;
    this.keys = keys;
    this.log = log;
    this.post = post;
    this.exporting = exporting;
    this.#posting = posting;
    this.dumps = dumps;
    this.projected = new Projected(pool);
    this.watch = new Watch(database, {
      onSeen: ({ head }) => head && store.noteKnown(head),
      writeTrouble: store.writeTrouble,
      ...(log && { readSigned: async () => (await readCheckpoint(log.places.folder)).size }),
    });
  }

  /** Migrates, prepares the read models, starts what goes on beside the requests. */
  static async open(options: RegisterOptions): Promise<Register> {
    const { database, origin, projecting, onRebuild, log, post, dumps, lossFile, aheadMilliseconds, openStorage } =
      options;
    const { clock = Date.now } = options;
    await migrate(database);
    const noticeLoss = (loss: Loss) => {
      register.loss = loss;
      logger.error(describeLoss(loss));
      if (lossFile) writeLoss(lossFile, loss);
    };
    const store = await openEventStore(database, origin, {
      clock,
      onLoss: noticeLoss,
      ...(aheadMilliseconds !== undefined && { aheadMilliseconds }),
      ...(openStorage && { openStorage }),
    });
    await prepareReadModels(database, ownIntake(store), onRebuild);
    const posting = openPool(database, { max: 4, application_name: 'vitrine post' });
    const office: Post = {
      webhooks: new Webhooks(posting),
      base: `https://${origin}`,
      reach: { isPrivateAllowed: false, timeoutMilliseconds: 15_000 },
      schedule,
      ...post,
    };
    const register: Register = new Register(database, {
      store,
      pool: openReadPool(database),
      keys: await ApiKeys.open(database),
      log,
      post: office,
      exporting: openExportPool(database),
      posting,
      dumps,
      clock,
    });
    const { pool, projected, state } = register;
    if (log) await checkLog(store, log).catch((error: unknown) => Object.assign(state.log, troubleOf(error)));
    register.loss = lossFile === undefined ? undefined : await readLoss(lossFile, store);
    if (register.loss) logger.error(describeLoss(register.loss));
    register.lookedAround = register.#lookAround();
    register.#workers = startWorkers({
      database,
      store,
      pool,
      projected,
      state,
      projecting,
      log,
      post: post && { office, pool: posting },
      dumps,
    });
    return register;
  }

  /** Throws a Refusal while nothing may be recorded: it could never be published, or was lost before. */
  refuseAll(): void {
    if (this.loss) throw new Refusal('EVENTS_LOST');
    const { forked, trouble } = this.state.log;
    if (forked) throw new Refusal('LOG_REFUSES', `${refusals.LOG_REFUSES} ${trouble}`);
  }

  /** What the operator should know of the database, once, beside everything else. */
  async #lookAround(): Promise<void> {
    this.gaps = await this.store.readGaps(1000).catch(() => []);
  }

  async close(): Promise<void> {
    await this.#workers?.stop();
    await this.watch.close();
    await this.keys.close();
    await this.store.close();
    await this.#posting.end();
    await this.exporting.end();
    await this.pool.end();
  }
}

/** Begins the log of a new register; of another, looks whether it can go on. Throws LogErrors. */
async function checkLog(store: EventStore, { keyFolder, places }: PublishedLog): Promise<void> {
  const name = `${store.origin}/log`;
  // A register that has events has a log, and a key, somewhere.
  if ((await store.head()) < 0 && (await store.readLogKeys()).length === 0)
    await beginLog(keyFolder, name, places.claims);
  await createPublisher(store, openLogKeys(keyFolder, name), places).check();
}
