import type { Organisation, SystemRecord } from '#projections';
import { annexVIIIA, annexVIIIB, annexVIIIC, isProvider, isRegisteredByDeployer } from './ai-act/ai-act.js';
import { dtpr } from './dtpr/dtpr.js';
import { eurocities } from './eurocities/eurocities.js';
import { frInventory, frMention, needsMention } from './fr/fr.js';
import { nl } from './nl/nl.js';
import { pstw } from './pstw/pstw.js';
import type { Standard } from './standard.js';

export {
  columnsOf,
  type Loss,
  languagesOf,
  lossesOf,
  type Missing,
  missingFor,
  type Standard,
  type StandardField,
  type StatusWords,
  toStandard,
} from './standard.js';
export { eurocities, nl };

/** The standards in which records are available, by id. */
export const standards: { [id: string]: Standard } = Object.fromEntries(
  [nl, eurocities, annexVIIIC, annexVIIIA, annexVIIIB, frInventory, frMention, dtpr, pstw].map((standard) => [
    standard.id,
    standard,
  ]),
);

/**
 * Whether a standard applies to a record: sections A and B of Annex VIII if the organisation is the provider (A for a high-risk system, B for one with a
 * derogation), section C if it registers the system as its deployer, the French mention if decisions about persons are made in France, the others always.
 */
export function isFor({ id }: Standard, record: SystemRecord, organisation: Organisation | undefined): boolean {
  if (id === annexVIIIA.id) return record.risk?.class === 'high' && isProvider(record);
  if (id === annexVIIIB.id) return record.risk?.derogation !== undefined && isProvider(record);
  if (id === annexVIIIC.id) return isRegisteredByDeployer(record);
  return id !== frMention.id || needsMention(record, organisation?.country);
}
