import type { Command } from '../command.js';
import type { Count, EventData } from '../generated/events.js';

/** Counts below this are not recorded one by one: with few cases a person could be recognised. */
export const smallestRecordedCount = 10;

/** What the event of a command carries: the command's data, without what must never be in a public log, in today's words. */
export function recordedData(command: Command): Command['data'] {
  switch (command.type) {
    case 'ReportOversightFigures':
      return suppressSmallCounts(command.data);
    case 'ReportEnergy':
      return nameReasons(command.data);
    default:
      return command.data;
  }
}

/**
 * Energy in words of version 2. In version 1 `method` said how energy was measured, or why it was not; a command that still
 * says it so is understood. Done twice, it gives the same.
 */
export function nameReasons<T extends { measured?: unknown; method?: unknown }>(energy: T): T {
  if (energy.measured || energy.method === undefined) return energy;
  const { method: notMeasuredReason, ...rest } = energy;
  return { ...rest, notMeasuredReason } as unknown as T;
}

type Figures = EventData['OversightFiguresReported'];
type Counts = { [code: string]: Count | undefined };

/**
 * Figures from which no count from 1 to 9 can be read or calculated. Small counts are suppressed. What is left of a total when its
 * parts are taken away is a count, too: so more parts are suppressed, the smallest first, until what cannot be seen of the total
 * adds up to 10 or more. Where each suppressed part could only be 1, the parts are left out: who knows this rule would see through
 * any other. The outputs are split into those that were reviewed and those that were not, the reviewed ones into overridden and not.
 * Zero says that there was nothing, and about nobody. Done twice, it gives the same.
 */
export function suppressSmallCounts(figures: Figures): Figures {
  const suppressed: Figures = { ...figures, ...suppressChain(figures) };
  for (const [field, total] of splits) {
    if (!figures[field]) continue;
    const parts = suppressParts(figures[field], suppressed[total]);
    if (areAllOne(parts, suppressed[total])) delete suppressed[field];
    else Object.assign(suppressed, { [field]: parts });
  }
  return suppressed;
}

/** Figures without any count but zero. */
export function suppressAllCounts(figures: Figures): Figures {
  const hide = (value: unknown): unknown => {
    if (typeof value === 'number') return value === 0 ? 0 : 'suppressed';
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hide(inner)]));
  };
  const { period, note, measured, ...counts } = figures;
  return { period, measured, ...(note && { note }), ...(hide(counts) as object) };
}

const splits = [
  ['overriddenByReason', 'overridden'],
  ['overriddenByOutcome', 'overridden'],
  ['objectionsByOutcome', 'objections'],
] as const;

export const isSmall = (count: number) => count > 0 && count < smallestRecordedCount;

/** Each count contains the next; the one in the middle goes first, then the largest: the smallest is split further. */
function suppressChain({ outputs, reviewed, overridden, objections }: Figures): Partial<Figures> {
  const shown: Partial<Record<'outputs' | 'reviewed' | 'overridden' | 'objections', Count>> = {};
  if (outputs !== undefined) shown.outputs = suppress(outputs);
  if (reviewed !== undefined) shown.reviewed = suppress(reviewed);
  if (overridden !== undefined) shown.overridden = suppress(overridden);
  if (objections !== undefined) shown.objections = suppress(objections);
  if (isRestSmall(shown.outputs, shown.reviewed) || isRestSmall(shown.reviewed, shown.overridden))
    shown.reviewed = 'suppressed';
  if (isRestSmall(shown.outputs, shown.overridden)) shown.outputs = 'suppressed';
  return shown;
}

function suppressParts(parts: Counts, total: Count | undefined): Counts {
  const shown: Counts = {};
  for (const code in parts) if (parts[code] !== undefined) shown[code] = suppress(parts[code]);
  if (typeof total !== 'number') return shown;
  for (let hidden = total - sumOf(shown); isSmall(hidden); ) {
    const [code, count] = smallestOf(shown);
    if (code === undefined) break;
    shown[code] = 'suppressed';
    hidden += count;
  }
  return shown;
}

const suppress = (count: Count): Count => (typeof count === 'number' && isSmall(count) ? 'suppressed' : count);

function isRestSmall(whole: Count | undefined, part: Count | undefined): boolean {
  return typeof whole === 'number' && typeof part === 'number' && isSmall(whole - part);
}

/** The part with the smallest count that is shown, but for zero. */
function smallestOf(parts: Counts): [string | undefined, number] {
  let smallest: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const code in parts) {
    const count = parts[code];
    if (typeof count === 'number' && count > 0 && count < smallest[1]) smallest = [code, count];
  }
  return smallest;
}

/** What cannot be seen of the total is just enough for 1 each; a total that is suppressed is less than 10. */
function areAllOne(parts: Counts, total: Count | undefined): boolean {
  let suppressed = 0;
  for (const code in parts) if (parts[code] === 'suppressed') suppressed++;
  const most = typeof total === 'number' ? total : smallestRecordedCount - 1;
  return suppressed > 0 && most - sumOf(parts) <= suppressed;
}

function sumOf(parts: Counts): number {
  let sum = 0;
  for (const code in parts) {
    const count = parts[code];
    if (typeof count === 'number') sum += count;
  }
  return sum;
}
