import { type Loss, lossesOf, type Standard } from '#standards';
import { system } from '../rdf/fields.js';

/** Every field that a record can have. */
export const recordFields = ['id', ...system.fields.map(({ name }) => name)];

/** What a standard cannot hold. */
export const lossTable = (standard: Standard): Loss[] => lossesOf(standard, recordFields);
