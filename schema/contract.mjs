// The GraphQL contract as it was published last (schema/published.graphql) beside the one of now: `npm run check:contract` names every
// change and fails on one that breaks a client; `npm run publish:contract` publishes the contract of now (say so in CHANGELOG.md).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, findBreakingChanges, findDangerousChanges, lexicographicSortSchema, printSchema } from 'graphql';

const folder = join(import.meta.dirname, 'graphql');
const file = join(import.meta.dirname, 'published.graphql');
const current = buildSchema(
  readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n'),
);

if (process.argv.includes('--check')) {
  const published = buildSchema(readFileSync(file, 'utf8'));
  const breaking = findBreakingChanges(published, current);
  for (const { description } of findDangerousChanges(published, current))
    console.log(`May surprise a client: ${description}`);
  for (const { description } of breaking) console.error(`Breaks clients: ${description}`);
  if (breaking.length > 0) {
    console.error('Deprecate first (@deprecated), or publish a new contract: npm run publish:contract');
    process.exit(1);
  }
} else writeFileSync(file, `${printSchema(lexicographicSortSchema(current))}\n`);
