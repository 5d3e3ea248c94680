import writeExcelFile from 'write-excel-file/node';
import type { Cell } from './csv.js';

/** The maximum number of characters in a cell; programs call a file with a longer one damaged. */
const maxCellLength = 32_767;

/** A workbook (ISO/IEC 29500) of one sheet. The first row is a header: bold and frozen. Strings are text, never formulas. */
export async function toXlsx(sheet: string, [header = [], ...rows]: Cell[][]): Promise<Buffer> {
  const bold = header.map((value) => ({ value: String(value), type: String, fontWeight: 'bold' as const }));
  const data = [bold, ...rows.map((row) => row.map(toExcel))];
  return writeExcelFile(data, { sheet: sheet.slice(0, 31), stickyRowsCount: 1 }).toBuffer();
}

function toExcel(cell: Cell) {
  if (typeof cell !== 'string') return cell ?? null;
  return cell === '' ? null : { value: toExcelText(cell), type: String };
}

/**
 * A text as a cell holds it: cut, with an ellipsis, if it is too long; what looks like a character written by its number (`_x0041_`: ST_Xstring,
 * ISO/IEC 29500-1, 22.9.2.19) is escaped.
 */
export function toExcelText(text: string): string {
  const held = text.length > maxCellLength ? `${text.slice(0, maxCellLength - 1)}…` : text;
  return held.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_');
}
