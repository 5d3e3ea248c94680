import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/node';
import { Refusal } from '#domain';

export type TableRow = { line: string; values: Record<string, unknown> };

/**
 * Rows of a table: JSON (a list of objects, or an object that holds one), CSV (comma, semicolon or tab, by the
 * header), or the first sheet of an XLSX. `isColumn` recognises a column's name: sheets that lie on their side, names
 * in the first column, are turned.
 */
export async function readTable(file: string, isColumn: (name: string) => boolean): Promise<TableRow[]> {
  const kind = extname(file).toLowerCase();
  if (kind === '.json') return readJson(readFileSync(file, 'utf8'));
  if (kind === '.xlsx') return fromMatrix(await readSheet(file), isColumn);
  if (kind === '.csv' || kind === '.tsv' || kind === '.txt') return readCsv(readFileSync(file, 'utf8'));
  throw new Refusal('INVALID_PARAMETER', `"${file}" is of a kind that is not read: .json, .csv or .xlsx.`);
}

function readJson(content: string): TableRow[] {
  const parsed: unknown = JSON.parse(content);
  const list = Array.isArray(parsed) ? parsed : (Object.values(parsed as object).find(Array.isArray) ?? [parsed]);
  return (list as Record<string, unknown>[]).map((values, i) => ({ line: `record ${i + 1}`, values }));
}

function readCsv(content: string): TableRow[] {
  const header = content.slice(0, content.indexOf('\n'));
  const delimiter = [',', ';', '\t'].sort((a, b) => header.split(b).length - header.split(a).length)[0]!;
  const rows = parse(content, {
    bom: true,
    columns: true,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
  }) as unknown as {
    record: Record<string, string>;
    info: { lines: number };
  }[];
  return rows.map(({ record, info }) => ({ line: `line ${info.lines}`, values: record }));
}

function fromMatrix(cells: unknown[][], isColumn: (name: string) => boolean): TableRow[] {
  const known = (names: unknown[]) => names.filter((name) => typeof name === 'string' && isColumn(name)).length;
  const upright = known(cells[0] ?? []) >= known(cells.map((row) => row[0]));
  const matrix = upright ? cells : cells[0]!.map((_, column) => cells.map((row) => row[column]));
  const [header = [], ...rows] = matrix;
  return rows
    .map((row, i) => ({
      line: `${upright ? 'row' : 'column'} ${i + 2}`,
      values: Object.fromEntries(
        header.flatMap((name, column) =>
          name === null || name === undefined || name === '' ? [] : [[String(name), row[column]]],
        ),
      ),
    }))
    .filter(({ values }) =>
      Object.values(values).some((value) => value !== null && value !== undefined && value !== ''),
    );
}
