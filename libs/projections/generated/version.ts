// Written by schema/generate.mjs. Do not edit.
/** Of what the read models are made: another version is rebuilt at the next start. */
export const version = 'b35715a6f2c3edc6';
