// Written by schema/generate.mjs. Do not edit.
/** Of what the read models are made: another version is rebuilt at the next start. */
export const version = '7c77838b8a90c832';
