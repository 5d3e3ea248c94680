import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseJson } from '#commands';
import { codelists, countries, Refusal, settleTexts } from '#domain';
import type { StatusWords } from '#standards';
import type { Ledger } from './ledger.js';
import { planTable, type TableOptions } from './plan-table.js';
import type { Language, Status } from './row/read-row.js';
import { isTarget } from './row/row.js';

/**
 * How a city's own table is read. `columns`: column to target (a field of the description, or a word of row/row.ts). `statuses`: the
 * table's words for them. `source`: a name for this table, in lower case.
 */
export type ColumnMap = {
  source: string;
  language: Language;
  columns: Record<string, string>;
  /** ISO 3166-1 alpha-2: organisations that are not in the register yet are registered, in this country. */
  country?: string;
  statuses?: Record<string, Status>;
};

const schema = {
  type: 'object',
  required: ['source', 'language', 'columns'],
  additionalProperties: false,
  properties: {
    source: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
    language: { enum: codelists.language },
    country: { enum: countries },
    columns: { type: 'object', minProperties: 1, additionalProperties: { type: 'string' } },
    statuses: { type: 'object', additionalProperties: { enum: ['registered', 'piloted', 'in-use', 'retired'] } },
  },
};
const validate = new Ajv2020({ allErrors: true }).compile<ColumnMap>(schema);

/** Reads a column map. Throws a Refusal that names what is wrong in it. */
export function readColumnMap(file: string): ColumnMap {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Refusal('INVALID_PARAMETER', `The column map ${file} cannot be read: ${(error as Error).message}.`);
  }
  const map = settleTexts(parseJson(bytes, 'The column map'));
  if (!validate(map)) {
    const problems = (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath || '/'} ${message}${params['allowedValues'] ? `: ${(params['allowedValues'] as string[]).join(', ')}` : params['additionalProperty'] ? `: ${params['additionalProperty']}` : ''}`,
    );
    throw new Refusal(
      'INVALID_PARAMETER',
      `${problems.join('; ')}. A column map is { "source": "my-table", "language": "nl", "columns": { "Naam": "name", ... } }.`,
    );
  }
  const unknown = Object.values(map.columns).find((target) => !isTarget(target));
  if (unknown !== undefined)
    throw new Refusal(
      'INVALID_PARAMETER',
      `The map names an unknown target: "${unknown}". The README of libs/imports lists them.`,
    );
  return map;
}

/** Plans the rows of any table by a column map. */
export async function planByMap(ledger: Ledger, file: string, map: ColumnMap, options: TableOptions): Promise<void> {
  const wanted = new Map(Object.entries(map.columns).map(([column, target]) => [column.trim().toLowerCase(), target]));
  const statuses: StatusWords = Object.fromEntries(
    Object.entries(map.statuses ?? {}).map(([word, status]) => [word.toLowerCase(), status]),
  );
  const targetOf = (column: string) => wanted.get(column.trim().toLowerCase());
  const columns = await planTable(ledger, file, { ...map, statuses, targetOf }, options);
  const present = new Set(columns.map((column) => column.trim().toLowerCase()));
  const missing = [...wanted.keys()].filter((column) => !present.has(column));
  if (missing.length > 0)
    throw new Refusal('INVALID_PARAMETER', `The map names columns that the file does not have: ${missing.join(', ')}.`);
}
