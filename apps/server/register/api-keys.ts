import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DataSource, EntitySchema, IsNull, Not, type Repository } from 'typeorm';
import { type Actor, operator, Refusal, type Role } from '#domain';
import { type Database, toTypeOrm } from '#event-store';

export type ApiKey = {
  id: string;
  hash: Buffer;
  name: string;
  /** URN; null: the operator of the register. */
  organisation: string | null;
  role: Role;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** When it was restored from a backup; it is off until it is confirmed. */
  restoredAt: Date | null;
  confirmedAt: Date | null;
};

const apiKeyTable = new EntitySchema<ApiKey>({
  name: 'ApiKey',
  schema: 'vitrine',
  tableName: 'api_key',
  columns: {
    id: { type: 'text', primary: true },
    hash: { type: 'bytea' },
    name: { type: 'text' },
    organisation: { type: 'text', nullable: true },
    role: { type: 'text' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    expiresAt: { name: 'expires_at', type: 'timestamptz', nullable: true },
    revokedAt: { name: 'revoked_at', type: 'timestamptz', nullable: true },
    restoredAt: { name: 'restored_at', type: 'timestamptz', nullable: true },
    confirmedAt: { name: 'confirmed_at', type: 'timestamptz', nullable: true },
  },
});

/** A revocation takes effect after at most this long. */
const cacheMilliseconds = 2000;

/** The API keys of the register. A key is `vitrine_<id>.<secret>`; only its SHA-256 is kept. */
export class ApiKeys {
  #known = new Map<string, { key: ApiKey; readAt: number }>();

  private constructor(
    private readonly source: DataSource,
    private readonly table: Repository<ApiKey>,
  ) {}

  static async open(database: Database): Promise<ApiKeys> {
    const source = new DataSource({
      type: 'postgres',
      ...toTypeOrm(database.application),
      entities: [apiKeyTable],
      poolSize: 2,
    });
    await source.initialize();
    return new ApiKeys(source, source.getRepository(apiKeyTable));
  }

  /** Creates a key and returns it. Only then can it be read. */
  async create(key: {
    name: string;
    organisation: string | null;
    role: Role;
    expiresAt: Date | null;
  }): Promise<{ id: string; secret: string }> {
    const id = randomBytes(6).toString('hex');
    const secret = `vitrine_${id}.${randomBytes(32).toString('base64url')}`;
    const never = { revokedAt: null, restoredAt: null, confirmedAt: null };
    await this.table.insert({ ...key, id, hash: hash(secret), createdAt: new Date(), ...never });
    return { id, secret };
  }

  /** Revokes a key now. False if there is none with this id, or if it is already revoked. */
  async revoke(id: string): Promise<boolean> {
    this.#known.delete(id);
    const { affected } = await this.table.update({ id, revokedAt: IsNull() }, { revokedAt: new Date() });
    return affected === 1;
  }

  /**
   * Restores keys from a backup. Existing keys stay as they are, including revoked ones. Restored keys are off until somebody confirms them: the
   * backup may be older than a revocation. Returns the keys that were added.
   */
  async restore(keys: Omit<ApiKey, 'restoredAt' | 'confirmedAt'>[]): Promise<ApiKey[]> {
    if (keys.length === 0) return [];
    const off = keys.map((key) => ({ ...key, restoredAt: new Date(), confirmedAt: null }));
    const insert = this.table.createQueryBuilder().insert().values(off).orIgnore().returning('id');
    // Otherwise TypeORM would write the ids that come back into `off`, in the order in which they come.
    const result = await insert.updateEntity(false).execute();
    const put = new Set((result.raw as { id: string }[]).map(({ id }) => id));
    return off.filter(({ id }) => put.has(id));
  }

  /** Switches on a restored key. False if there is none with this id that waits for it. */
  async confirm(id: string): Promise<boolean> {
    this.#known.delete(id);
    const waiting = { id, revokedAt: IsNull(), restoredAt: Not(IsNull()), confirmedAt: IsNull() };
    const { affected } = await this.table.update(waiting, { confirmedAt: new Date() });
    return affected === 1;
  }

  list(): Promise<ApiKey[]> {
    return this.table.find({ order: { createdAt: 'ASC' } });
  }

  /** Who the bearer of this `Authorization` header is. Throws a Refusal: UNAUTHENTICATED, KEY_EXPIRED, KEY_REVOKED, KEY_NOT_CONFIRMED. */
  async authenticate(authorization: string | undefined): Promise<Actor> {
    if (!authorization)
      throw new Refusal('UNAUTHENTICATED', 'Writing needs an API key. Send "Authorization: Bearer <key>".');
    const [, secret, id] = /^Bearer +(vitrine_([0-9a-f]{12})\.[\w-]{43})$/i.exec(authorization) ?? [];
    const key = id && (await this.#find(id));
    if (!secret || !key || !timingSafeEqual(key.hash, hash(secret)))
      throw new Refusal('UNAUTHENTICATED', 'This API key is not one of this register.');
    if (key.revokedAt) throw new Refusal('KEY_REVOKED', `This API key was revoked on ${key.revokedAt.toISOString()}.`);
    if (isOff(key))
      throw new Refusal(
        'KEY_NOT_CONFIRMED',
        'This API key was restored from a backup and stays off until the operator of the register confirms it (vitrine keys confirm).',
      );
    if (key.expiresAt && key.expiresAt.getTime() < Date.now())
      throw new Refusal(
        'KEY_EXPIRED',
        `This API key expired on ${key.expiresAt.toISOString()}. Ask an administrator for a new one.`,
      );
    return { organisation: key.organisation ?? operator, role: key.role };
  }

  close(): Promise<void> {
    return this.source.destroy();
  }

  async #find(id: string): Promise<ApiKey | undefined> {
    const known = this.#known.get(id);
    if (known && Date.now() - known.readAt < cacheMilliseconds) return known.key;
    const key = await this.table.findOneBy({ id });
    if (!key) return undefined;
    if (this.#known.size > 10_000) this.#known.clear();
    this.#known.set(id, { key, readAt: Date.now() });
    return key;
  }
}

/** Whether a key was restored from a backup and nobody has confirmed it yet. */
export const isOff = ({ restoredAt, confirmedAt }: ApiKey) => restoredAt !== null && confirmedAt === null;

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
