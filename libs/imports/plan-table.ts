import { Refusal } from '#domain';
import { columnsOf, type Standard } from '#standards';
import { nationalSystems } from './identifiers.js';
import type { Ledger } from './ledger.js';
import { planRows } from './plan-rows.js';
import type { Row } from './row/read-row.js';
import { readRow, type Target } from './row/row.js';
import { readTable } from './table/table.js';

export type TableOptions = {
  moment: string;
  organisation?: string | undefined;
  country?: string | undefined;
  encoding?: string | undefined;
};

/** Plans full records in the fields of a standard that can be imported, from JSON, CSV or XLSX. */
export async function planStandard(
  ledger: Ledger,
  file: string,
  standard: Standard,
  options: TableOptions,
): Promise<void> {
  const columns = columnsOf(standard);
  const targetOf = (column: string) => columns.get(column.trim().toLowerCase());
  await planTable(ledger, file, { ...standard.takenOver!, targetOf }, options);
}

type Mapping = Omit<NonNullable<Standard['takenOver']>, 'alsoNamed'> & {
  targetOf(column: string): Target | undefined;
};

/** Plans the rows of a table, each column by its target. Faults go to the ledger. Throws a Refusal if no column is the name. */
export async function planTable(
  ledger: Ledger,
  file: string,
  mapping: Mapping,
  options: TableOptions,
): Promise<string[]> {
  const { source, targetOf, statuses, language } = mapping;
  const table = await readTable(file, { isColumn: (name) => targetOf(name) !== undefined, encoding: options.encoding });
  if (table.rows.length > 0 && !table.columns.some((column) => targetOf(column) === 'name'))
    throw new Refusal(
      'INVALID_PARAMETER',
      `No column holds the name of a system. The columns are: ${table.columns.join(', ').slice(0, 300)}.`,
    );
  for (const { line, field, problem } of table.faults) ledger.fault(line, '', field, problem);
  for (const { line, field, problem } of table.remarks ?? []) ledger.remark(line, '', field, problem);
  const rows: Row[] = table.rows.map(({ line, values }) => ({
    line,
    row: {
      ...(options.organisation && { organisation: options.organisation }),
      ...readRow(values, targetOf, { statuses, language, dayZero: table.dayZero }),
    },
  }));
  const known = await ledger.loadSource(source);
  await ledger.load(
    nationalSystems(
      rows.map(({ row }) => row),
      source,
    ),
  );
  planRows(ledger, rows, known, {
    source,
    moment: options.moment,
    country: options.country ?? mapping.country,
    isOrganisationTranslated: mapping.isOrganisationTranslated ?? false,
  });
  return table.columns;
}
