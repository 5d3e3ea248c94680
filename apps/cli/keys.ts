import { join } from 'node:path';
import type { Role } from '#domain';
import { Refusal } from '#domain';
import { formatVerifierKey, openKeyFile } from '#log';
import { settings, withRegister } from './settings.js';

export function createKey(options: {
  name: string;
  role: Role;
  organisation?: string;
  expires?: string;
}): Promise<void> {
  return withRegister(async ({ keys }) => {
    const { organisation = null, expires } = options;
    if (organisation && !/^urn:vitrine:org:[a-z0-9-]+:[\w.-]+$/.test(organisation))
      throw new Refusal(
        'INVALID_PARAMETER',
        `"${organisation}" is not the URN of an organisation (urn:vitrine:org:nl-tooi:gm0363).`,
      );
    if (expires && Number.isNaN(Date.parse(expires)))
      throw new Refusal('INVALID_PARAMETER', `"${expires}" is not a date (YYYY-MM-DD).`);
    const expiresAt = expires ? new Date(`${expires}T23:59:59Z`) : null;
    const { id, secret } = await keys.create({ name: options.name, role: options.role, organisation, expiresAt });
    console.error(
      `Key ${id} of role ${options.role} for ${organisation ?? 'the operator of the register'}. It is shown only now:`,
    );
    console.log(secret);
  });
}

export function listKeys(): Promise<void> {
  return withRegister(async ({ keys }) => {
    for (const key of await keys.list()) {
      const state = key.revokedAt
        ? `revoked ${day(key.revokedAt)}`
        : key.expiresAt
          ? `until ${day(key.expiresAt)}`
          : 'no end';
      console.log([key.id, key.role.padEnd(13), state.padEnd(18), key.organisation ?? 'operator', key.name].join('  '));
    }
  });
}

export function revokeKey(id: string): Promise<void> {
  return withRegister(async ({ keys }) => {
    if (!(await keys.revoke(id))) throw new Refusal('NOT_FOUND', `There is no valid key "${id}".`);
    console.log(`Key ${id} is revoked.`);
  });
}

const day = (date: Date) => date.toISOString().slice(0, 10);

/** The key by which others verify this register's log. Only its public half is shown. */
export async function showLogKey(): Promise<void> {
  await withRegister(async ({ origin }) => {
    console.log(formatVerifierKey(openKeyFile(join(settings.home, 'keys/log.key'), `${origin}/log`).verifier));
  });
}
