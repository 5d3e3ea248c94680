import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { EventStore, Loss } from '#event-store';

/**
 * Writes which acknowledged events the database has lost to a file in the register's home. So a restart does not forget it, and nothing is
 * recorded until the events are back or the operator has accepted that they are gone (`vitrine accept-loss`).
 */
export function writeLoss(file: string, loss: Loss): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(loss, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

/** What is still missing of a loss noticed before. If everything is back, deletes the file and returns undefined. */
export async function readLoss(file: string, store: EventStore): Promise<Loss | undefined> {
  if (!existsSync(file)) return undefined;
  const loss = JSON.parse(readFileSync(file, 'utf8')) as Loss;
  const events = await store.findMissing(loss.events);
  if (events.length > 0 || loss.events.length === 0) return { ...loss, events };
  rmSync(file);
  return undefined;
}

/** Describes a loss in words: which events, and what to do. */
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
