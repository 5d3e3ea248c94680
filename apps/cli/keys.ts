import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDate, Refusal, type Role, settleText } from '#domain';
import {
  claimBeginning,
  createLogKey,
  endRotation,
  formatVerifierKey,
  LogError,
  openLogKeys,
  openNote,
  readIfThere,
  rotateLogKey,
  type VerifierKey,
} from '#log';
import { isOff } from '#server';
import { logPlaces, settings, withRegister } from './settings.js';

export function createKey(options: {
  name: string;
  role: Role;
  organisation?: string;
  expires?: string;
}): Promise<void> {
  return withRegister(async ({ keys }) => {
    const { expires } = options;
    const organisation = options.organisation === undefined ? null : settleText(options.organisation);
    if (organisation && !/^urn:vitrine:org:[a-z0-9-]+:[\w.-]+$/.test(organisation))
      throw new Refusal(
        'INVALID_PARAMETER',
        `"${organisation}" is not the URN of an organisation (urn:vitrine:org:nl-tooi:gm0363).`,
      );
    if (expires && !isDate(expires)) throw new Refusal('INVALID_PARAMETER', `"${expires}" is not a date (YYYY-MM-DD).`);
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
      const state = isOff(key)
        ? `off since ${day(key.restoredAt!)}`
        : key.revokedAt
          ? `revoked ${day(key.revokedAt)}`
          : key.expiresAt
            ? `until ${day(key.expiresAt)}`
            : 'no end';
      console.log([key.id, key.role.padEnd(13), state.padEnd(18), key.organisation ?? 'operator', key.name].join('  '));
    }
  });
}

/**
 * Activates a key that was restored from a backup. It is identified by its name and the day (UTC) on which it was created, which its holder
 * knows, so that nobody activates an unknown key.
 */
export function confirmKey(name: string, created: string, options: { id?: string }): Promise<void> {
  return withRegister(async ({ keys }) => {
    const waiting = (await keys.list()).filter(
      (key) =>
        isOff(key) && key.name === name && day(key.createdAt) === created && (!options.id || key.id === options.id),
    );
    if (waiting.length === 0)
      throw new Refusal('NOT_FOUND', `No key "${name}" of ${created} waits to be confirmed. See: vitrine keys list`);
    if (waiting.length > 1)
      throw new Refusal(
        'INVALID_PARAMETER',
        `Several keys have this name and date. Choose one with --id: ${waiting.map(({ id }) => id).join(', ')}`,
      );
    await keys.confirm(waiting[0]!.id);
    console.log(`Key ${waiting[0]!.id} (${waiting[0]!.role}, ${waiting[0]!.organisation ?? 'operator'}) is on again.`);
  });
}

export function revokeKey(id: string): Promise<void> {
  return withRegister(async ({ keys }) => {
    if (!(await keys.revoke(id))) throw new Refusal('NOT_FOUND', `There is no valid key "${id}".`);
    console.log(`Key ${id} is revoked.`);
  });
}

const day = (date: Date) => date.toISOString().slice(0, 10);

const keyFolder = () => join(settings.home, 'keys');

/** Shows the public key with which others verify this register's log. */
export function showLogKey(): Promise<void> {
  // With a wrong VITRINE_HOME, the next step would start a new register in that folder.
  if (!existsSync(join(keyFolder(), 'log.key')))
    throw new Refusal(
      'NOT_FOUND',
      `There is no key of a log in ${keyFolder()}. "vitrine up" makes it with the register; if there is one already, name its folder: VITRINE_HOME.`,
    );
  return withRegister(async ({ origin }) => {
    const [signer, retiring] = openLogKeys(keyFolder(), `${origin}/log`).signers;
    console.log(formatVerifierKey(signer!.verifier));
    if (retiring)
      console.log(`${formatVerifierKey(retiring.verifier)} (signs too, until vitrine keys log rotate --end)`);
  });
}

/** Creates a key for a log that has none: before the first start, or after its key was lost. */
export function createLogKeyFile(): Promise<void> {
  return withRegister(async ({ origin, store }) => {
    if (!existsSync(join(keyFolder(), 'log.key'))) await claimBeginning(logPlaces.claims, `${origin}/log`);
    const vkey = formatVerifierKey(createLogKey(keyFolder(), `${origin}/log`));
    await store.nameLogKeys([vkey], { onlyFirst: false });
    console.log(vkey);
    console.error(`The private half is in ${join(keyFolder(), 'log.key')}. Keep a copy apart from all backups.`);
  });
}

/** Records in the database that the key of this home signs the log, in case it names another key by mistake. */
export function nameLogKey(): Promise<void> {
  return withRegister(async ({ origin, store }) => {
    const vkeys = openLogKeys(keyFolder(), `${origin}/log`).signers.map(({ verifier }) => formatVerifierKey(verifier));
    for (const vkey of await store.nameLogKeys(vkeys, { onlyFirst: false })) console.log(vkey);
    console.error('These keys can sign the log of this register. Make sure that only one machine publishes it.');
  });
}

/** Creates a new key for which the old one vouches, or (`end`) stops using the old one. */
export function rotateLogKeys(options: { end?: boolean }): Promise<void> {
  return withRegister(async ({ origin }) => {
    if (options.end) return endLogKeyRotation(`${origin}/log`);
    const { from, to } = rotateLogKey(keyFolder(), `${origin}/log`);
    console.log(formatVerifierKey(to));
    console.error(
      `It follows ${from.name}+${from.id}, which says so in log/key/${from.id} and goes on signing beside it.\n` +
        'Restart the register. Give readers time to fetch the new key. Then run "vitrine keys log rotate --end" and restart again.',
    );
  });
}

/** Ends a rotation, but only once the new key has signed: until then the checkpoint has only the old key's signature. */
async function endLogKeyRotation(name: string): Promise<void> {
  const { signers } = openLogKeys(keyFolder(), name);
  const checkpoint = await readIfThere(join(settings.home, 'public/log/checkpoint'));
  if (checkpoint && signers.length > 1 && !isSignedBy(checkpoint, signers[0]!.verifier))
    throw new LogError('SIGNATURE_MISSING', 'The new key has not signed yet. Restart the register first.');
  if (!endRotation(keyFolder())) throw new LogError('KEY_MISSING', 'No key is being followed by another.');
  console.log(formatVerifierKey(signers[0]!.verifier));
  console.error(
    `From the next start of the register only this key signs; ${signers[1]!.verifier.id} is no longer used.`,
  );
}

function isSignedBy(checkpoint: Buffer, key: VerifierKey): boolean {
  try {
    return openNote(checkpoint, [key]).verified.length > 0;
  } catch (error) {
    if (error instanceof LogError && error.code === 'SIGNATURE_MISSING') return false;
    throw error;
  }
}
