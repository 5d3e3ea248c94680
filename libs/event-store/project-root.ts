import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder with package.json and schema/, whether the program runs from the sources or from dist/. */
export const projectRoot = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'schema', 'sql'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('The folder schema/ is missing beside the program.');
  return findRoot(parent);
}
