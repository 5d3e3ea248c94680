import type { Command } from '../command.js';
import type { Count, EventData } from '../generated/events.js';

/** Counts below this are not recorded one by one: with few cases a person could be recognised. */
export const smallestRecordedCount = 10;

/** What the event of a command carries: the command's data, but for what must never be in a public log. */
export function recordedData(command: Command): Command['data'] {
  return command.type === 'ReportOversightFigures' ? suppressSmallCounts(command.data) : command.data;
}

type Figures = EventData['OversightFiguresReported'];
type Counts = { [code: string]: Count | undefined };

/**
 * Figures without counts from 1 to 9, and without those that would give one away: of the parts of a count so many are
 * suppressed that those that are come to 10 or more, the smallest first. Zero says that there was nothing, and about nobody. The same
 * again when it is done again.
 */
export function suppressSmallCounts(figures: Figures): Figures {
  const suppressed: Figures = { ...figures };
  for (const field of ['outputs', 'reviewed', 'overridden', 'objections'] as const)
    if (figures[field] !== undefined) suppressed[field] = suppress(figures[field]);
  for (const field of ['overriddenByReason', 'overriddenByOutcome', 'objectionsByOutcome'] as const)
    if (figures[field]) Object.assign(suppressed, { [field]: suppressParts(figures[field]) });
  return suppressed;
}

const isSmall = (count: Count | undefined) => typeof count === 'number' && count > 0 && count < smallestRecordedCount;
const suppress = (count: Count): Count => (isSmall(count) ? 'suppressed' : count);

function suppressParts(parts: Counts): Counts {
  const known = Object.entries(parts).filter(
    (part): part is [string, number] => typeof part[1] === 'number' && part[1] > 0,
  );
  const bySize = known.sort(([, a], [, b]) => a - b);
  const hidden = new Set<string>();
  // What came suppressed already was suppressed together with enough others.
  const isDone = Object.values(parts).includes('suppressed');
  let sum = 0;
  for (const [code, count] of bySize) {
    const givesAway = hidden.size > 0 && sum < smallestRecordedCount && !isDone;
    if (!isSmall(count) && !givesAway) break;
    hidden.add(code);
    sum += count;
  }
  return Object.fromEntries(
    Object.entries(parts).map(([code, count]) => [code, hidden.has(code) ? ('suppressed' as const) : count]),
  );
}
