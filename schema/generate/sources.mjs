import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

// Reads what is written by hand: code lists (CSV), schemas (JSON Schema), and the record (JSON).
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

/**
 * The newest schema of each event; events of older versions are upgraded when they are read (libs/event-store/upcast.ts). Throws if a file is not
 * named after its title and version, or if a version is missing.
 */
export function readEvents() {
  const folder = join(root, 'schema/events');
  const newest = new Map();
  const files = readdirSync(folder).flatMap((file) => {
    const [, title, version] = /^(\w+)[.]v(\d+)[.]schema[.]json$/.exec(file) ?? [];
    return title ? [{ file, title, version: Number(version) }] : [];
  });
  for (const { file, title, version } of files.sort((a, b) =>
    a.title < b.title ? -1 : a.title > b.title ? 1 : a.version - b.version,
  )) {
    const schema = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (schema.title !== title || schema['x-version'] !== version)
      throw new Error(`${file} has another title or x-version.`);
    if (version !== (newest.get(title)?.['x-version'] ?? 0) + 1)
      throw new Error(`${file}: there is no version before it.`);
    newest.set(title, schema);
  }
  return [...newest.values()];
}

/** The definitions that the event schemas share, including the record. */
export function readCommon() {
  return {
    ...readJson('schema/events/common.schema.json').$defs,
    ...readJson('schema/events/record.schema.json').$defs,
  };
}

/**
 * The record as declared in schema/record: fields, parts, facets. A facet that fields refer to gets their code list. Throws if a group or facet
 * does not exist, if an event of a system is not in parts.json, or if an event has no label.
 */
export function readRecord(events, codelists) {
  const { groups, fields } = readJson('schema/record/fields.json');
  const { parts, others } = readJson('schema/record/parts.json');
  const facets = readJson('schema/record/facets.json').map((facet) => {
    const of = fields.filter((field) => field.facet === facet.name);
    if (of.length === 0) return facet;
    return { ...facet, list: of[0].list, of: of.map(({ name }) => name), isSingle: of.length === 1 && !of[0].many };
  });
  const known = new Set(facets.map(({ name }) => name));
  const named = new Set([
    ...parts.flatMap(({ event, ends = [] }) => [event, ...ends.map((end) => end.event)]),
    ...others,
  ]);
  const labelled = new Set(codelists.find(({ name }) => name === 'event-type').rows.map(({ code }) => code));
  const faults = [
    ...events
      .filter(({ title }) => !labelled.has(title))
      .map(({ title }) => `${title}: no label in codelists/event-type.csv`),
    ...[...fields, ...parts].filter(({ group }) => !groups.includes(group)).map(({ name }) => `${name}: no such group`),
    ...fields
      .filter(({ facet }) => facet && !known.has(facet))
      .map(({ name }) => `${name}: no such facet in facets.json`),
    ...events
      .filter((event) => event['x-stream'] !== 'organisation' && !named.has(event.title))
      .map(({ title }) => `${title}: neither a part nor another event in parts.json`),
  ];
  if (faults.length > 0) throw new Error(`schema/record: ${faults.join('; ')}`);
  return { groups, fields, parts, others, facets };
}

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
