import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { Refusal } from '#domain';

/** Tells the kind of a file by its first bytes; `isCsv`: its name says CSV. Throws a Refusal that says what to do about unsupported kinds. */
export function kindOfBytes(bytes: Buffer, isCsv: boolean): 'zip' | 'json' | 'csv' {
  const start = bytes.subarray(0, 8).toString('latin1');
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return 'zip';
  if (start.startsWith('\xd0\xcf\x11\xe0'))
    throw new Refusal(
      'INVALID_PARAMETER',
      'This is an old Excel workbook (.xls), or one with a password. Save it as .xlsx, without a password.',
    );
  if (start.startsWith('%PDF')) throw new Refusal('INVALID_PARAMETER', 'This is a PDF. JSON, CSV and XLSX are read.');
  if (start.startsWith('\x1f\x8b'))
    throw new Refusal('INVALID_PARAMETER', 'This is compressed by gzip. Unpack it first.');
  const isWide = start.startsWith('\xff\xfe');
  const text = bytes
    .subarray(isWide ? 2 : 0, 1000)
    .toString(isWide ? 'utf16le' : 'utf8')
    .replace(/^[\ufeff\s]+/, '');
  if (/^<(!doctype|html|table|meta|style)/i.test(text))
    throw new Refusal(
      'INVALID_PARAMETER',
      'This is a web page (HTML), as some programs write under the name .xls. Open it in a spreadsheet and save it as .xlsx.',
    );
  return !isCsv && (text.startsWith('{') || text.startsWith('[')) ? 'json' : 'csv';
}

/** Decoded text. `isWhole` is false if some bytes were invalid in its encoding; U+FFFD stands in their place. */
export type Decoded = { text: string; isWhole: boolean };

/**
 * Reads bytes as UTF-8, as UTF-16 if they begin with its byte order mark, or in the given encoding. No encoding is guessed: a wrong guess
 * would be published. Throws a Refusal for an unknown encoding, and for UTF-16 without a mark.
 */
export function decode(bytes: Buffer, encoding?: string): Decoded {
  const label =
    encoding === undefined || /^utf-?8$/i.test(encoding) ? markOf(bytes) : (names[encoding.toLowerCase()] ?? encoding);
  if (!iconv.encodingExists(label))
    throw new Refusal(
      'INVALID_PARAMETER',
      `There is no encoding "${String(label).slice(0, 40)}": utf-8, windows-1252, iso-8859-15, ...`,
    );
  if (label === 'utf-8' && bytes.subarray(0, 10_000).includes(0))
    throw new Refusal(
      'INVALID_UTF8',
      'There are zero bytes in it. It may be UTF-16: save it as UTF-8, or say --encoding utf-16le.',
    );
  const text = iconv.decode(bytes, label);
  return { text, isWhole: label === 'utf-8' ? isUtf8(bytes) : !text.includes(replacement) };
}

/** Latin-1 labels mean Windows-1252 (WHATWG Encoding Standard, 4.2). */
const names: { [label: string]: string } = {
  'iso-8859-1': 'windows-1252',
  iso88591: 'windows-1252',
  latin1: 'windows-1252',
  'latin-1': 'windows-1252',
};

function markOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** Stands in place of bytes that are invalid. */
export const replacement = '\ufffd';
