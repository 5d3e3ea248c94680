import { Refusal } from '#domain';
import type { Ledger } from './ledger.js';
import { planRow } from './plan-row.js';
import { isTarget, type ReadRow, readRow, type StatusWords } from './row.js';
import { readTable } from './table.js';

/**
 * How a city's own table is read. `columns`: column to target (a field of the description, or a word of row.ts).
 * `statuses`: what the table calls them. `source`: a name for this table, in lower case.
 */
export type ColumnMap = {
  source: string;
  language: ReadRow['language'];
  columns: Record<string, string>;
  /** ISO 3166-1 alpha-2: organisations that are not in the register yet are registered, in this country. */
  country?: string;
  statuses?: Record<string, NonNullable<ReadRow['status']>>;
};

/** Plans the rows of any table by a column map. */
export async function planCsv(
  ledger: Ledger,
  file: string,
  input: unknown,
  moment: string,
  organisation?: string,
): Promise<void> {
  const map = readMap(input);
  const columns = new Map(Object.entries(map.columns).map(([column, target]) => [column.trim().toLowerCase(), target]));
  const targetOf = (column: string) => columns.get(column.trim().toLowerCase());
  const statuses: StatusWords = Object.fromEntries(
    Object.entries(map.statuses ?? {}).map(([word, status]) => [word.toLowerCase(), status]),
  );
  const rows = await readTable(file, (name) => targetOf(name) !== undefined);
  const present = new Set(
    rows.flatMap(({ values }) => Object.keys(values).map((column) => column.trim().toLowerCase())),
  );
  const missing = [...columns.keys()].filter((column) => !present.has(column));
  if (missing.length > 0)
    throw new Refusal('INVALID_PARAMETER', `The map names columns that the file does not have: ${missing.join(', ')}.`);
  await ledger.loadSource(map.source);
  const taken = new Set<string>();
  for (const { line, values } of rows) {
    const row = readRow(values, targetOf, statuses, map.language);
    planRow(
      ledger,
      { ...(organisation && { organisation }), ...row },
      { line, source: map.source, moment },
      taken,
      map.country,
    );
  }
}

function readMap(input: unknown): ColumnMap {
  const map = input as Partial<ColumnMap> | null;
  if (
    !map ||
    typeof map.source !== 'string' ||
    !/^[a-z0-9-]{1,40}$/.test(map.source) ||
    typeof map.columns !== 'object' ||
    typeof map.language !== 'string'
  )
    throw new Refusal(
      'INVALID_PARAMETER',
      'A column map is { "source": "my-table", "language": "nl", "columns": { "Naam": "name", ... } }.',
    );
  const unknown = Object.values(map.columns as object).find((target) => !isTarget(String(target)));
  if (unknown !== undefined)
    throw new Refusal(
      'INVALID_PARAMETER',
      `The map names a target that there is not: "${unknown}". The README of apps/cli lists them.`,
    );
  return map as ColumnMap;
}
