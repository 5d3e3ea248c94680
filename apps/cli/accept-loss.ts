import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Refusal } from '#domain';
import { openEventStore } from '#event-store';
import { discard, listThere } from '#exports';
import { describeLoss, readLoss } from '#server';
import { readSignedSize } from './published.js';
import { lossFile, openDatabase, settings, settledOrigin } from './settings.js';

/**
 * Lets the register continue without acknowledged events that the database has lost: lists them, asks for confirmation, and removes the dumps
 * that are ahead of the database. The senders must be told; if they send the events again with the same idempotency keys, they are recorded anew.
 */
export async function acceptLoss(options: { yes?: boolean }): Promise<void> {
  const { database, close } = await openDatabase(false);
  try {
    const store = await openEventStore(database, await settledOrigin(database));
    try {
      const loss = await readLoss(lossFile, store);
      if (!loss) return console.log('Nothing is missing: the database has all acknowledged events.');
      console.log(describeLoss(loss));
      const signed = await readSignedSize();
      if (signed > (await store.head()) + 1)
        throw new Refusal(
          'LOG_REFUSES',
          `${signed} events are signed: whoever has seen that can prove it, so the log can never go on without them. They are in the published log: vitrine restore ${join(settings.home, 'public/log')}`,
        );
      for (const { position, id } of loss.events) console.log(`  position ${position}  event ${id}`);
      if (!options.yes && !(await confirmed())) {
        console.log('Nothing was changed.');
        process.exitCode = 1;
        return;
      }
      const head = await store.head();
      const exports = join(settings.home, 'public/exports');
      for (const dump of await listThere(exports)) if (dump.at > head) await discard(exports, dump);
      const kept = lossFile.replace(/\.json$/, `-${new Date().toISOString().replaceAll(':', '')}.json`);
      renameSync(lossFile, kept);
      console.log(
        `Accepted. The list is kept in ${kept}: tell those who sent these events. Now start the register again.`,
      );
    } finally {
      await store.close();
    }
  } finally {
    await close();
  }
}

async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Refusal('INVALID_PARAMETER', 'There is no terminal to ask on. Add --yes to accept without a question.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question('Go on without them? Type "accept": ')) === 'accept';
  } finally {
    terminal.close();
  }
}
