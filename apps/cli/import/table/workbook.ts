import { unzipSync, zipSync } from 'fflate';
import { readSheet } from 'read-excel-file/node';
import { Refusal } from '#domain';
import { type Fault, type Reading, refuseHeader, shorten, type Table, type TableRow } from './rows.js';

const maxMegabytes = 128;
const maxParts = 1000;
const maxCells = 5_000_000;

/**
 * The first sheet of an XLSX. One that lies on its side, names in the first column, is turned. Of formulas the values that the
 * spreadsheet saved are read; a formula without a value, or with an error for one, is a fault. What a workbook unpacks to is bounded
 * before it is unpacked. Throws a Refusal.
 */
export async function readWorkbook(bytes: Buffer, isColumn: Reading['isColumn']): Promise<Table> {
  const parts = unpack(bytes);
  const sheets = Object.entries(parts).filter(([name]) => name.startsWith('xl/worksheets/'));
  if (sheets.length === 0)
    throw new Refusal(
      'INVALID_PARAMETER',
      'This is a ZIP file, but no workbook: it has no sheets. Unpack it, or save as .xlsx.',
    );
  for (const [name, part] of sheets) refuseVastSheet(name, textOf(part));
  let cells: unknown[][];
  try {
    // What was measured is what is read: packed anew, without compression.
    cells = await readSheet(Buffer.from(zipSync(parts, { level: 0 })));
  } catch (error) {
    throw new Refusal('INVALID_PARAMETER', `The workbook cannot be read: ${shorten((error as Error).message, 200)}`);
  }
  return fromMatrix(cells, isColumn, faultyCells(textOf(parts[firstSheet(parts)])));
}

const textOf = (part: Uint8Array | undefined) =>
  part === undefined ? '' : Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');

/** The part that holds the first sheet, as the workbook orders them (ECMA-376, part 1, 18.2.19 and 18.2.20). */
function firstSheet(parts: Record<string, Uint8Array>): string {
  const id = /<(?:\w+:)?sheet\s[^>]*\br:id="([^"]+)"/.exec(textOf(parts['xl/workbook.xml']))?.[1];
  const relations = textOf(parts['xl/_rels/workbook.xml.rels']).matchAll(/<Relationship\s[^>]*>/g);
  const own = [...relations].map(([tag]) => tag).find((tag) => tag.includes(`Id="${id}"`));
  const target = /\bTarget="\/?(?:xl\/)?([^"]+)"/.exec(own ?? '')?.[1];
  return `xl/${target ?? 'worksheets/sheet1.xml'}`;
}

/** Cells, by row and column from 1, without a value that could be taken, and why. */
function faultyCells(xml: string): Map<string, string> {
  const faulty = new Map<string, string>();
  for (const [, attributes, content] of xml.matchAll(/<c\s((?:[^>/]|\/(?!>))*)>((?:(?!<c\s).)*?)<\/c>/gs)) {
    const [, letters, digits] = /\br="([A-Z]+)(\d+)"/.exec(attributes!) ?? [];
    if (!digits) continue;
    const value = /<v>([^<]+)<\/v>/.exec(content!)?.[1];
    if (/\bt="e"/.test(attributes!))
      faulty.set(`${digits}:${columnOf(letters!)}`, `A formula whose value is the error ${shorten(value ?? '')}.`);
    else if (/<f[\s>/]/.test(content!) && value === undefined && !/\bt="str"/.test(attributes!))
      faulty.set(
        `${digits}:${columnOf(letters!)}`,
        'A formula without a value. Open the workbook in a spreadsheet and save it there, or put the value in its place.',
      );
  }
  return faulty;
}

const columnOf = (letters: string) =>
  [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

function unpack(bytes: Buffer): Record<string, Uint8Array> {
  let [sum, count] = [0, 0];
  const isPart = (name: string) => name.endsWith('.xml') || name.endsWith('.rels');
  const names = new Set<string>();
  try {
    // The directory first: unpacking then writes no more than it says.
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (names.has(name)) throw new Refusal('INVALID_PARAMETER', `The workbook holds "${shorten(name)}" twice.`);
        names.add(name);
        count++;
        if (isPart(name)) sum += originalSize;
        return false;
      },
    });
    if (count > maxParts || sum > maxMegabytes * 1e6)
      throw new Refusal(
        'INVALID_PARAMETER',
        `The workbook unpacks to ${Math.ceil(sum / 1e6)} MB in ${count} parts; at most ${maxMegabytes} MB in ${maxParts} are read. Divide it, or save it as CSV UTF-8.`,
      );
    return unzipSync(bytes, { filter: ({ name }) => isPart(name) });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      'INVALID_PARAMETER',
      `The workbook is damaged: ${shorten((error as Error).message)}. Save it anew.`,
    );
  }
}

/** A single cell far out makes rows and columns of nothing before it. */
function refuseVastSheet(name: string, xml: string): void {
  let [rows, columns] = [0, 0];
  for (const [, letters, digits] of xml.matchAll(/\sr\s*=\s*["']\s*([A-Za-z]*)(\d+)/g)) {
    rows = Math.max(rows, Number(digits));
    columns = Math.max(columns, columnOf(letters!));
  }
  if (rows * Math.max(columns, 1) > maxCells)
    throw new Refusal(
      'INVALID_PARAMETER',
      `The sheet ${shorten(name)} reaches to row ${rows}, column ${columns}: more than ${maxCells} cells. Delete the empty rows and columns at its end, or save it as CSV UTF-8.`,
    );
}

function fromMatrix(cells: unknown[][], isColumn: Reading['isColumn'], faulty: Map<string, string>): Table {
  const known = (names: unknown[]) => names.filter((name) => typeof name === 'string' && isColumn(name)).length;
  const isUpright = known(cells[0] ?? []) >= known(cells.map((row) => row[0]));
  const matrix = isUpright ? cells : cells[0]!.map((_, column) => cells.map((row) => row[column]));
  const [header = [], ...rest] = matrix;
  const columns = header.map((name) => (isNothing(name) ? '' : String(name).trim()));
  refuseHeader(columns, isColumn);
  const rows: TableRow[] = [];
  const faults: Fault[] = [];
  for (const [i, row] of rest.entries()) {
    const line = `${isUpright ? 'row' : 'column'} ${i + 2}`;
    const own = columns.flatMap((field, column): Fault[] => {
      const value = row[column];
      if (field === '' && !isNothing(value))
        return [
          {
            line,
            field: `column ${column + 1}`,
            problem: 'The column has no name in the header, but this line has something in it.',
          },
        ];
      const problem = faulty.get(isUpright ? `${i + 2}:${column + 1}` : `${column + 1}:${i + 2}`);
      return problem ? [{ line, field, problem }] : [];
    });
    if (own.length > 0) faults.push(...own);
    else if (!row.every(isNothing))
      rows.push({
        line,
        values: Object.fromEntries(columns.flatMap((field, column) => (field === '' ? [] : [[field, row[column]]]))),
      });
  }
  return { columns, rows, faults };
}

const isNothing = (value: unknown) => value === null || value === undefined || value === '';
