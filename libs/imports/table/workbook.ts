import { unzipSync, zipSync } from 'fflate';
import { readSheet } from 'read-excel-file/node';
import { Refusal } from '#domain';
import { type Fault, type Reading, refuseHeader, shorten, type Table, type TableRow } from './rows.js';

const maxMegabytes = 128;
const maxParts = 1000;
const maxCells = 5_000_000;

/**
 * Reads the first visible sheet of an XLSX. A sheet on its side, with names in the first column, is turned. Of formulas, the values that
 * the spreadsheet saved are read; a formula without a value, or with an error as its value, is a fault. The unpacked size is checked before
 * unpacking. Throws a Refusal.
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
  const dayZero = takeDateSystem(parts);
  const { index, path, others } = firstSheet(parts);
  let cells: unknown[][];
  try {
    // Packed again, without compression, so that exactly what was checked is read.
    cells = await readSheet(Buffer.from(zipSync(parts, { level: 0 })), index);
  } catch (error) {
    throw new Refusal(
      'INVALID_PARAMETER',
      `The workbook cannot be read (${shorten((error as Error).message, 200)}). Open it in a spreadsheet and save it anew, or save it as CSV UTF-8.`,
    );
  }
  const xml = textOf(parts[path]);
  return { ...fromMatrix(cells, isColumn, faultyCells(xml)), remarks: remarksOn(xml, others), dayZero };
}

const textOf = (part: Uint8Array | undefined) =>
  part === undefined ? '' : Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');

/**
 * The day from which a workbook counts its dates (ECMA-376, part 1, 18.17.4.1 and 18.2.28). The library understands one of the two ways to
 * state 1904, so the workbook is changed to that one.
 */
function takeDateSystem(parts: Record<string, Uint8Array>): string {
  const path = 'xl/workbook.xml';
  const xml = textOf(parts[path]);
  const [properties] = /<(?:\w+:)?workbookPr\s[^<>]*>/.exec(xml) ?? [];
  const [stated] = /\sdate1904\s*=\s*(?:"\s*(?:1|true)\s*"|'\s*(?:1|true)\s*')/.exec(properties ?? '') ?? [];
  if (!stated) return '1899-12-30';
  parts[path] = Uint8Array.from(
    Buffer.from(xml.replace(properties!, properties!.replace(stated, ' date1904="1"')), 'latin1'),
  );
  return '1904-01-01';
}

/** The first sheet that is not hidden, as the workbook orders them (ECMA-376, part 1, 18.2.19 and 18.2.20). `index`: from 1. */
function firstSheet(parts: Record<string, Uint8Array>): { index: number; path: string; others: string[] } {
  const sheets = [...textOf(parts['xl/workbook.xml']).matchAll(/<(?:\w+:)?sheet\s[^<>]*>/g)].map(([one]) => one);
  const at = Math.max(
    sheets.findIndex((one) => !/\bstate="(hidden|veryHidden)"/.test(one)),
    0,
  );
  const id = /\b\w+:id="([^"]+)"/.exec(sheets[at] ?? '')?.[1];
  const relations = textOf(parts['xl/_rels/workbook.xml.rels']).matchAll(/<(?:\w+:)?Relationship\s[^<>]*>/g);
  const own = [...relations].map(([one]) => one).find((one) => one.includes(`Id="${id}"`));
  const target = /\bTarget="\/?(?:xl\/)?([^"]+)"/.exec(own ?? '')?.[1];
  const nameOf = (one: string) => Buffer.from(/\bname="([^"]*)"/.exec(one)?.[1] ?? '', 'latin1').toString();
  const others = sheets.filter((_, i) => i !== at).map(nameOf);
  return { index: at + 1, path: `xl/${target ?? 'worksheets/sheet1.xml'}`, others };
}

