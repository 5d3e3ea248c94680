import { Refusal } from './refusal.js';

/** Forms in which a record is given: an address that ends so asks for that form. */
const reserved = /\.(csv|html|json|jsonld|nt|rdf|ttl|xlsx)$/i;

/** Throws NAME_RESERVED for a URN under whose address another record would be given in some form. */
export function refuseReservedEnding(urn: string, path: string): void {
  const ending = reserved.exec(urn)?.[0];
  if (ending)
    throw new Refusal(
      'NAME_RESERVED',
      `A URN cannot end in "${ending}": its address would ask for another record in that form.`,
      { path },
    );
}
