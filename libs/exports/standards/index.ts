import type { SystemRecord } from '#projections';
import { system } from '../rdf/fields.js';
import { annexVIIIA, annexVIIIB, annexVIIIC, isProvider } from './ai-act.js';
import { dtpr } from './dtpr.js';
import { eurocities } from './eurocities.js';
import { frInventory, frMention } from './fr.js';
import { nl } from './nl.js';
import { pstw } from './pstw.js';
import { type Loss, lossesOf, type Standard } from './standard.js';

/** The standards into which records go, by their ids. */
export const standards: { [id: string]: Standard } = Object.fromEntries(
  [nl, eurocities, annexVIIIC, annexVIIIA, annexVIIIB, frInventory, frMention, dtpr, pstw].map((standard) => [
    standard.id,
    standard,
  ]),
);

/** Every field that a record can have. */
export const recordFields = ['id', ...system.fields.map(({ name }) => name)];

/** What a standard cannot hold. */
export const lossTable = (standard: Standard): Loss[] => lossesOf(standard, recordFields);

/** Whether a standard is meant for a record: section A and B of Annex VIII only where the city is the provider, C for high-risk systems. */
export function isFor({ id }: Standard, record: SystemRecord): boolean {
  if (id === annexVIIIA.id) return record.risk?.class === 'high' && isProvider(record);
  if (id === annexVIIIB.id) return record.risk?.derogation !== undefined && isProvider(record);
  if (id === annexVIIIC.id) return record.risk?.class === 'high';
  return true;
}
