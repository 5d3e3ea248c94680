import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { strFromU8, unzipSync } from 'fflate';
import writeExcelFile from 'write-excel-file/node';
import { ZipFile } from 'yazl';
import type { Cell } from '../csv.js';
import { escapeXml } from '../feeds/feed.js';
import { toExcelText } from '../xlsx.js';
import { sync, type Written } from './file.js';

/** The maximum number of rows in a sheet, including its header (ISO/IEC 29500). */
const maxRows = 1_048_576;
/** A ZIP holds a local time for each of its files. It is always the same here, so that the same rows give the same bytes. */
const mtime = new Date(2000, 0, 1);
const options = { mtime, forceDosTimestamp: true };

/**
 * Writes a workbook row by row, in constant memory: `write-excel-file` creates the workbook with its header, and rows are inserted into its
 * sheets as they come. Rows that do not fit on a sheet continue on the next one.
 */
export async function writeWorkbook(
  path: string,
  sheet: string,
  header: string[],
  rowCount: number,
  pages: AsyncIterable<Cell[][]>,
): Promise<Written> {
  const sheets = Math.max(1, Math.ceil(rowCount / (maxRows - 1)));
  const zip = new ZipFile();
  const hash = createHash('sha256');
  let bytes = 0;
  zip.outputStream.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  const file = createWriteStream(path);
  const written = once(file, 'close');
  zip.outputStream.pipe(file);
  const inner: { head: string; tail: string; stream: PassThrough }[] = [];
  for (const [name, content] of Object.entries(await frame(sheet, header, sheets))) {
    const found = /^(.*)(<\/sheetData>.*)$/s.exec(name.startsWith('xl/worksheets/') ? strFromU8(content) : '');
    if (!found) zip.addBuffer(Buffer.from(content), name, options);
    else {
      const stream = new PassThrough({ highWaterMark: 256 * 1024 });
      inner.push({ head: found[1]!, tail: found[2]!, stream });
      zip.addReadStream(stream, name, options);
    }
  }
  zip.end();
  try {
    await fill(inner, pages);
    await written;
    await sync(path);
  } catch (error) {
    file.destroy();
    throw error;
  }
  return { bytes, hash: hash.digest('hex') };
}

/** The files inside a workbook whose sheets have only a header. */
async function frame(name: string, header: string[], sheets: number): Promise<{ [path: string]: Uint8Array }> {
  const row = header.map((value) => ({ value, type: String, fontWeight: 'bold' as const }));
  const named = Array.from({ length: sheets }, (_, i) => ({
    data: [row],
    sheet: sheets === 1 ? name : `${name} ${i + 1}`,
    stickyRowsCount: 1,
  }));
  const files = unzipSync(await writeExcelFile(named).toBuffer());
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function fill(
  sheets: { head: string; tail: string; stream: PassThrough }[],
  pages: AsyncIterable<Cell[][]>,
): Promise<void> {
  let at = 0;
  /** The last row written to this sheet; the first is the header. */
  let last = 1;
  const put = async (text: string) => {
    const { stream } = sheets[at]!;
    if (!stream.write(text)) await once(stream, 'drain');
  };
  await put(sheets[0]!.head);
  for await (const page of pages)
    for (let from = 0; from < page.length; ) {
      if (last === maxRows) {
        sheets[at]!.stream.end(sheets[at]!.tail);
        at++;
        last = 1;
        await put(sheets[at]!.head);
      }
      const rows = page.slice(from, from + maxRows - last);
      await put(rows.map((cells, i) => toRow(cells, last + 1 + i)).join(''));
      last += rows.length;
      from += rows.length;
    }
  sheets[at]!.stream.end(sheets[at]!.tail);
  for (const { head, tail, stream } of sheets.slice(at + 1)) stream.end(head + tail);
}

function toRow(cells: Cell[], number: number): string {
  const inner = cells.map((cell, i) => toCell(cell, `${columnName(i)}${number}`)).join('');
  return `<row r="${number}">${inner}</row>`;
}

function toCell(cell: Cell, reference: string): string {
  if (cell === null || cell === undefined || cell === '') return '';
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(toExcelText(cell))}</t></is></c>`;
}

function columnName(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest > 0 ? columnName(rest - 1) : ''}${String.fromCharCode(65 + (index % 26))}`;
}
