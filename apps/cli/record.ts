import { parseJson } from '#commands';
import { operator } from '#domain';
import { readBytes } from '#imports';
import { submit } from '#server';
import { withPublishingRegister } from './settings.js';

/**
 * Records commands from a file, as the operator of the register: all of them or none, or (`each`) each independently. Prints each result as
 * JSON and names the commands at fault; exit code 1 if any was refused.
 */
export async function recordFile(file: string, options: { each?: boolean }): Promise<void> {
  const body = parseJson(readBytes(file), file);
  const commands = Array.isArray(body) ? (body as unknown[]) : [body];
  await withPublishingRegister(async (register) => {
    const actor = { organisation: operator, role: 'administrator' } as const;
    const { results, ...counts } = await submit(register, commands, actor, options.each !== true);
    for (const result of results) console.log(JSON.stringify(result));
    for (const [i, result] of results.entries())
      if (result.status === 'refused' && result.problem.code !== 'ALL_OR_NOTHING')
        console.error(`Item ${i + 1} of ${commands.length}${describe(commands[i])}: ${result.problem.detail}`);
    console.error(`${counts.recorded} recorded, ${counts.repeated} there already, ${counts.refused} refused.`);
    if (counts.refused === 0) return;
    if (options.each !== true && commands.length > 1)
      console.error('Nothing in the file was recorded. Correct it, or use --each to record the valid commands.');
    process.exitCode = 1;
  });
}

function describe(command: unknown): string {
  const { type, system, organisation, idempotencyKey } = (command ?? {}) as Record<string, unknown>;
  const words = [type, system ?? organisation, idempotencyKey && `key ${idempotencyKey}`]
    .filter((word) => typeof word === 'string')
    .map((word) => (word as string).slice(0, 200));
  return words.length > 0 ? ` (${words.join(', ')})` : '';
}
