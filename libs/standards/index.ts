import type { SystemRecord } from '#projections';
import { annexVIIIA, annexVIIIB, annexVIIIC, isProvider } from './ai-act/ai-act.js';
import { dtpr } from './dtpr/dtpr.js';
import { eurocities } from './eurocities/eurocities.js';
import { frInventory, frMention } from './fr/fr.js';
import { nl } from './nl/nl.js';
import { pstw } from './pstw/pstw.js';
import type { Standard } from './standard.js';

export {
  columnsOf,
  type Loss,
  languagesOf,
  lossesOf,
  missingFor,
  type Standard,
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
 * Whether a standard applies to a record: sections A and B of Annex VIII only if the city is the provider (A for a high-risk system, B for one
 * with a derogation), section C for high-risk systems, the others always.
 */
export function isFor({ id }: Standard, record: SystemRecord): boolean {
  if (id === annexVIIIA.id) return record.risk?.class === 'high' && isProvider(record);
  if (id === annexVIIIB.id) return record.risk?.derogation !== undefined && isProvider(record);
  if (id === annexVIIIC.id) return record.risk?.class === 'high';
  return true;
}
