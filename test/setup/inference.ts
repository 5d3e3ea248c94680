import fc from 'fast-check';
import { codelists, type EventData } from '#domain';

type Figures = EventData['OversightFiguresReported'];
type Interval = { low: number; high: number };
/** A total and its parts, as names of cells. */
type Sum = { name: string; total: string; parts: string[] };

const splits = [
  ['overriddenByReason', 'overridden'],
  ['overriddenByOutcome', 'overridden'],
  ['objectionsByOutcome', 'objections'],
] as const;

/**
 * What somebody could infer with pencil and paper: the bounds of each count, of each remainder of a total, and of each sum of a total's hidden
 * parts are narrowed by all others until nothing changes any more. Returns those that can only be one number, from 1 to 9.
 */
export function findLeaks(figures: Figures): string[] {
  const cells = new Map<string, Interval>();
  const sums: Sum[] = [];
  // These are suppressed only if they are small themselves, never to hide another.
  const most = (name: string) => (['overridden', 'objections'].includes(name) ? 9 : Number.POSITIVE_INFINITY);
  const put = (name: string, count: number | 'suppressed' | undefined, least = 0) =>
    cells.set(
      name,
      typeof count === 'number'
        ? { low: count, high: count }
        : {
            low: count === 'suppressed' ? 1 : least,
            high: count === 'suppressed' ? most(name) : Number.POSITIVE_INFINITY,
          },
    );
  for (const name of ['outputs', 'reviewed', 'overridden', 'objections'] as const) put(name, figures[name]);
  put('not reviewed', undefined);
  put('not overridden', undefined);
  sums.push({ name: 'outputs', total: 'outputs', parts: ['reviewed', 'not reviewed'] });
  sums.push({ name: 'reviewed', total: 'reviewed', parts: ['overridden', 'not overridden'] });
  sums.push({ name: 'both', total: 'outputs', parts: ['overridden', 'not overridden', 'not reviewed'] });
  for (const [field, total] of splits) {
    const parts = figures[field];
    if (!parts) continue;
    const names = Object.keys(parts);
    for (const name of names) put(name, parts[name as keyof typeof parts]);
    put(`rest of ${field}`, undefined);
    sums.push({ name: field, total, parts: [...names, `rest of ${field}`] });
  }
  while (sums.map((sum) => tighten(cells, sum)).includes(true));
  const leaks = [...cells]
    .filter(([, { low, high }]) => low === high && low > 0 && low < 10)
    .map(([name, { low }]) => `${name} is ${low}`);
  for (const { name, total, parts } of sums) {
    const unseen = parts.filter((part) => cells.get(part)!.low !== cells.get(part)!.high);
    const { low, high } = cells.get(total)!;
    const rest =
      low - parts.filter((part) => !unseen.includes(part)).reduce((sum, part) => sum + cells.get(part)!.low, 0);
    if (low === high && unseen.length > 0 && rest > 0 && rest < 10) leaks.push(`${name} unseen is ${rest}`);
  }
  return leaks;
}

/** Narrows the bounds by one sum. Returns whether anything changed. */
function tighten(cells: Map<string, Interval>, { total, parts }: Sum): boolean {
  let changed = false;
  const narrow = (name: string, low: number, high: number) => {
    const cell = cells.get(name)!;
    if (low <= cell.low && high >= cell.high) return;
    cells.set(name, { low: Math.max(low, cell.low), high: Math.min(high, cell.high) });
    changed = true;
  };
  const add = (end: 'low' | 'high', names: string[]) => names.reduce((sum, name) => sum + cells.get(name)![end], 0);
  narrow(total, add('low', parts), add('high', parts));
  for (const part of parts) {
    const others = parts.filter((other) => other !== part);
    narrow(part, cells.get(total)!.low - add('high', others), cells.get(total)!.high - add('low', others));
  }
  return changed;
}

const count = fc.oneof(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 60 }));
const partsOf = (codes: readonly string[]) =>
  fc.oneof(
    fc.dictionary(fc.constantFrom(...codes), count, { minKeys: 1 }),
    fc.dictionary(fc.constantFrom(...codes), fc.constantFrom(1, 1, 1, 1, 2), { minKeys: codes.length - 2 }),
  );

/** Random consistent figures, with many small counts and small remainders. */
export const arbitraryFigures: fc.Arbitrary<Figures> = fc
  .record({
    reasons: fc.option(partsOf(codelists['override-reason'])),
    outcomes: fc.option(partsOf(['in-favour-of-person', 'against-person', 'neutral', 'unknown'])),
    answers: fc.option(partsOf(['upheld', 'rejected', 'withdrawn'])),
    rests: fc.array(fc.oneof(fc.constant(0), fc.constant(0), count), { minLength: 4, maxLength: 4 }),
  })
  .map(({ reasons, outcomes, answers, rests }) => {
    const total = (parts: Record<string, number> | null) =>
      Object.values(parts ?? {}).reduce((sum, one) => sum + one, 0);
    const overridden = Math.max(total(reasons), total(outcomes)) + rests[0]!;
    const reviewed = overridden + rests[1]!;
    return {
      period: { from: '2026-01-01', to: '2026-03-31' },
      measured: true,
      outputs: reviewed + rests[2]!,
      reviewed,
      overridden,
      ...(reasons && { overriddenByReason: reasons }),
      ...(outcomes && { overriddenByOutcome: outcomes }),
      ...(answers && { objections: total(answers) + rests[3]!, objectionsByOutcome: answers }),
    } as Figures;
  });
