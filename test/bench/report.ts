import { appendFileSync, writeFileSync } from 'node:fs';

/** One figure: `ratio` is value divided by that of the row named `ratioTo`. */
export type Row = { bench: string; name: string; unit: string; value: number; ratioTo?: string; ratio?: number };

/** Prints rows as a table and, with --json FILE, writes them as one JSON object per line. */
export function report(rows: Row[]): void {
  const cells = rows.map((row) => [
    row.bench,
    row.name,
    format(row.value),
    row.unit,
    row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} of ${row.ratioTo}`,
  ]);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  for (const line of cells)
    console.log(line.map((cell, i) => (i === 2 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  '));
  const at = process.argv.indexOf('--json');
  const file = at > 0 ? process.argv[at + 1] : undefined;
  if (!file) return;
  writeFileSync(file, '');
  for (const { bench, name, unit, value, ratioTo = null, ratio = null } of rows)
    appendFileSync(file, `${JSON.stringify({ bench, name, unit, value, ratioTo, ratio })}\n`);
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
