import { banner } from './sources.mjs';

/** A JSON Schema with one definition per code list. */
export function codelistSchema(lists) {
  const $defs = Object.fromEntries(
    lists.map(({ name, rows }) => [name, { type: 'string', enum: rows.map((row) => row.code) }]),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://vitrine.example/schema/events/codelists.schema.json',
    $comment: banner,
    title: 'Codelists',
    $defs,
  };
}

/** A TypeScript module with the codes, dates of application and patterns of identifiers. */
export function codelistModule(lists) {
  const codes = lists.map(({ name, rows }) => `  '${name}': ${JSON.stringify(rows.map((row) => row.code))},`);
  const dates = lists.find((list) => list.name === 'application-date').rows;
  const schemes = lists.find((list) => list.name === 'organisation-identifier-scheme').rows;
  return [
    `// ${banner}`,
    'export const codelists = {',
    ...codes,
    '} as const;',
    'export type CodelistName = keyof typeof codelists;',
    'export type Code<L extends CodelistName> = (typeof codelists)[L][number];',
    '/** From when each part of the AI Act applies, with its legal source. */',
    'export const applicationDates = {',
    ...dates.map((r) => `  '${r.code}': { from: '${r.date}', source: ${JSON.stringify(r.source)} },`),
    '} as const;',
    '/** How an identifier of each scheme must look. */',
    'export const identifierPatterns: Record<Code<"organisation-identifier-scheme">, RegExp> = {',
    ...schemes.map((r) => `  '${r.code}': new RegExp(${JSON.stringify(r.pattern || '.')}, 'u'),`),
    '};',
    '',
  ].join('\n');
}

/** A TypeScript module with the labels of codes by language. Lists without labels are left out. */
export function labelModule(lists) {
  const labelled = lists.filter(({ rows }) => rows.some((row) => row.label_en));
  const labelsOf = (row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([column, text]) =>
        column.startsWith('label_') && text ? [[column.slice(6), text]] : [],
      ),
    );
  return [
    `// ${banner}`,
    "import type { CodelistName } from './codelists.js';",
    '/** Labels of codes: code list, code, language (ISO 639-1). */',
    'export const labels: { [list in CodelistName]?: { [code: string]: { [language: string]: string } } } = {',
    ...labelled.map(
      ({ name, rows }) =>
        `  '${name}': ${JSON.stringify(Object.fromEntries(rows.map((row) => [row.code, labelsOf(row)])))},`,
    ),
    '};',
    '',
  ].join('\n');
}
