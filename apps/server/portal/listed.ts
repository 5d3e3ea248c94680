import { type Listed, pathIn } from '#exports';
import {
  type CurrentSystem,
  isOfLaw,
  readGapsOf,
  readOrganisationsById,
  readOversightFigures,
  type SystemRecord,
} from '#projections';
import type { Register } from '../register/register.js';

/** Systems as a list shows them: now, or as they were on a day (`asOf`), by what is known now. `language`: that of the pages to which the list leads. */
export async function listed(
  register: Register,
  systems: CurrentSystem[],
  { language, asOf }: { language: string; asOf?: string | undefined },
): Promise<Listed[]> {
  const { pool } = register;
  const records = systems.map(({ record }) => JSON.parse(record) as SystemRecord);
  const ids = records.map(({ id }) => id);
  const bodies = await readOrganisationsById(pool, [...new Set(records.map(({ organisation }) => organisation))]);
  const organisations = new Map(bodies.map((one) => [one.id, one]));
  const figures = await readOversightFigures(pool, ids);
  const on = asOf ?? register.today();
  const gaps = await readGapsOf(pool, { on }, ids);
  return records.map((record) => ({
    href: pathIn(language, `/systems/${record.id}`, asOf && `?asOf=${asOf}`),
    record,
    organisation: organisations.get(record.organisation),
    asOf,
    figures: (figures.get(record.id) ?? []).filter(({ period }) => period.to <= on),
    missing: gaps.get(record.id)?.filter(isOfLaw).length ?? 0,
  }));
}
