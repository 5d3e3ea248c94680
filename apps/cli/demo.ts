import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { projectRoot } from '#event-store';
import type { Register } from '#server';

const folder = join(projectRoot, 'apps/cli/demo');
const corrections = 'corrections.json';
const administrator = { organisation: operator, role: 'administrator' } as const;

/** Records the demonstration data through ordinary commands: what happened, all or nothing; then what of it was wrong. */
export async function loadDemo(register: Register): Promise<void> {
  const submissions = readDemo().map((one) => parseSubmission(one));
  const result = await register.commands.handleAll(submissions, administrator);
  if ('refused' in result) {
    const [index, refusal] = [...result.refused][0]!;
    throw new Error(
      `The demonstration data are at odds with the rules: ${submissions[index]!.key}: ${refusal.code} ${refusal.message}`,
    );
  }
  const ids = new Map(submissions.map(({ key }, i) => [key, result.outcomes[i]!.eventId]));
  for (const command of readCorrections()) {
    const { event, ...data } = command.data;
    // An event has no id before it is recorded, so a correction names the key of its command.
    const about = event === undefined ? {} : { event: ids.get(event) };
    const { command: parsed, key } = parseSubmission({ ...command, data: { ...data, ...about } });
    ids.set(key, (await register.commands.handle({ command: parsed, key }, administrator)).eventId);
  }
}

/** The commands of what happened in the demonstration, in order. */
export function readDemo(): unknown[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== corrections)
    .sort();
  return files.flatMap((file) => read(file));
}

/** The commands that come after those: `event` is the idempotency key of a command. */
const readCorrections = () => read(corrections) as { data: { event?: string } }[];

const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown[];
