import type { Count, EventData } from '../generated/events.js';
import { Refusal } from '../refusal.js';
import { fromNumber, refuseImpossiblePeriod, toNumber } from '../time.js';
import type { KnownSystem } from './state.js';

/** overridden <= reviewed <= outputs; the counts by reason or outcome may not exceed their total. */
export function refuseImpossibleFigures(
  state: KnownSystem,
  figures: EventData['OversightFiguresReported'],
  now: string,
): void {
  refuseImpossiblePeriod(figures.period, now);
  refusePeriodAfterRetirement(state, figures.period.to);
  refuseOverlap(state, figures.period);
  const { outputs, reviewed, overridden, objections } = figures;
  refuseMore('reviewed', reviewed, 'outputs', outputs);
  refuseMore('overridden', overridden, 'reviewed', reviewed);
  refuseMore('overriddenByReason', sum(figures.overriddenByReason), 'overridden', overridden);
  refuseMore('overriddenByOutcome', sum(figures.overriddenByOutcome), 'overridden', overridden);
  refuseMore('objectionsByOutcome', sum(figures.objectionsByOutcome), 'objections', objections);
}

/** A quarter minus two of its months gives the third, even if that is suppressed. The same period again is a correction. */
function refuseOverlap({ figureDays }: KnownSystem, period: Period): void {
  const [from, to] = [toNumber(period.from), toNumber(period.to)];
  for (let i = 0; i < figureDays.length; i += 2) {
    const [knownFrom, knownTo] = [figureDays[i]!, figureDays[i + 1]!];
    if (knownFrom <= to && knownTo >= from && !(knownFrom === from && knownTo === to))
      throw new Refusal(
        'PERIOD_OVERLAPS',
        `There are figures for ${fromNumber(knownFrom)} to ${fromNumber(knownTo)}. Report each day in one period only; to correct figures, report exactly the same period again.`,
        { path: '/data/period' },
      );
  }
}

type Period = EventData['OversightFiguresReported']['period'];

export function refusePeriodAfterRetirement(state: KnownSystem, to: string): void {
  if (state.status === 'retired' && state.lastDay !== undefined && to > state.lastDay)
    throw new Refusal('PERIOD_AFTER_RETIREMENT', undefined, { path: '/data/period/to' });
}

/** Suppressed counts cannot be compared, but even a suppressed part needs its whole. */
function refuseMore(part: string, count: Count | undefined, whole: string, limit: Count | undefined): void {
  if (count === undefined || limit === 'suppressed') return;
  if (limit !== undefined && (count === 'suppressed' || count <= limit)) return;
  const found = limit === undefined ? `but ${whole} is missing` : `more than ${whole} (${limit})`;
  throw new Refusal('COUNTS_INCONSISTENT', `${part} is ${count}, ${found}.`, { path: `/data/${part}` });
}

function sum(counts: Record<string, Count | undefined> | undefined): number | undefined {
  const known = counts && Object.values(counts).filter((count) => typeof count === 'number');
  return known?.reduce((total, count) => total + count, 0);
}
