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

/** That a duty tells nothing on a day, and until when, though nothing happens. */
type Nothing = { status: undefined; until: string };

/**
 * The judge of a duty of a system, between one snapshot and the next; undefined: the duty does not apply. On a day there may be nothing to tell: nothing has
 * happened that the duty is about, or it is met, whether or not it applies.
 */
export function judgeOf(duty: Duty, snapshot: Snapshot): ((day: string) => Judgement | Nothing) | undefined {
  const applies = appliesTo(duty, snapshot);
  if (applies.holds === false) return undefined;
  const bindings = duty.dates.map((reading) => bindingOf(reading, snapshot));
  const first = bindings.reduce((least, { earliest }) => (earliest < least ? earliest : least), never);
  const last = bindings.reduce((most, { latest }) => (latest > most ? latest : most), '');
  const isSure = bindings.every(({ earliest, latest }) => earliest === latest);
  const bindingFrom = isSure && last !== never && last > '0001' ? last : null;
  // By two readings of the law, what happened between their days is not judged; between two possible days nobody can tell.
  const bound = { from: isSure ? last : first, surely: last, lacks: bindings.flatMap(({ lacks }) => lacks) };
  return (day) => {
    const shown = shownBy(duty.met, snapshot, day, bound);
    let until = shown.until ?? never;
    for (const { earliest, latest } of bindings) {
      if (earliest > day && earliest < until) until = earliest;
      if (latest > day && latest < until) until = latest;
    }
    const as = (status: DutyStatus, lacks: readonly string[] = []): Judgement => ({
      status,
      lacks: lacks.length > 1 ? [...new Set(lacks)] : lacks,
      bindingFrom,
      until,
    });
    if (shown.state === 'does-not-apply' || (shown.state === 'met' && applies.holds === undefined))
      return { status: undefined, until };
    if (shown.state === 'met') return as('met');
    if (shown.state === 'not-due' || day < first) return as('not-yet', applies.lacks);
    if (applies.holds === undefined) return as('unknown', [...applies.lacks, ...(shown.lacks ?? [])]);
    if (shown.state === 'unknown') return as('unknown', shown.lacks);
    const doubtful = bindings.filter(({ earliest, latest }) => day >= earliest && day < latest);
    if (doubtful.length > 0)
      return as(
        'unknown',
        doubtful.flatMap(({ lacks }) => lacks),
      );
    return as(day >= last ? shown.state : 'missing-by-one-reading');
  };
}
