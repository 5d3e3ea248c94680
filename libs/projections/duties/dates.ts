import { check } from './condition.js';
import type { Reading } from './duty.js';
import { daysOf, type Snapshot } from './facts.js';

export const never = '9999-12-31';
const always = '0000-01-01';

/**
 * From when a duty binds a system by a reading: not before `earliest`, certainly from `latest`. If they differ, which day it is cannot be told for
 * lack of these facts.
 */
export type Binding = { earliest: string; latest: string; lacks: readonly string[] };

export function bindingOf({ on }: Reading, snapshot: Snapshot): Binding {
  const possible: Binding[] = [];
  const lacks = new Set<string>();
  let isCertain = false;
  for (const date of on) {
    const answer = date.if ? check(date.if, snapshot) : { holds: true, lacks: [] };
    if (answer.holds === false) continue;
    const binding = withLegacy(date, snapshot);
    if (answer.holds && possible.length === 0) return binding;
    possible.push(binding);
    for (const fact of [...answer.lacks, ...binding.lacks]) lacks.add(fact);
    if (answer.holds) {
      isCertain = true;
      break;
    }
  }
  const days = possible.flatMap(({ earliest, latest }) => [earliest, latest]).sort();
  // If none of them holds, it never binds.
  return { earliest: days[0] ?? never, latest: isCertain ? days.at(-1)! : never, lacks: [...lacks] };
}

/** Art 111(2): other days for what was there before, until its design is significantly changed. */
function withLegacy({ from, legacy }: Reading['on'][number], snapshot: Snapshot): Binding {
  const start = from ?? always;
  if (!legacy) return { earliest: start, latest: start, lacks: [] };
  const before = wasThereBefore(legacy.inServiceBefore, snapshot);
  if (before.holds === false) return { earliest: start, latest: start, lacks: [] };
  const mayUse = legacy.if ? check(legacy.if, snapshot) : { holds: true, lacks: [] };
  const ends = mayUse.holds === true ? [legacy.from] : mayUse.holds === false ? [never] : [legacy.from, never];
  const changed = legacy.endedBy ? changedFrom(legacy.inServiceBefore, snapshot) : {};
  const lacks = [...before.lacks, ...mayUse.lacks, ...(changed.possibly ? ['significantDesignChange'] : [])];
  const capped = ends.map((end) => (changed.surely && changed.surely < end ? changed.surely : end));
  const earliest = [
    ...capped,
    ...(changed.possibly ? [changed.possibly] : []),
    ...(before.holds ? [] : [start]),
  ].sort()[0]!;
  return { earliest, latest: capped.sort().at(-1)!, lacks: earliest === capped.at(-1) ? [] : lacks };
}

/** Whether a system was in service or on the market before a day. A start that was recorded only later counts if evidence of it is named. */
function wasThereBefore(day: string, { record, starts }: Snapshot): { holds: boolean | undefined; lacks: string[] } {
  const earlier = starts.filter(({ from }) => from < day);
  const shown = earlier.filter(({ recordedOn, hasEvidence }) => recordedOn < day || hasEvidence);
  if (shown.some(({ atLatest }) => atLatest < day)) return { holds: true, lacks: [] };
  const { placedOnMarket } = record;
  const lacks = shown.length > 0 ? ['from'] : earlier.length > 0 ? ['evidence'] : [];
  if (placedOnMarket === undefined) return { holds: undefined, lacks: ['placedOnMarket', ...lacks] };
  const [first, last] = daysOf(placedOnMarket);
  if (last < day) return { holds: true, lacks: [] };
  // Nothing was in use before it was first on the market, so what was only seen began later, too.
  if (first >= day && earlier.every(({ isSeen }) => isSeen)) return { holds: false, lacks: [] };
  return { holds: undefined, lacks: first < day ? ['placedOnMarket', ...lacks] : lacks };
}

/** From when the design was changed significantly (`surely`), or perhaps, as nobody stated it (`possibly`). Changes before the day do not count. */
function changedFrom(day: string, { record: { changes = [] } }: Snapshot): { surely?: string; possibly?: string } {
  const found: { surely?: string; possibly?: string } = {};
  for (const { occurredAt, significantDesignChange } of changes) {
    const on = occurredAt.slice(0, 10);
    if (on < day || significantDesignChange === 'no') continue;
    if (significantDesignChange === 'yes') found.surely = found.surely && found.surely < on ? found.surely : on;
    else found.possibly = found.possibly && found.possibly < on ? found.possibly : on;
  }
  return found;
}
