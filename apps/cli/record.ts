import { readFileSync } from 'node:fs';
import { operator } from '#domain';
import { parseJson, submit } from '#server';
import { withPublishingRegister } from './settings.js';

/** Records commands from a file, as the operator of the register. Prints the result of each; exit code 1 if any was refused. */
export function recordFile(file: string, options: { atomic?: boolean }): Promise<void> {
  return withPublishingRegister(async (register) => {
    const body = parseJson(readFileSync(file));
    const commands = Array.isArray(body) ? (body as unknown[]) : [body];
    const actor = { organisation: operator, role: 'administrator' } as const;
    const { results, ...counts } = await submit(register, commands, actor, options.atomic === true);
    for (const result of results) console.log(JSON.stringify(result));
    console.error(`${counts.recorded} recorded, ${counts.repeated} there already, ${counts.refused} refused.`);
    if (counts.refused > 0) process.exitCode = 1;
  });
}
