// Compares the current GraphQL contract with the last published one (schema/published.graphql): `npm run check:contract` lists dangerous and
// breaking changes and fails on breaking ones; `npm run publish:contract` publishes the current contract (mention it in CHANGELOG.md).
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
