import { readFileSync, statSync } from 'node:fs';
import { Refusal, settleText, settleTexts } from '#domain';
import { readCsv } from './csv.js';
import { readJson } from './json.js';
import { type Reading, shorten, type Table } from './rows.js';
import { kindOfBytes } from './text.js';
import { readWorkbook } from './workbook.js';

const maxMegabytes = 256;
/** Longer cells are a mistake: the longest field of the register takes 20,000 characters. */
const maxCell = 100_000;

/**
 * Reads the rows of a table: JSON (a list of objects, or an object that holds one), CSV (comma, semicolon, tab or bar), or the first
 * visible sheet of an XLSX. The bytes tell the kind of file; its name only tells CSV from JSON. Rows that cannot be taken are faults
 * instead.
 */
export async function readTable(file: string, reading: Reading): Promise<Table> {
  const bytes = readBytes(file);
  const isColumn = (name: string) => reading.isColumn(settleText(name));
  const read = await readKind(bytes, /\.(csv|tsv|txt)$/i.test(file), { ...reading, isColumn });
  const table = { ...read, columns: read.columns.map(settleText), rows: settleTexts(read.rows) };
  const faulty = new Set(table.faults.map(({ line }) => line));
  for (const { line, values } of table.rows)
    for (const [field, value] of Object.entries(values)) {
      const problem = problemOfCell(value);
      if (!problem) continue;
      table.faults.push({ line, field: shorten(field), problem });
      faulty.add(line);
    }
  const rows = table.rows.filter(({ line }) => !faulty.has(line));
  if (rows.length === 0 && faulty.size === 0)
    throw new Refusal('INVALID_PARAMETER', 'It is empty, or has nothing but a header line.');
  return { ...table, rows };
}

/** Reads a file. Throws a Refusal if it is larger than can be read at once. */
export function readBytes(file: string): Buffer {
  const { size } = statSync(file);
  if (size > maxMegabytes * 1e6)
    throw new Refusal(
      'INVALID_PARAMETER',
      `It has ${Math.ceil(size / 1e6)} MB; at most ${maxMegabytes} MB are read at once. Split it.`,
    );
  return readFileSync(file);
}

function readKind(bytes: Buffer, isCsv: boolean, reading: Reading): Table | Promise<Table> {
  const kind = kindOfBytes(bytes, isCsv);
  if (kind === 'zip') return readWorkbook(bytes, reading.isColumn);
  if (kind === 'json') return readJson(bytes, reading.isColumn);
  return readCsv(bytes, reading);
}

function problemOfCell(value: unknown): string | undefined {
  if (typeof value === 'string' && value.length > maxCell)
    return `The cell has ${value.length} characters; at most ${maxCell} are read, and a text of the register has at most 20000.`;
  if (typeof value === 'object' && value !== null && !isShallow(value, 4))
    return 'The value is nested too deeply: a text, or a list of texts or of titles with links, is expected.';
  return undefined;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}
