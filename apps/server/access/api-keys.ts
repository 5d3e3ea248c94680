import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DataSource, EntitySchema, IsNull, type Repository } from 'typeorm';
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

  /** Makes a key and returns it: the only moment at which it can be read. */
  async create(key: {
    name: string;
    organisation: string | null;
    role: Role;
    expiresAt: Date | null;
  }): Promise<{ id: string; secret: string }> {
    const id = randomBytes(6).toString('hex');
    const secret = `vitrine_${id}.${randomBytes(32).toString('base64url')}`;
    await this.table.insert({ ...key, id, hash: hash(secret), createdAt: new Date(), revokedAt: null });
    return { id, secret };
  }

  /** Ends a key now. False if there is none of this id that is still valid. */
  async revoke(id: string): Promise<boolean> {
    this.#known.delete(id);
    const { affected } = await this.table.update({ id, revokedAt: IsNull() }, { revokedAt: new Date() });
    return affected === 1;
  }

  /** Puts keys back from a backup; those that are there stay as they are. Returns how many were put in. */
  async restore(keys: ApiKey[]): Promise<number> {
    if (keys.length === 0) return 0;
    const result = await this.table.createQueryBuilder().insert().values(keys).orIgnore().returning('id').execute();
    return (result.raw as unknown[]).length;
  }

  list(): Promise<ApiKey[]> {
    return this.table.find({ order: { createdAt: 'ASC' } });
  }

  /** Who the bearer of this `Authorization` header is. Throws a Refusal: UNAUTHENTICATED, KEY_EXPIRED, KEY_REVOKED. */
  async authenticate(authorization: string | undefined): Promise<Actor> {
    if (!authorization)
      throw new Refusal('UNAUTHENTICATED', 'Writing needs an API key. Send "Authorization: Bearer <key>".');
    const [, secret, id] = /^Bearer +(vitrine_([0-9a-f]{12})\.[\w-]{43})$/i.exec(authorization) ?? [];
    const key = id && (await this.#find(id));
    if (!secret || !key || !timingSafeEqual(key.hash, hash(secret)))
      throw new Refusal('UNAUTHENTICATED', 'This API key is not one of this register.');
    if (key.revokedAt) throw new Refusal('KEY_REVOKED', `This API key was revoked on ${key.revokedAt.toISOString()}.`);
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

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
