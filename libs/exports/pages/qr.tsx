import { encode } from 'fast-png';
import { renderToString } from 'preact-render-to-string';
import encodeQR from 'qr';

/** The white border that a reader needs around a code, in modules (ISO/IEC 18004). */
const quiet = 4;

/** A text as modules, dark or not, row by row, with the border. */
const modulesOf = (text: string): boolean[][] => encodeQR(text, 'raw', { ecc: 'medium', border: quiet });

/** A text as a QR code: one path, in modules, that can be printed at any size. What it says stands beside it as text. */
export function QrCode({ of }: { of: string }) {
  const rows = modulesOf(of);
  return (
    <svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox={`0 0 ${rows.length} ${rows.length}`} aria-hidden="true">
      <rect width={rows.length} height={rows.length} fill="#fff" />
      <path d={rows.map(pathOf).join('')} fill="#000" />
    </svg>
  );
}

/** A row as rectangles, one for each run of dark modules. */
function pathOf(row: boolean[], y: number): string {
  let path = '';
  for (let column = 0; column < row.length; column++) {
    const from = column;
    while (row[column]) column++;
    if (column > from) path += `M${from} ${y}h${column - from}v1h-${column - from}z`;
  }
  return path;
}

/** A QR code as a file, for print. */
export const qrSvg = (text: string): string => renderToString(<QrCode of={text} />);

/** Pixels of a module: about 10 mm of print for each 300 of them. */
const pixels = 12;

/** A QR code as a file, in black and white, for programs that take no SVG. */
export function qrPng(text: string): Uint8Array {
  const rows = modulesOf(text);
  const side = rows.length * pixels;
  const data = new Uint8Array(side * side).fill(255);
  for (const [y, row] of rows.entries())
    for (const [x, isDark] of row.entries()) {
      if (!isDark) continue;
      const left = x * pixels;
      for (let line = 0; line < pixels; line++) {
        const start = (y * pixels + line) * side + left;
        data.fill(0, start, start + pixels);
      }
    }
  return encode({ width: side, height: side, data, channels: 1, depth: 8 });
}
