import { stringify } from 'csv-stringify/sync';

/**
 * Lines of CSV by RFC 4180: UTF-8, comma, CRLF. A cell that a spreadsheet would run as a formula (it begins with
 * = + - @ tab or carriage return) gets an apostrophe in front.
 */
export function toCsv(rows: (string | number | boolean | null | undefined)[][]): string {
  return stringify(rows, {
    escape_formulas: true,
    record_delimiter: '\r\n',
    cast: { boolean: (value) => (value ? 'true' : 'false') },
  });
}
