import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { banner, root } from './sources.mjs';

/** What determines the read models: the domain, the projections, the upgrade of old events, and the synonyms. */
const folders = ['libs/domain', 'libs/projections'];
const files = ['libs/event-store/upcast.ts', 'schema/search/synonyms.json'];
/** Exceptions: the version itself, and the texts of refusals, which are in no read model. */
const noneOf = ['libs/projections/generated/version.ts', 'libs/domain/refusal.ts'];

/**
 * The version of the read models: a hash of the code that builds them, without comments and tests. If it has changed, the next start rebuilds
 * them beside the live tables.
 */
export function versionModule() {
  const code = folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !noneOf.includes(name));
  const hash = createHash('sha256');
  for (const name of [...code, ...files].sort()) hash.update(`${name}\n${withoutComments(name)}\n`);
  return [
    `// ${banner}`,
    '/** Of what the read models are made: another version is rebuilt at the next start. */',
    `export const version = '${hash.digest('hex').slice(0, 16)}';`,
    '',
  ].join('\n');
}

function withoutComments(name) {
  const text = readFileSync(join(root, name), 'utf8');
  if (!name.endsWith('.ts')) return text;
  const compilerOptions = { removeComments: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}
