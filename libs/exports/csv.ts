import { stringify } from 'csv-stringify/sync';

export type Cell = string | number | boolean | null | undefined;

/**
 * What a spreadsheet would run as a formula: = + - @ (also in full width), after any spaces or invisible characters; a leading tab or carriage
 * return.
 */
const formula = /^[\s\u200b-\u200f\u202a-\u202e\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/;

/** Lines of CSV by RFC 4180: UTF-8, comma, CRLF. A cell that a spreadsheet would run as a formula gets an apostrophe in front. */
export function toCsv(rows: Cell[][]): string {
  const safe = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' && formula.test(cell) ? `'${cell}` : cell)),
  );
  return stringify(safe, {
    record_delimiter: '\r\n',
    quoted_match: /[\r\n]/,
    cast: { boolean: (value) => (value ? 'true' : 'false') },
  });
}
