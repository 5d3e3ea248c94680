// Written by schema/generate.mjs. Do not edit.
/** Of what the read models are made: another version is rebuilt at the next start. */
export const version = '0ef1a38a6f268bde';
