import type { Command } from '../command.js';
import { type Count, type EventData, eventKinds } from '../generated/events.js';

/** Smaller counts, but for zero, are recorded as suppressed: with few cases a person could be recognised. */
export const smallestRecordedCount = 10;

/** The data of a command's event: the command's data in today's terms, without what must never be in a public log. */
export function recordedData(command: Command): Command['data'] {
  switch (command.type) {
    case 'ReportOversightFigures':
      return suppressSmallCounts(command.data);
    case 'ReportEnergy':
      return nameReasons(command.data);
    case 'CorrectEvent':
      return rightData(command.data);
    default:
      return command.data;
  }
}

/** A correction as it is recorded: its data as the corrected event would carry them, with the contact, which can be erased, beside them. */
function rightData(correction: EventData['EventCorrected']): EventData['EventCorrected'] {
  const { command, version } = eventKinds[correction.eventType];
  const recorded = recordedData({ type: command, data: correction.data } as unknown as Command);
  const { contact = correction.contact, ...data } = recorded as { contact?: EventData['EventCorrected']['contact'] };
  const isAct = correction.eventType === 'HumanOverrideRecorded' && correction.occurredAt !== undefined;
  const time = isAct ? { occurredAt: correction.occurredAt!.slice(0, 10) } : {};
  return { ...correction, ...time, schemaVersion: version, data, ...(contact && { contact }) };
}

/**
 * Energy data in the terms of version 2. In version 1 `method` said how energy was measured, or why it was not; commands that still use it
 * are understood. Idempotent.
 */
export function nameReasons<T extends { measured?: unknown; method?: unknown }>(energy: T): T {
  if (energy.measured || energy.method === undefined) return energy;
  const { method: notMeasuredReason, ...rest } = energy;
  return { ...rest, notMeasuredReason } as unknown as T;
}

type Figures = EventData['OversightFiguresReported'];
type Counts = { [code: string]: Count | undefined };

/**
 * Suppresses counts from 1 to 9, and more where such a count could be calculated. The rest of a total, after its visible parts, is a count
 * too: while it is from 1 to 9, the smallest visible part is suppressed as well. If each suppressed part could only be 1, all parts are
 * left out: a reader who knows this rule would see through any other choice. Outputs split into reviewed and not reviewed, reviewed ones
 * into overridden and not overridden. Zero stays: it concerns nobody. Idempotent.
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

/** Figures with every count suppressed except zero. */
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

/**
 * Outputs contain reviewed, which contain overridden. To hide a small rest, `reviewed` is suppressed first, then `outputs`; `overridden` is
 * split further, so it stays.
 */
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

/** The smallest visible part that is not zero. */
function smallestOf(parts: Counts): [string | undefined, number] {
  let smallest: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const code in parts) {
    const count = parts[code];
    if (typeof count === 'number' && count > 0 && count < smallest[1]) smallest = [code, count];
  }
  return smallest;
}

/** Whether the hidden rest is just enough for 1 in each suppressed part. A suppressed total is less than 10. */
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
