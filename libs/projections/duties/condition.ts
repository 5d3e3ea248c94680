import type { Condition } from './duty.js';
import { facts, type Snapshot } from './facts.js';

/** Whether a condition holds; undefined: unknown, for lack of these facts. */
export type Answer = { holds: boolean | undefined; lacks: readonly string[] };

const yes: Answer = { holds: true, lacks: [] };
const no: Answer = { holds: false, lacks: [] };

/** Works out a condition on a system, by Kleene's logic of three values. */
export function check(condition: Condition, snapshot: Snapshot): Answer {
  if ('all' in condition) return checkAll(condition.all, snapshot, false);
  if ('any' in condition) return checkAll(condition.any, snapshot, true);
  if ('not' in condition) {
    const { holds, lacks } = check(condition.not, snapshot);
    return holds === undefined ? { holds, lacks } : holds ? no : yes;
  }
  const value = facts[condition.fact](snapshot);
  if ('known' in condition) return value === condition.known ? yes : no;
  return value === undefined ? { holds: undefined, lacks: [condition.fact] } : fits(condition, value) ? yes : no;
}

/** All conditions hold, or (`any`) one does: `decisive` is the value of one that decides about all. */
function checkAll(conditions: readonly Condition[], snapshot: Snapshot, decisive: boolean): Answer {
  let lacks: Set<string> | undefined;
  for (const condition of conditions) {
    const answer = check(condition, snapshot);
    if (answer.holds === decisive) return decisive ? yes : no;
    if (answer.holds === undefined) lacks = new Set([...(lacks ?? []), ...answer.lacks]);
  }
  if (lacks) return { holds: undefined, lacks: [...lacks] };
  return decisive ? no : yes;
}

function fits(
  condition: Exclude<Condition, { all: unknown } | { any: unknown } | { not: unknown }>,
  value: unknown,
): boolean {
  if ('is' in condition) return value === condition.is;
  if ('in' in condition) return condition.in.includes(value as string);
  if ('atLeast' in condition) return (value as number) >= condition.atLeast;
  const members = value as readonly string[];
  if ('some' in condition) return members.some((member) => condition.some.includes(member));
  if ('someNot' in condition) return members.some((member) => !condition.someNot.includes(member));
  if ('every' in condition) return members.length > 0 && members.every((member) => condition.every.includes(member));
  return false;
}
