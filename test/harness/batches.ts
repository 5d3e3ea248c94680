// Random batches over organisations and systems: a batch must be accepted as a whole if and only if its commands are accepted one after
// the other, with the same events.   npm run harness:batches [-- HOW MANY [SEED]]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { startEmbeddedPostgres } from '#event-store';
import { compareBatch, openBatchStores, plannedBatch } from '../setup/batches.js';

const count = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const home = mkdtempSync(join(tmpdir(), 'vitrine-batches-'));
const postgres = await startEmbeddedPostgres(home);
process.env['VITRINE_TEST_POSTGRES'] = JSON.stringify(postgres.database);
const stores = await openBatchStores();
const seen = { accepted: 0, refused: 0, commands: 0, repeated: 0, warned: 0 };
let different = 0;
for (const batch of fc.sample(plannedBatch, { numRuns: count, seed })) {
  const { whole, single } = await compareBatch(stores, batch);
  seen[whole.accepted ? 'accepted' : 'refused']++;
  seen.commands += batch.length;
  for (const { repeated, warns } of whole.outcomes) {
    if (repeated) seen.repeated++;
    if (warns) seen.warned++;
  }
  if (isDeepStrictEqual(whole, single)) continue;
  if (different++ < 5) console.log(JSON.stringify({ batch, whole, single }));
}
await stores.close();
await postgres.stop();
rmSync(home, { recursive: true, force: true });
console.log(
  `${count} batches (seed ${seed}), ${seen.commands} commands: ${seen.accepted} accepted, ${seen.refused} refused; ${seen.repeated} commands repeated, ${seen.warned} with a warning; ${different} whole otherwise than one after the other.`,
);
process.exitCode = different > 0 ? 1 : 0;
