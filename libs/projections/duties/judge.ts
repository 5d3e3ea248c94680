import type { Code } from '#domain';
import { type Answer, check } from './condition.js';
import { bindingOf, never } from './dates.js';
import type { Condition, Duty } from './duty.js';
import type { Snapshot } from './facts.js';
import { shownBy } from './met.js';

/**
 * `missing`: every reading of the law says so; `not-done`: declared as not done; `not-yet`: the law does not ask for it yet; `unknown`: whether it applies, from
 * when, or whether it is met cannot be told, for lack of facts.
 */
export type DutyStatus = Code<'duty-status'>;

/**
 * What a duty comes to on a day. `lacks`: the facts that are missing to tell; `bindingFrom`: the day from which every reading binds, null if there is none
 * or it cannot be told; `until`: the first day on which that could change though nothing happens.
 */
export type Judgement = { status: DutyStatus; lacks: readonly string[]; bindingFrom: string | null; until: string };

const asked = new WeakMap<Duty, Condition>();

/** Whether the duty is one of such a system, and of who uses it. */
function appliesTo(duty: Duty, snapshot: Snapshot): Answer {
  let condition = asked.get(duty);
  if (!condition) {
    condition = { all: [duty.applies, duty.binds] };
    asked.set(duty, condition);
  }
  return check(condition, snapshot);
}

/** Judges a duty of a system on a day. Null: the duty does not apply, until something happens. */
export function judge(duty: Duty, snapshot: Snapshot, day: string): Judgement | null {
  const applies = appliesTo(duty, snapshot);
  if (applies.holds === false) return null;
  const bindings = duty.dates.map((reading) => bindingOf(reading, snapshot));
  const last = bindings
    .map(({ latest }) => latest)
    .sort()
    .at(-1)!;
  const shown = shownBy(duty.met, snapshot, day, last);
  if (shown.state === 'does-not-apply') return null;
  const sure = bindings.every(({ earliest, latest }) => earliest === latest);
  const bindingFrom = sure && last !== never && last > '0001' ? last : null;
  const changes = [shown.until ?? never, ...bindings.flatMap(({ earliest, latest }) => [earliest, latest])];
  const until = changes.filter((change) => change > day).sort()[0] ?? never;
  const as = (status: DutyStatus, lacks: readonly string[] = []): Judgement => ({ status, lacks, bindingFrom, until });
  // Whether or not it applies, nothing is open.
  if (shown.state === 'met') return applies.holds ? as('met') : null;
  if (shown.state === 'not-due' || bindings.every(({ earliest }) => day < earliest))
    return as('not-yet', applies.lacks);
  if (applies.holds === undefined) return as('unknown', [...applies.lacks, ...(shown.lacks ?? [])]);
  if (shown.state === 'unknown') return as('unknown', shown.lacks);
  const doubtful = bindings.filter(({ earliest, latest }) => day >= earliest && day < latest);
  if (doubtful.length > 0) return as('unknown', [...new Set(doubtful.flatMap(({ lacks }) => lacks))]);
  return as(bindings.every(({ latest }) => day >= latest) ? shown.state : 'missing-by-one-reading');
}
