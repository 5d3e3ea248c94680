import { CsvError, parse } from 'csv-parse/sync';
import { Refusal } from '#domain';
import {
  delimiterNames,
  encodingProblem,
  type Fault,
  type Reading,
  refuseHeader,
  type Table,
  type TableRow,
} from './rows.js';
import { decode, replacement } from './text.js';

const delimiters = [',', ';', '\t', '|'];

/**
 * Reads CSV (RFC 4180). The delimiter is the one by which the first line names the most known columns; a line `sep=;` before it, as Excel
 * writes it, takes precedence. Lines with fewer cells than the header, or with content beyond it, are faults, as nobody knows which cell is
 * which; so are cells with invalid bytes. Throws a Refusal if lines cannot be told apart.
 */
export function readCsv(bytes: Buffer, { isColumn, encoding }: Reading): Table {
  const { text: decoded, isWhole } = decodeLines(bytes, encoding);
  const stated = /^\ufeff?"?sep=(.)"?\n/.exec(decoded);
  const text = stated ? decoded.slice(stated[0].length) : decoded;
  const skipped = stated ? 1 : 0;
  const delimiter = stated?.[1] ?? delimiterOf(text, isColumn);
  const [header, ...records] = split(text, delimiter, skipped);
  const columns = (header?.record ?? []).map((name) => name.trim());
  refuseHeader(columns, isColumn, delimiter);
  const rows: TableRow[] = [];
  const faults: Fault[] = [];
  for (const { record, line } of records) {
    if (record.every((cell) => cell.trim() === '')) continue;
    const faultsBefore = faults.length;
    if (record.slice(columns.length).some((cell) => cell.trim() !== '') || record.length < columns.length)
      faults.push({ line, field: '', problem: countProblem(record.length, columns.length, delimiter) });
    else if (!isWhole)
      for (const [i, cell] of record.entries())
        if (cell.includes(replacement)) faults.push({ line, field: columns[i]!, problem: encodingProblem(cell) });
    const values = Object.fromEntries(
      columns.flatMap((name, i) => (name === '' ? [] : [[name, withoutApostrophe(record[i] ?? '')]])),
    );
    const unnamed = record.findIndex((cell, i) => i < columns.length && columns[i] === '' && cell.trim() !== '');
    if (unnamed >= 0)
      faults.push({
        line,
        field: `column ${unnamed + 1}`,
        problem: 'The column has no name in the header, but this line has something in it.',
      });
    if (faults.length === faultsBefore) rows.push({ line, values });
  }
  return { columns, rows, faults };
}

function delimiterOf(text: string, isColumn: Reading['isColumn']): string {
  const scored = delimiters.map((delimiter) => {
    let cells: string[];
    try {
      cells = (parse(text, {
        bom: true,
        delimiter,
        to: 1,
        relax_column_count: true,
        relax_quotes: true,
        skip_empty_lines: true,
      })[0] ?? []) as string[];
    } catch {
      cells = [];
    }
    return { delimiter, known: cells.filter((cell) => isColumn(cell.trim())).length, cells: cells.length };
  });
  return scored.sort((a, b) => b.known - a.known || b.cells - a.cells)[0]!.delimiter;
}

/** Decodes with all line endings as LF, even within cells, so that lines are counted as an editor counts them. */
function decodeLines(bytes: Buffer, encoding: string | undefined) {
  const { text, isWhole } = decode(bytes, encoding);
  return { text: text.replace(/\r\n?/g, '\n'), isWhole };
}

type Split = { record: string[]; line: string };

function split(text: string, delimiter: string, skipped: number): Split[] {
  const records: Split[] = [];
  let end = 0;
  try {
    parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: string[], { lines }) => {
        // `lines` counts to the end of the record.
        const within = record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
        records.push({ record, line: `line ${lines + skipped - within}` });
        end = lines;
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new Refusal('INVALID_PARAMETER', csvProblem(error, end + skipped + 1, skipped));
  }
  return records;
}

/** `begin`: the line on which the unreadable record begins. */
function csvProblem(error: CsvError, begin: number, skipped: number): string {
  const column = (error as { column?: number | string }).column;
  const cell = typeof column === 'number' ? `, cell ${column + 1}` : '';
  const where = `Line ${Number((error as { lines?: number }).lines ?? 0) + skipped}${cell}`;
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `Line ${begin}${cell}: a quotation mark is opened and never closed, so that the rest of the file is one cell.`;
    case 'INVALID_OPENING_QUOTE':
      return `${where}: a quotation mark within a cell. Put the whole cell into quotation marks, and double those within.`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `${where}: something follows a closing quotation mark. Quotation marks within a cell are doubled ("").`;
    default:
      return `${where}: ${error.message}`;
  }
}

function countProblem(cells: number, columns: number, delimiter: string): string {
  const name = delimiterNames[delimiter] ?? `"${delimiter}"`;
  return `${cells} cells, but the header has ${columns}: nobody can tell which is which. Is a text with a ${name} or a line break not in quotation marks? If its last cells are empty, their separators must be there, or save the table as .xlsx.`;
}

/** Removes the apostrophe that keeps spreadsheets from running a cell, as in this register's own CSV. */
function withoutApostrophe(cell: string): string {
  return /^'[\s\u200b-\u200f\u202a-\u202e\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/.test(cell) ? cell.slice(1) : cell;
}
