import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import { live } from '#projections';

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

/** What became of a report: it was published (`request`), or not (`reply`). */
type Decision = { request?: string; reply?: string; due?: string };

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

/** A report is to the organisation that is in charge of the system today. */
const charged = 'coalesce(s.organisation, r.organisation)';
const columns = `r.id, receipt, ${charged} AS organisation, r.system, about, language, words, received_at AS "receivedAt", ends_at AS "endsAt", request, reply, decided_at AS "decidedAt"`;

/** Readers' reports: rows of their own, outside the log and all that is made from it. */
export class Reports {
  #secret: Promise<string> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly clock: () => number,
  ) {}

  /**
   * The secret by which a reader can follow a report, from the form's token and what was written: the same form sent twice is one report. It is not kept.
   */
  async secretOf(token: string, { about, words }: Pick<Report, 'about' | 'words'>): Promise<string> {
    return (await this.#sign('report', JSON.stringify([token, about, words]))).slice(0, 22);
  }

  /** Keeps a report under the hash of a secret, unless it is there already. False if too many wait. */
  async take(
    secret: string,
    report: Pick<Report, 'organisation' | 'system' | 'about' | 'language' | 'words'>,
  ): Promise<boolean> {
    const { rows } = await this.pool.query<{ of_system: number; of_all: number }>(
      `SELECT count(*) FILTER (WHERE system = $1)::int AS of_system, count(*)::int AS of_all FROM vitrine.report WHERE decided_at IS NULL`,
      [report.system],
    );
    if (rows[0]!.of_system >= mostOfSystem || rows[0]!.of_all >= mostOfRegister) return false;
    const now = this.clock();
    const end = new Date(now + keptDays * dayMilliseconds);
    const { organisation, system, about, language, words } = report;
    await this.pool.query(
      `INSERT INTO vitrine.report (id, receipt, organisation, system, about, language, words, received_at, ends_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (receipt) DO NOTHING`,
      [randomUUID(), hash(secret), organisation, system, about, language, words, new Date(now), end],
    );
    return true;
  }

  /** The report that a reader follows by its secret. */
  async follow(secret: string): Promise<Report | undefined> {
    return (await this.#read('receipt = $2', [hash(secret)]))[0];
  }

  /** Reports, the oldest first: of an organisation, or of all; those that wait, or all. */
  list({ organisation, isOpen = false }: { organisation?: string | undefined; isOpen?: boolean }): Promise<Report[]> {
    return this.#read(`($2::text IS NULL OR ${charged} = $2) AND (NOT $3 OR decided_at IS NULL)`, [
      organisation ?? null,
      isOpen,
    ]);
  }

  /** All reports, for a backup. */
  async *all(): AsyncGenerator<Report> {
    for (let last = '00000000-0000-0000-0000-000000000000'; ; ) {
      const page = await this.#read('r.id > $2::uuid', [last], 'r.id');
      yield* page;
      if (page.length < pageSize) return;
      last = page.at(-1)!.id;
    }
  }

  async find(id: string): Promise<Report | undefined> {
    return (await this.#read('r.id = $2', [id]))[0];
  }

  /** Notes what became of a report: until when it must be answered if it is published. False if that was decided before. */
  async decide(id: string, { request, reply, due }: Decision): Promise<boolean> {
    const now = this.clock();
    const end = Math.max(now, due === undefined ? now : Date.parse(due)) + keptDaysDecided * dayMilliseconds;
    const { rowCount } = await this.pool.query(
      `UPDATE vitrine.report SET request = $2, reply = $3, decided_at = $4, ends_at = least(ends_at, $5) WHERE id = $1 AND decided_at IS NULL`,
      [id, request ?? null, reply ?? null, new Date(now), new Date(end)],
    );
    return rowCount === 1;
  }

  /** Undoes a publication that was refused. */
  async reopen(id: string, request: string): Promise<void> {
    await this.pool.query(
      `UPDATE vitrine.report SET request = NULL, decided_at = NULL, ends_at = received_at + $3 * interval '1 day' WHERE id = $1 AND request = $2`,
      [id, request, keptDays],
    );
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

  async #read(condition: string, values: unknown[], order = 'received_at, r.id'): Promise<Report[]> {
    const { rows } = await this.pool.query<Report>(
      `SELECT ${columns} FROM vitrine.report r LEFT JOIN ${live}.system s ON s.id = r.system WHERE ends_at > $1 AND ${condition} ORDER BY ${order} LIMIT ${pageSize}`,
      [new Date(this.clock()), ...values],
    );
    return rows;
  }
}

const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
