// Executes random valid GraphQL documents (fragments, conditions, aliases, lists, null variables) by graphql-js and by the compiler: the
// answers must be identical, byte for byte, and none an internal error.   npm run harness:executors [-- HOW MANY [SEED]]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#event-store';
import { Register } from '#server';
import { loadDemo } from '../../apps/cli/demo.js';
import { findDifferences, namesOf, openExecutors } from '../setup/executors.js';

const count = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const home = mkdtempSync(join(tmpdir(), 'vitrine-executors-'));
const postgres = await startEmbeddedPostgres(home);
const register = await Register.open({ database: postgres.database, origin: 'executors.example', projecting: true });
await loadDemo(register);
await register.projected.waitUntil(await register.store.head(), 60_000);
const executors = await openExecutors(register);
const { different, reordered, withData, internal } = await findDifferences(executors, await namesOf(register), {
  count,
  seed,
});
console.log(
  `${count} documents (seed ${seed}), ${withData} answered with 200: ${different.length} differences, ${internal.length} internal errors. Of ${reordered} another error was told first.`,
);
for (const { seed: own, asked, answers } of [...different, ...internal].slice(0, 5))
  console.log(`\nseed ${own}\n${JSON.stringify(asked)}\n${answers.map((answer) => answer.slice(0, 1000)).join('\n')}`);
await executors.close();
await register.close();
await postgres.stop();
rmSync(home, { recursive: true, force: true });
process.exit(different.length + internal.length === 0 ? 0 : 1);
