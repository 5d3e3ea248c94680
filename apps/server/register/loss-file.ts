import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { EventStore, Loss } from '#event-store';

/**
 * What the database lost of what was acknowledged, in a file of the register's home: so a restart does not forget it, and nothing is
 * recorded before the events are back or the operator has accepted that they are gone (`vitrine accept-loss`).
 */
export function writeLoss(file: string, loss: Loss): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(loss, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

/** What of a loss that was noticed before is still missing; undefined, and the file is gone, when all of it is back. */
export async function readLoss(file: string, store: EventStore): Promise<Loss | undefined> {
  if (!existsSync(file)) return undefined;
  const loss = JSON.parse(readFileSync(file, 'utf8')) as Loss;
  const events = await store.findMissing(loss.events);
  if (events.length > 0 || loss.events.length === 0) return { ...loss, events };
  rmSync(file);
  return undefined;
}

/** In words: which events, and what to do. */
export function describeLoss({ noticedAt, events, isAll }: Loss): string {
  const [first, last] = [events[0]?.position, events.at(-1)?.position];
  const which =
    first === undefined
      ? 'Events'
      : first === last
        ? `Event ${first}`
        : `${events.length} events from ${first} to ${last}`;
  const more = isAll || first === undefined ? '' : ', and perhaps some before,';
  return `${which}${more} were acknowledged and are not in the database any more (noticed ${noticedAt}): it was replaced by an older state. Nothing is recorded. Put them back (the database that has them; or vitrine restore var/public/log, if the log has published them), or accept that they are gone: vitrine accept-loss. Then start the register again.`;
}
