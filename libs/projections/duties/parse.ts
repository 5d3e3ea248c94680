import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { codelists, fields } from '#domain';
import { projectRoot } from '#event-store';
import type { Condition, Duty } from './duty.js';
import { facts } from './facts.js';

/**
 * Reads duties from JSON text: one entry or a list of them, as schema/duties/duty.schema.json says. Throws an Error that names every fault: an entry of
 * another form, a fact, a field or an obligation that there is not.
 */
export function parseDuties(json: string): Duty[] {
  const said: unknown = JSON.parse(json);
  const entries = Array.isArray(said) ? said : [said];
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const isDuty = ajv.compile<Duty>(
    JSON.parse(readFileSync(join(projectRoot, 'schema/duties/duty.schema.json'), 'utf8')),
  );
  const faults = entries.flatMap((entry, i) => {
    const name = `${(entry as { id?: unknown } | null)?.id ?? `entry ${i + 1}`}`;
    if (isDuty(entry)) return unknownNames(entry).map((fault) => `${name}: ${fault}`);
    return (isDuty.errors ?? []).map(({ instancePath, message }) => `${name}: ${instancePath || '/'} ${message}`);
  });
  if (entries.length === 0 || faults.length > 0)
    throw new Error(
      `These are no duties (schema/duties/duty.schema.json):\n${faults.slice(0, 20).join('\n') || 'the list is empty'}`,
    );
  return entries as Duty[];
}

function unknownNames({ obligation, binds, applies, dates, met }: Duty): string[] {
  const conditions = [
    binds,
    applies,
    ...dates.flatMap(({ on }) => on.flatMap((date) => [date.if ?? [], date.legacy?.if ?? []].flat())),
  ];
  const field = 'field' in met ? met.field : undefined;
  return [
    ...((codelists.obligation as readonly string[]).includes(obligation)
      ? []
      : [`there is no obligation "${obligation}"`]),
    ...conditions
      .flatMap(factsOf)
      .flatMap((fact) => (Object.hasOwn(facts, fact) ? [] : [`there is no fact "${fact}"`])),
    ...(field === undefined || fields.some(({ name }) => name === field) ? [] : [`there is no field "${field}"`]),
  ];
}

function factsOf(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(factsOf);
  if ('any' in condition) return condition.any.flatMap(factsOf);
  return 'not' in condition ? factsOf(condition.not) : [condition.fact];
}
