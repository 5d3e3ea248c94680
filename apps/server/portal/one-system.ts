import { Refusal, settleText } from '#domain';
import type { Theme } from '#exports';
import { type Organisation, readOrganisationsById, readSystem, readTimelines, type SystemRecord } from '#projections';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';

/** What a page that goes with that of a system is made of. `isErased`: whether something that was recorded of it has been erased. */
export type OneSystem = {
  record: SystemRecord;
  organisation: Organisation | undefined;
  isErased: boolean;
  theme: Theme | undefined;
};

/** A system by its id, as given in an address. Throws NOT_FOUND. */
export async function readOneSystem({ pool }: Register, { themes }: Published, given: string): Promise<OneSystem> {
  const id = settleText(given);
  const found = await readSystem(pool, id);
  if (!found) throw noSuchSystem(id);
  const record = JSON.parse(found.record) as SystemRecord;
  const [organisation] = await readOrganisationsById(pool, [record.organisation]);
  const timeline = (await readTimelines(pool, [id], { first: 1000, newestFirst: true })).get(id)!;
  return {
    record,
    organisation,
    isErased: (record.erasures?.length ?? 0) > 0 || timeline.some(({ erased }) => erased.length > 0),
    theme: themes.organisations.get(record.organisation) ?? themes.register,
  };
}

export const noSuchSystem = (id: string) =>
  new Refusal('NOT_FOUND', `There is no "${id.slice(0, 200)}" in this register.`);
