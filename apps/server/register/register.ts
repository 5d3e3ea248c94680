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
import { Days, openExportPool, openReadPool, ownIntake, type Progress, prepareReadModels } from '#projections';
import { ApiKeys } from './api-keys.js';
import { logger } from './logger.js';
import { describeLoss, readLoss, writeLoss } from './loss-file.js';
import { Projected } from './projected.js';
import { Reports } from './reports.js';
import { Watch } from './watch.js';
import type { Post } from './webhooks/deliver.js';
import { schedule } from './webhooks/plan.js';
import { Webhooks } from './webhooks/webhooks.js';
import { type PublishedDumps, type PublishedLog, startWorkers, type Workers, type WorkState } from './workers.js';

export type RegisterOptions = {
  database: Database;
  /** The permanent name of the register, in every envelope: a host name, with a path if need be. */
  origin: string;
  /** Keep the read models up to date in this process. */
  projecting: boolean;
  onRebuild?: Progress;
  /** Publish the log in this process: with which keys, and where. */
  log?: PublishedLog;
  /**
   * Deliver webhooks in this process, if it projects. `base`: the address under which receivers find the register; `reach`: the addresses that
   * they may have.
   */
  post?: Partial<Omit<Post, 'webhooks'>> & { base: string };
  /** Where the dumps are published. They are built in this process if it projects, at most once every `minutes` (0: never). */
  dumps?: PublishedDumps;
  /** The file that records which events the database has lost (loss-file.ts). */
  lossFile?: string;
  /** The clock for times of recording, in milliseconds since 1970; by default the machine's. */
  clock?: () => number;
  /** Where the events are stored; by default in the database. */
  openStorage?: OpenStorage;
  /** How far a time of recording may be ahead of the database's clock; by default a minute. */
  aheadMilliseconds?: number;
};

/** What an open register consists of. */
type Parts = {
  store: EventStore;
  pool: Pool;
  keys: ApiKeys;
  log: PublishedLog | undefined;
  post: Post;
  /** Only for exports: a slow reader holds up other exports at most. */
  exporting: Pool;
  posting: Pool;
  dumps: PublishedDumps | undefined;
  clock: () => number;
};

/** An open register: the parts that every request needs. */
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
  readonly reports: Reports;
  readonly watch: Watch;
  /** The systems as of past days. */
  readonly days: Days;
  /** How far the read models have got. */
  readonly projected: Projected;
  /** The state of the background loops. */
  readonly state: WorkState = { log: { refuses: false, forked: false }, oddRows: [], waiting: {} };
  /** The register is about to stop and should get no new requests. */
  isDraining = false;
  /** The acknowledged events that the database has lost; then nothing is recorded. */
  loss: Loss | undefined;
  /** Resolves when `gaps` is known. */
  lookedAround: Promise<void> = Promise.resolve();
  /** Streams in which events are missing (store.readGaps). */
  gaps: string[] = [];
  readonly #clock: () => number;
  readonly #posting: Pool;
  #workers: Workers | undefined;

  private constructor(database: Database, { store, pool, keys, log, post, exporting, posting, dumps, clock }: Parts) {
    this.origin = store.origin;
    this.store = store;
    this.commands = createCommandHandler(store, clock, () => this.refuseAll());
    this.#clock = clock;
    this.pool = pool;
    this.keys = keys;
    this.log = log;
    this.post = post;
    this.exporting = exporting;
    this.#posting = posting;
    this.reports = new Reports(posting, clock);
    this.dumps = dumps;
    this.projected = new Projected(pool);
    this.days = new Days(database, pool);
    this.watch = new Watch(database, {
      onSeen: ({ head }) => head && store.noteKnown(head),
      writeTrouble: store.writeTrouble,
      ...(log && { readSigned: async () => (await readCheckpoint(log.places.folder)).size }),
    });
  }

  /** Today (UTC). */
  today(): string {
    return new Date(this.#clock()).toISOString().slice(0, 10);
  }

  /** Migrates the database, prepares the read models, and starts the background loops. */
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
      reports: register.reports,
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

  /** Throws a Refusal while nothing may be recorded: acknowledged events were lost, or the log has forked and new events could never be published. */
  refuseAll(): void {
    if (this.loss) throw new Refusal('EVENTS_LOST');
    const { forked, trouble } = this.state.log;
    if (forked) throw new Refusal('LOG_REFUSES', `${refusals.LOG_REFUSES} ${trouble}`);
  }

  /** Looks once, in the background, for broken histories that the operator should know of. */
  async #lookAround(): Promise<void> {
    this.gaps = await this.store.readGaps(1000).catch(() => []);
  }

  async close(): Promise<void> {
    await this.#workers?.stop();
    await this.watch.close();
    await this.days.close();
    await this.keys.close();
    await this.store.close();
    await this.#posting.end();
    await this.exporting.end();
    await this.pool.end();
  }
}

/** Begins the log of a new register, and checks that the log can go on. Throws LogErrors. */
async function checkLog(store: EventStore, { keyFolder, places }: PublishedLog): Promise<void> {
  const name = `${store.origin}/log`;
  // A register that has events has a log, and a key, somewhere.
  if ((await store.head()) < 0 && (await store.readLogKeys()).length === 0)
    await beginLog(keyFolder, name, places.claims);
  await createPublisher(store, openLogKeys(keyFolder, name), places).check();
}
