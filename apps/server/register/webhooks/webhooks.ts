import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { EventType } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Tried } from './plan.js';
import { createKeys, type WebhookKeys } from './sign.js';

/** A receiver of new events, and the state of its deliveries. */
export type Webhook = WebhookKeys & {
  id: string;
  url: string;
  /** URN; null: the operator of the register. */
  owner: string | null;
  types: EventType[] | null;
  about: string[] | null;
  createdAt: Date;
  position: number;
  replayedAt: Date;
  state: 'active' | 'disabled';
  reason: string | null;
  attempts: number;
  failingSince: Date | null;
  nextAttempt: Date;
};
export type Delivery = {
  position: number;
  event: string;
  at: Date;
  outcome: 'delivered' | 'failed' | 'down' | 'given-up';
  status: number | null;
  detail: string | null;
  milliseconds: number;
};

/** For how long the log of deliveries is kept. */
const keptDays = 30;

const columns = `id, url, owner, types, about, secret, private_key AS "privateKey", created_at AS "createdAt", position,
  replayed_at AS "replayedAt", state, reason, attempts, failing_since AS "failingSince", next_attempt AS "nextAttempt"`;

/** Webhooks and their deliveries in the database. */
export class Webhooks {
  constructor(private readonly pool: Pool) {}

  /** Creates a webhook that gets the events after a position. */
  async create(asked: Pick<Webhook, 'url' | 'owner' | 'types' | 'about' | 'position'>): Promise<Webhook> {
    const { secret, privateKey } = createKeys();
    const { rows } = await this.pool.query<Webhook>(
      `INSERT INTO vitrine.webhook (id, url, owner, types, about, secret, private_key, created_at, position, replayed_at, state, attempts, next_attempt)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now(), $8, date_trunc('milliseconds', now()), 'active', 0, now()) RETURNING ${columns}`,
      [randomUUID(), asked.url, asked.owner, asked.types, asked.about, secret, privateKey, asked.position],
    );
    return rows[0]!;
  }

  /** The webhooks of one owner; without an owner, all. */
  async list(owner?: string): Promise<Webhook[]> {
    const { rows } = await this.pool.query<Webhook>(
      `SELECT ${columns} FROM vitrine.webhook WHERE $1::text IS NULL OR owner = $1 ORDER BY created_at, id`,
      [owner ?? null],
    );
    return rows;
  }

  async find(id: string): Promise<Webhook | undefined> {
    const { rows } = await this.pool.query<Webhook>(`SELECT ${columns} FROM vitrine.webhook WHERE id = $1`, [id]);
    return rows[0];
  }

  async remove(id: string): Promise<void> {
    await this.pool.query('DELETE FROM vitrine.webhook WHERE id = $1', [id]);
  }

  /** Makes a webhook active again. If a position is given, everything after it is sent again. */
  async resume(id: string, position?: number): Promise<Webhook | undefined> {
    const { rows } = await this.pool.query<Webhook>(
      `UPDATE vitrine.webhook SET state = 'active', reason = NULL, attempts = 0, failing_since = NULL, next_attempt = now(),
         position = coalesce($2, position), replayed_at = CASE WHEN $2::bigint IS NULL THEN replayed_at ELSE date_trunc('milliseconds', clock_timestamp()) END
       WHERE id = $1 RETURNING ${columns}`,
      [id, position ?? null],
    );
    return rows[0];
  }

  /** The attempts for events after its position, since a replay was last requested. */
  async readTried({ id, position, replayedAt }: Webhook): Promise<Map<number, Tried>> {
    const { rows } = await this.pool.query<Tried & { position: number }>(
      `SELECT position, count(*) FILTER (WHERE outcome = 'failed')::int AS attempts, bool_or(outcome IN ('delivered', 'given-up')) AS "isDone",
         extract(epoch FROM max(at))::float8 * 1000 AS last
       FROM vitrine.webhook_delivery WHERE webhook = $1 AND position > $2 AND at >= $3 GROUP BY position`,
      [id, position, replayedAt],
    );
    return new Map(rows.map((row) => [row.position, row]));
  }

  async log(
    webhook: string,
    { position, envelope }: RecordedEvent,
    delivery: Omit<Delivery, 'position' | 'event' | 'at'>,
  ) {
    await this.pool.query(
      `INSERT INTO vitrine.webhook_delivery (webhook, position, event, at, outcome, status, detail, milliseconds)
       SELECT id, $2, $3, clock_timestamp(), $4, $5, $6, $7 FROM vitrine.webhook WHERE id = $1`,
      [webhook, position, envelope.id, delivery.outcome, delivery.status, delivery.detail, delivery.milliseconds],
    );
  }

  /** Records how a round ended, unless a replay was requested meanwhile, and deletes old entries from the log of deliveries. */
  async endRound(
    webhook: Webhook,
    ended: {
      position: number;
      attempts: number;
      nextAttempt: Date;
      failingSince: Date | null;
      disabled?: string | undefined;
    },
  ): Promise<void> {
    await this.pool.query(
      `UPDATE vitrine.webhook SET position = $3, attempts = $4, next_attempt = $5, failing_since = $6,
         state = CASE WHEN $7::text IS NULL THEN state ELSE 'disabled' END, reason = $7
       WHERE id = $1 AND replayed_at = $2 AND state = 'active'`,
      [
        webhook.id,
        webhook.replayedAt,
        ended.position,
        ended.attempts,
        ended.nextAttempt,
        ended.failingSince,
        ended.disabled ?? null,
      ],
    );
    await this.pool.query(
      `DELETE FROM vitrine.webhook_delivery WHERE webhook = $1 AND position <= $2 AND at < now() - interval '${keptDays} days'`,
      [webhook.id, ended.position],
    );
  }

  /** The last deliveries, newest first. */
  async readDeliveries(id: string, limit: number): Promise<Delivery[]> {
    const { rows } = await this.pool.query<Delivery>(
      'SELECT position, event, at, outcome, status, detail, milliseconds FROM vitrine.webhook_delivery WHERE webhook = $1 ORDER BY at DESC LIMIT $2',
      [id, limit],
    );
    return rows;
  }
}

/** Whether a webhook wants to know of an event. */
export function wants({ types, about }: Pick<Webhook, 'types' | 'about'>, { envelope }: RecordedEvent): boolean {
  const { type, organisation, system } = envelope;
  return (
    (types === null || (types as string[]).includes(type)) &&
    (about === null || about.includes(organisation) || (system !== undefined && about.includes(system)))
  );
}
