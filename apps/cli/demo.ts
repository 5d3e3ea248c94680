import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { projectRoot } from '#event-store';
import type { Register } from '#server';

/** Records the demonstration data through ordinary commands, all or nothing. */
export async function loadDemo(register: Register): Promise<void> {
  const submissions = readDemo().map((one) => parseSubmission(one));
  const result = await register.commands.handleAll(submissions, { organisation: operator, role: 'administrator' });
  if ('outcomes' in result) return;
  const [index, refusal] = [...result.refused][0]!;
  throw new Error(
    `The demonstration data are at odds with the rules: ${submissions[index]!.key}: ${refusal.code} ${refusal.message}`,
  );
}

/** The commands of the demonstration, in order. */
export function readDemo(): unknown[] {
  const folder = join(projectRoot, 'apps/cli/demo');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown[]);
}
