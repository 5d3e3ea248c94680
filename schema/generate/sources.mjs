import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

// What is written by hand: code lists (CSV) and schemas (JSON Schema).
export const root = join(import.meta.dirname, '../..');
export const banner = 'Written by schema/generate.mjs. Do not edit.';

export function readCodelists() {
  const folder = join(root, 'schema/codelists');
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return files.sort().map((file) => ({
    name: file.replace('.csv', ''),
    rows: parse(readFileSync(join(folder, file)), { columns: true, skip_empty_lines: true }),
  }));
}

export function readEvents() {
  const folder = join(root, 'schema/events');
  const names = readdirSync(folder).filter((name) => name.endsWith('.v1.schema.json'));
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

export function readCommon() {
  return JSON.parse(readFileSync(join(root, 'schema/events/common.schema.json'), 'utf8')).$defs;
}
