import { hash, randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(10 * 256);
let used = pool.length;

/** A UUIDv7 (RFC 9562) for a time in milliseconds since 1970. */
export function uuidv7(time: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + 10);
  used += 10;
  const clock = time.toString(16).padStart(12, '0');
  const variant = ((Number.parseInt(random[3]!, 16) & 3) | 8).toString(16);
  return `${clock.slice(0, 8)}-${clock.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** Turns an idempotency key of any length, in its scope, into the 128 bits under which the store files it (truncated SHA-256). */
export function keyToUuid(scope: string, key: string): string {
  const hex = hash('sha256', `${scope}\n${key}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
