#!/usr/bin/env node
// The command `vitrine`. Builds the program first if it is not built or its sources are newer.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const built = join(root, 'dist/apps/cli/main.js');

if (
  existsSync(join(root, 'tsconfig.json')) &&
  newest(['apps', 'libs']) > modified(join(root, 'dist/tsconfig.tsbuildinfo'))
) {
  console.error('Building ...');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const steps = [[tsc, '-p', join(root, 'tsconfig.json')], [join(root, 'apps/verifier/bundle.mjs')]];
  const run = (step) => spawnSync(process.execPath, step, { stdio: ['ignore', 2, 2] }).status === 0;
  if (!steps.every(run)) {
    console.error('The build failed. Run "npm ci" first; if it still fails, this is a bug.');
    process.exit(1);
  }
}
await import(built);

function newest(folders) {
  let latest = 0;
  for (const folder of folders)
    for (const entry of readdirSync(join(root, folder), { recursive: true }))
      if (/\.tsx?$/.test(entry)) latest = Math.max(latest, modified(join(root, folder, entry)));
  return latest;
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
