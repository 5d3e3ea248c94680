import { labels } from '#domain';
import type { Cell } from '../csv.js';
import { tables } from '../tables/tables.js';

/** The type and the description of every column of every table. */
export function codebook(): Cell[][] {
  const rows = Object.entries(tables).flatMap(([table, { columns }]) =>
    columns.map(({ name, type, description }) => [table, name, type, description]),
  );
  return [['table', 'column', 'type', 'description'], ...rows];
}

const languages = ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'];

/** Every code of every code list, with its labels. */
export function codes(): Cell[][] {
  const rows = Object.entries(labels).flatMap(([list, codes]) =>
    Object.entries(codes).map(([code, label]) => [list, code, ...languages.map((language) => label[language])]),
  );
  return [['list', 'code', ...languages.map((language) => `label_${language}`)], ...rows];
}
