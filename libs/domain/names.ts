import { Refusal } from './refusal.js';

/** File endings of the formats in which records are served. An address with such an ending asks for that format. */
const reserved = /\.(csv|html|json|jsonld|nt|rdf|ttl|xlsx)$/i;

/** Throws NAME_RESERVED for a URN with such an ending: its address would ask for another record in that format. */
export function refuseReservedEnding(urn: string, path: string): void {
  const ending = reserved.exec(urn)?.[0];
  if (ending)
    throw new Refusal(
      'NAME_RESERVED',
      `A URN cannot end in "${ending}": its address would ask for another record in that form.`,
      { path },
    );
}
