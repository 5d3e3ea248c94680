import qrcode from 'qrcode-generator';

/** The white border that a reader needs around a code, in modules (ISO/IEC 18004). */
const quiet = 4;

/** A text as a QR code: one path, in modules, that can be printed at any size. What it says stands beside it as text. */
export function QrCode({ of }: { of: string }) {
  const code = qrcode(0, 'M');
  code.addData(of);
  code.make();
  const modules = code.getModuleCount();
  let path = '';
  for (let row = 0; row < modules; row++)
    for (let column = 0; column < modules; column++) {
      const from = column;
      while (column < modules && code.isDark(row, column)) column++;
      if (column > from) path += `M${from} ${row}h${column - from}v1h-${column - from}z`;
    }
  const size = modules + 2 * quiet;
  return (
    <svg class="qr" viewBox={`${-quiet} ${-quiet} ${size} ${size}`} aria-hidden="true">
      <rect x={-quiet} y={-quiet} width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
