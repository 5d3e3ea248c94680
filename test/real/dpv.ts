// Checks that the DPV terms that the register uses are defined in DPV 2.3, with the type that they are used as. Run by hand:
//   npm run check:real:dpv -- FOLDER     with the vocabulary's CSV files
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { projectRoot } from '#event-store';
import { definedTerms } from '../setup/vocabularies.js';

const [folder] = process.argv.slice(2) as [string];
const prefix = 'https://w3id.org/dpv';
const defined = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .flatMap((name) => parse(readFileSync(join(folder, name)), { columns: true }) as { iri: string; type: string }[])
    .map(({ iri, type }) => [iri, type]),
);
const published = readdirSync(join(projectRoot, 'schema/rdf')).flatMap((name) => irisIn(name));
const used = new Set([...[...definedTerms].filter((term) => term.startsWith(prefix)), ...published]);
let bad = 0;
for (const term of used) {
  const type = defined.get(term);
  const isProperty = /[#/]has[A-Z]\w*$/.test(term);
  const problem = !type ? 'is not there' : isProperty !== (type === 'property') ? `is a ${type}` : undefined;
  if (problem) {
    bad++;
    console.log(`${term} ${problem}`);
  }
}
console.log(`${used.size} terms of DPV used, ${defined.size} defined in ${folder}, ${bad} faults`);
process.exitCode = bad === 0 ? 0 : 1;

/** Full addresses in a file of schema/rdf, and names under the prefixes that it declares. */
function irisIn(name: string): string[] {
  const text = readFileSync(join(projectRoot, 'schema/rdf', name), 'utf8');
  const whole = [...text.matchAll(/https:\/\/w3id\.org\/dpv[\w/]*#[\w-]+/g)].map(([iri]) => iri);
  const prefixes = [...text.matchAll(/"?@?(?:prefix )?"?([\w-]+)"?:\s*[<"](https:\/\/w3id\.org\/dpv[\w/]*#)[>"]/g)];
  const short = prefixes.flatMap(([, short, iri]) =>
    [...text.matchAll(new RegExp(`(?<![\\w-])${short}:([A-Za-z][\\w-]*)`, 'g'))].map(([, local]) => iri! + local!),
  );
  return [...whole, ...short];
}
