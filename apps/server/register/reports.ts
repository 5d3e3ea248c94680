import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';

/** What a reader says is wrong with the record of a system. `receipt`: SHA-256 of the secret by which its reader follows it. */
export type Report = {
  id: string;
  receipt: Buffer;
  organisation: string;
  system: string;
  about: string | null;
  language: string;
  words: string;
  receivedAt: Date;
  endsAt: Date;
  /** Published under this id, as CorrectionRequested. */
  request: string | null;
  /** Not published, and what its reader is told. */
  reply: string | null;
  decidedAt: Date | null;
};

/** Kept at most so long, and after it was decided so long. */
const keptDays = 365;
const keptDaysDecided = 90;
const dayMilliseconds = 86_400_000;
const pageSize = 1000;
/** A system, or the register, with so many undecided reports takes no more. */
const mostOfSystem = 200;
const mostOfRegister = 20_000;

/** The length of what a reader writes. */
export const characters = { least: 10, most: 4000 };
/** How long a form may take: faster is a program, slower has forgotten it. */
export const formMilliseconds = { least: 3000, most: dayMilliseconds };

const columns = `id, receipt, organisation, system, about, language, words, received_at AS "receivedAt", ends_at AS "endsAt", request, reply, decided_at AS "decidedAt"`;

/** Readers' reports: rows of their own, outside the log and all that is made from it. */
export class Reports {
  #secret: Promise<string> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly clock: () => number,
  ) {}

  /** Keeps a report; returns the secret by which its reader can follow it, which is not kept. Undefined if too many wait already. */
  async take(
    report: Pick<Report, 'organisation' | 'system' | 'about' | 'language' | 'words'>,
  ): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ of_system: number; of_all: number }>(
      `SELECT count(*) FILTER (WHERE system = $1)::int AS of_system, count(*)::int AS of_all FROM vitrine.report WHERE decided_at IS NULL`,
      [report.system],
    );
    if (rows[0]!.of_system >= mostOfSystem || rows[0]!.of_all >= mostOfRegister) return undefined;
    const secret = randomBytes(16).toString('base64url');
    const now = this.clock();
    const end = new Date(now + keptDays * dayMilliseconds);
    const { organisation, system, about, language, words } = report;
    await this.pool.query(
      `INSERT INTO vitrine.report (id, receipt, organisation, system, about, language, words, received_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [randomUUID(), hash(secret), organisation, system, about, language, words, new Date(now), end],
    );
    return secret;
  }

  /** The report that a reader follows by its secret. */
  async follow(secret: string): Promise<Report | undefined> {
    return (await this.#read('receipt = $2', [hash(secret)]))[0];
  }

  /** Reports, the oldest first: of an organisation, or of all; those that wait, or all. */
  list({ organisation, isOpen = false }: { organisation?: string | undefined; isOpen?: boolean }): Promise<Report[]> {
    return this.#read(`($2::text IS NULL OR organisation = $2) AND (NOT $3 OR decided_at IS NULL)`, [
      organisation ?? null,
      isOpen,
    ]);
  }

  /** All reports, for a backup. */
  async *all(): AsyncGenerator<Report> {
    for (let last = '00000000-0000-0000-0000-000000000000'; ; ) {
      const page = await this.#read('id > $2::uuid', [last], 'id');
      yield* page;
      if (page.length < pageSize) return;
      last = page.at(-1)!.id;
    }
  }

  async find(id: string): Promise<Report | undefined> {
    return (await this.#read('id = $2', [id]))[0];
  }

  /** Notes what became of a report. False if that was decided before. */
  async decide(id: string, { request = null, reply = null }: Partial<Pick<Report, 'request' | 'reply'>>) {
    const now = this.clock();
    const { rowCount } = await this.pool.query(
      `UPDATE vitrine.report SET request = $2, reply = $3, decided_at = $4, ends_at = least(ends_at, $5) WHERE id = $1 AND decided_at IS NULL`,
      [id, request, reply, new Date(now), new Date(now + keptDaysDecided * dayMilliseconds)],
    );
    return rowCount === 1;
  }

  /** Puts reports from a backup back, but for those that have ended. */
  async restore(reports: readonly Report[]): Promise<void> {
    for (const one of reports)
      await this.pool.query(
        `INSERT INTO vitrine.report VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
        [
          ...[one.id, one.receipt, one.organisation, one.system, one.about, one.language, one.words],
          ...[one.receivedAt, one.endsAt, one.request, one.reply, one.decidedAt],
        ],
      );
    await this.sweep();
  }

  /** Deletes what has ended. */
  async sweep(): Promise<void> {
    await this.pool.query('DELETE FROM vitrine.report WHERE ends_at <= $1', [new Date(this.clock())]);
  }

  /** A token for a form about a system, which says when it was handed out. */
  async formToken(system: string): Promise<string> {
    const at = String(this.clock());
    return `${at}.${await this.#sign(at, system)}`;
  }

  /** How long ago a token for a form about this system was handed out, in milliseconds; undefined if it was not. */
  async ageOf(token: string, system: string): Promise<number | undefined> {
    const [, at, mac] = /^(\d{1,15})\.([\w-]{43})$/.exec(token) ?? [];
    if (at === undefined) return undefined;
    const right = Buffer.from(await this.#sign(at, system));
    return timingSafeEqual(right, Buffer.from(mac!)) ? this.clock() - Number(at) : undefined;
  }

  async #sign(at: string, system: string): Promise<string> {
    this.#secret ??= this.pool
      .query<{ secret: string }>('SELECT secret FROM vitrine.report_key')
      .then(({ rows }) => rows[0]!.secret);
    const secret = await this.#secret.catch((error: unknown) => {
      this.#secret = undefined;
      throw error;
    });
    return createHmac('sha256', secret).update(`${at} ${system}`).digest('base64url');
  }

  async #read(condition: string, values: unknown[], order = 'received_at, id'): Promise<Report[]> {
    const { rows } = await this.pool.query<Report>(
      `SELECT ${columns} FROM vitrine.report WHERE ends_at > $1 AND ${condition} ORDER BY ${order} LIMIT ${pageSize}`,
      [new Date(this.clock()), ...values],
    );
    return rows;
  }
}

const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
