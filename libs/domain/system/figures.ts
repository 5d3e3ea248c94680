import type { Count, EventData } from '../generated/events.js';
import { Refusal } from '../refusal.js';
import { refuseImpossiblePeriod } from '../time.js';
import type { KnownSystem } from './state.js';

/** overridden <= reviewed <= outputs; the counts by reason or outcome may not exceed their total. */
export function refuseImpossibleFigures(
  state: KnownSystem,
  figures: EventData['OversightFiguresReported'],
  now: string,
): void {
  refuseImpossiblePeriod(figures.period, now);
  refusePeriodAfterRetirement(state, figures.period.to);
  const { outputs, reviewed, overridden, objections } = figures;
  refuseMore('reviewed', reviewed, 'outputs', outputs);
  refuseMore('overridden', overridden, 'reviewed', reviewed);
  refuseMore('overriddenByReason', sum(figures.overriddenByReason), 'overridden', overridden);
  refuseMore('overriddenByOutcome', sum(figures.overriddenByOutcome), 'overridden', overridden);
  refuseMore('objectionsByOutcome', sum(figures.objectionsByOutcome), 'objections', objections);
}

export function refusePeriodAfterRetirement(state: KnownSystem, to: string): void {
  if (state.status === 'retired' && to > state.retiredAt.slice(0, 10))
    throw new Refusal('PERIOD_AFTER_RETIREMENT', undefined, { path: '/data/period/to' });
}

/** A count that comes suppressed is at least known to be there. */
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
