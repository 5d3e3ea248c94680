import { Refusal, settleText } from '#domain';
import { replacement } from './text.js';

export type TableRow = { line: string; values: Record<string, unknown> };
/** Why a line of the source cannot be taken. `field`: the column, or '' for the whole line. */
export type Fault = { line: string; field: string; problem: string };
/** `remarks`: what a person should know about the file. `dayZero`: the day from which numbers for dates count. */
export type Table = { columns: string[]; rows: TableRow[]; faults: Fault[]; remarks?: Fault[]; dayZero?: string };

/** How a table is read. `isColumn` recognises a column's name. `encoding`: of CSV, such as windows-1252. */
export type Reading = { isColumn(name: string): boolean; encoding?: string | undefined };

/** Throws a Refusal unless the columns have different names and at least one of them is known. */
export function refuseHeader(columns: string[], isColumn: Reading['isColumn'], delimiter?: string): void {
  if (columns.length > maxColumns)
    throw new Refusal(
      'INVALID_PARAMETER',
      `The table has ${columns.length} columns; at most ${maxColumns} are read, as many as a worksheet can have.`,
    );
  const names = new Set<string>();
  const twice = columns.find((name) => {
    const key = settleText(name).toLowerCase();
    const isThere = names.has(key);
    if (name !== '') names.add(key);
    return isThere;
  });
  if (twice !== undefined)
    throw new Refusal('INVALID_PARAMETER', `Two columns are called "${shorten(twice)}". Rename or remove one of them.`);
  const garbled = columns.find((name) => name.includes(replacement));
  if (garbled !== undefined)
    throw new Refusal('INVALID_UTF8', `The header "${shorten(garbled)}": ${encodingProblem(garbled)}`);
  if (columns.some(isColumn)) return;
  const by =
    delimiter === undefined ? '' : `, read with the ${delimiterNames[delimiter] ?? `"${delimiter}"`} as separator`;
  throw new Refusal(
    'INVALID_PARAMETER',
    `None of the columns is known. The first line${by}, is: ${shorten(columns.join(' | '), 200) || 'empty'}. Is it the line of the headers, and are they separated by comma, semicolon, tab or bar?`,
  );
}

const maxColumns = 16_384;

export const delimiterNames: { [delimiter: string]: string } = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
};

/** The problem with a cell in which U+FFFD stands for bytes that could not be read. */
export function encodingProblem(cell: string): string {
  const at = cell.indexOf(replacement);
  const around = shorten(cell.slice(Math.max(0, at - 20), at + 20));
  return `"${around}" has bytes that are no text in this encoding. Save the file as CSV UTF-8, or name its encoding, such as --encoding windows-1252.`;
}

/** The beginning of a text, for a message. */
export function shorten(text: string, characters = 60): string {
  const clean = text.replace(/\s+/g, ' ').trim();
  return clean.length > characters ? `${clean.slice(0, characters)}…`.toWellFormed() : clean;
}
