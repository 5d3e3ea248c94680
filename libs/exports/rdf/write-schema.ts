import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#event-store';
import { context, type Node } from './graph.js';
import { codeNodes, shapeNodes, vocabularyNodes } from './vocabulary.js';
import { rdfOf } from './write.js';

// Writes schema/rdf, which is derived from the event schemas and the code lists. With --check it only reports files that are out of date.
const isCheck = process.argv.includes('--check');
const files = {
  'context.jsonld': `${JSON.stringify(context, null, 2)}\n`,
  'vocabulary.ttl': await toTurtle(vocabularyNodes()),
  'codes.ttl': await toTurtle(codeNodes()),
  'shapes.ttl': await toTurtle(shapeNodes()),
};
for (const [name, text] of Object.entries(files)) {
  const path = join(projectRoot, 'schema/rdf', name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (isCheck) {
    console.error(`Out of date, run "npm run generate": schema/rdf/${name}`);
    process.exitCode = 1;
  } else writeFileSync(path, text);
}

async function toTurtle(nodes: Node[]): Promise<string> {
  let text = '';
  for await (const piece of rdfOf('ttl', once(nodes))) text += piece;
  return text;
}

async function* once<T>(page: T): AsyncGenerator<T> {
  yield page;
}