/** What a person should know about a workbook: only one sheet is read, and it has hidden rows or merged cells. */
function remarksOn(xml: string, others: string[]): Fault[] {
  const remark = (problem: string): Fault => ({ line: '', field: '', problem });
  const hidden = xml.match(/<(?:\w+:)?row\s[^<>]*\bhidden="(1|true)"/g)?.length ?? 0;
  const merged = [...xml.matchAll(/<(?:\w+:)?mergeCell\s[^<>]*\bref="([A-Z0-9:]+)"/g)].map(([, ref]) => ref!);
  return [
    ...(others.length > 0
      ? [remark(`Only the first sheet that shows is read, and not: ${shorten(others.join(', '), 200)}.`)]
      : []),
    ...(hidden > 0 ? [remark(`Rows that are hidden are read like others: ${hidden}.`)] : []),
    ...(merged.length > 0
      ? [remark(`Of merged cells only the first has what stands in them: ${shorten(merged.join(', '), 200)}.`)]
      : []),
  ];
}

/** Cells without a value that can be taken, by row and column from 1, and why. */
function faultyCells(xml: string): Map<string, string> {
  const faulty = new Map<string, string>();
  for (const [, attributes, content] of xml.matchAll(
    /<(?:\w+:)?c\s((?:[^<>/]|\/(?!>))*)>((?:(?!<(?:\w+:)?c\s).)*?)<\/(?:\w+:)?c>/gs,
  )) {
    const [, letters, digits] = /\br="([A-Z]+)(\d+)"/.exec(attributes!) ?? [];
    if (!digits) continue;
    const value = /<(?:\w+:)?v>([^<]+)</.exec(content!)?.[1];
    if (/\bt="e"/.test(attributes!))
      faulty.set(`${digits}:${columnOf(letters!)}`, `A formula whose value is the error ${shorten(value ?? '')}.`);
    else if (/<(?:\w+:)?f[\s>/]/.test(content!) && value === undefined && !/\bt="str"/.test(attributes!))
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
    // Reads the directory first: unpacking then writes no more than it states.
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

/** A single cell far out would produce empty rows and columns up to it. */
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

/** Skips rows above the header, such as a title or empty rows. */
function fromMatrix(cells: unknown[][], isColumn: Reading['isColumn'], faulty: Map<string, string>): Table {
  const known = (names: unknown[]) => names.filter((name) => typeof name === 'string' && isColumn(name)).length;
  const counts = cells.slice(0, 20).map(known);
  const inFirstColumn = known(cells.map((row) => row[0]));
  const isUpright = inFirstColumn < 2 || Math.max(...counts) >= inFirstColumn;
  const top = isUpright ? Math.max(counts.indexOf(Math.max(...counts)), 0) : 0;
  const matrix = isUpright ? cells.slice(top) : cells[0]!.map((_, column) => cells.map((row) => row[column]));
  const [header = [], ...rest] = matrix;
  const columns = header.map((name) => (isNothing(name) ? '' : String(name).trim()));
  refuseHeader(columns, isColumn);
  const rows: TableRow[] = [];
  const faults: Fault[] = [];
  for (const [i, row] of rest.entries()) {
    const at = i + top + 2;
    const line = `${isUpright ? 'row' : 'column'} ${at}`;
    const own = columns.flatMap((field, column): Fault[] => {
      if (field === '' && !isNothing(row[column])) {
        const problem = 'The column has no name in the header, but this line has something in it.';
        return [{ line, field: `column ${column + 1}`, problem }];
      }
      const problem = faulty.get(isUpright ? `${at}:${column + 1}` : `${column + 1}:${at}`);
      return problem ? [{ line, field, problem }] : [];
    });
    if (own.length > 0) faults.push(...own);
    else if (!row.every(isNothing)) {
      const values = columns.flatMap((field, column) => (field === '' ? [] : [[field, row[column]] as const]));
      rows.push({ line, values: Object.fromEntries(values) });
    }
  }
  return { columns, rows, faults };
}

const isNothing = (value: unknown) => value === null || value === undefined || value === '';
