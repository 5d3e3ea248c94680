// Validates linked data with two SHACL engines:  node validate.mjs URL SHAPES...
// Prints one line per engine and one per result; exit code 1 on a violation.
import { readFileSync } from 'node:fs';
import N3 from 'n3';
import RdfValidateShacl from 'rdf-validate-shacl';
import { Validator } from 'shacl-engine';

const [url, ...files] = process.argv.slice(2);
const answer = await fetch(url);
const data = new N3.Store(new N3.Parser({ baseIRI: url }).parse(await answer.text()));
const shapes = new N3.Store(
  files.flatMap((file) => new N3.Parser({ baseIRI: 'https://shapes.example/' }).parse(readFileSync(file, 'utf8'))),
);
const reports = {
  'rdf-validate-shacl': await new RdfValidateShacl(shapes).validate(data),
  'shacl-engine': await new Validator(shapes, { factory: N3.DataFactory }).validate({ dataset: data }),
};
const told = new Set();
for (const [engine, { results }] of Object.entries(reports)) {
  const violations = results.filter(({ severity }) => severity.value.endsWith('#Violation'));
  console.log(
    `${engine}: ${data.size} triples, ${violations.length} violations, ${results.length - violations.length} warnings`,
  );
  for (const { focusNode, path, severity, message } of results)
    told.add(`  ${severity.value.split('#')[1]} ${focusNode?.value} ${path?.value ?? ''} ${message?.[0]?.value ?? ''}`);
  if (violations.length > 0) process.exitCode = 1;
}
for (const line of told) console.log(line);
