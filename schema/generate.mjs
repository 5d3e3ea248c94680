// Generates everything that follows from the code lists (CSV), the event schemas (JSON Schema) and the record (schema/record), so that each
// fact is maintained in one place only. `npm run generate` writes the files; `npm run check:generated` fails if one is out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codelistModule, codelistSchema, labelModule } from './generate/codelists.mjs';
import { dutyModule, dutyTable, readDuties } from './generate/duties.mjs';
import { eventModule } from './generate/events.mjs';
import { graphqlCodes, graphqlCommands, graphqlRecord } from './generate/graphql.mjs';
import { versionModule } from './generate/read-models.mjs';
import { graphqlFacets, recordModule, recordSchema } from './generate/record.mjs';
import { readCodelists, readEvents, readRecord, root } from './generate/sources.mjs';
import { textModule } from './generate/texts.mjs';
import { makeVectors } from './log/make-vectors.mjs';

const check = process.argv.includes('--check');
const stale = [];

const codelists = readCodelists();
emit('schema/events/codelists.schema.json', `${JSON.stringify(codelistSchema(codelists), null, 2)}\n`);
const events = readEvents();
const record = readRecord(events, codelists);
emit('schema/events/record.schema.json', `${JSON.stringify(recordSchema(record), null, 2)}\n`);
emit('libs/domain/generated/codelists.ts', codelistModule(codelists));
emit('libs/domain/generated/labels.ts', labelModule(codelists));
emit('libs/domain/generated/record.ts', recordModule(record));
emit('libs/domain/generated/events.ts', eventModule(events));
emit('libs/exports/generated/texts.ts', textModule(record, events));
emit('schema/graphql/commands.graphql', graphqlCommands(events));
emit('schema/graphql/record.graphql', graphqlRecord(events, record));
emit('schema/graphql/facets.graphql', graphqlFacets(record.facets));
emit('schema/graphql/codes.graphql', graphqlCodes(codelists, events));
const duties = readDuties(codelists);
emit('libs/projections/generated/duties.ts', dutyModule(duties));
emit('schema/duties/README.md', dutyTable(duties));
emit('schema/log/vectors.json', `${JSON.stringify(makeVectors(), null, 2)}\n`);
emit('libs/projections/generated/version.ts', versionModule());
if (stale.length > 0) {
  console.error(`Out of date, run "npm run generate": ${stale.join(', ')}`);
  process.exit(1);
}

function emit(path, text) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (check) {
    stale.push(path);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
