import { readFileSync } from 'node:fs';
import { isDate } from '#domain';
import { type Duty, type DutyState, duties, judgeAll, onDay, parseDuties } from '#projections';
import { withRegister } from './settings.js';

type Options = { with?: string; on?: string };
const isGap = ({ status }: DutyState) => !['met', 'not-yet', 'unknown'].includes(status);

/** Judges all systems by the duties of the register, or by those of a file: changed or proposed ones. Prints who is missing what, and counts. */
export function judgeDuties({ with: file, on = new Date().toISOString().slice(0, 10) }: Options): Promise<void> {
  if (!isDate(on)) throw new Error(`--on takes a date (2028-05-03), not "${on}".`);
  const proposed = file === undefined ? undefined : parseDuties(readFileSync(file, 'utf8'));
  return withRegister(async ({ pool }) => {
    const wanted = proposed ?? latest(duties);
    // What a changed duty says is told against what it says today.
    const today = latest(duties).filter(({ id }) => proposed?.some((duty) => duty.id === id));
    const before = new Set<string>();
    if (today.length > 0)
      for await (const page of judgeAll(pool, today))
        for (const state of onDay(page, on).filter(isGap)) before.add(keyOf(state));
    const counts = new Map<string, { [status: string]: number }>(wanted.map(({ id }) => [id, {}]));
    for await (const page of judgeAll(pool, wanted))
      for (const state of onDay(page, on)) {
        const own = counts.get(state.duty)!;
        own[state.status] = (own[state.status] ?? 0) + 1;
        if (!isGap(state)) continue;
        const isKnown = before.delete(keyOf(state));
        print(state, isKnown ? 'as today' : today.length > 0 ? 'new' : '');
      }
    for (const key of before) console.log(`no longer missing\t${key.replace(' ', '\t')}`);
    console.log(`\nOn ${on}, systems by what each duty comes to (those to which it does not apply are not counted):`);
    for (const [id, own] of counts)
      console.log(
        `${id.padEnd(36)}${
          Object.entries(own)
            .map(([status, n]) => `${status} ${n}`)
            .join(', ') || 'applies to none'
        }`,
      );
  });
}

const keyOf = ({ duty, system }: DutyState) => `${duty} ${system}`;

function print({ status, duty, system, organisation, since, bindingFrom }: DutyState, how: string): void {
  const binding = bindingFrom === null ? '' : `binding from ${bindingFrom}`;
  console.log([status, duty, system, organisation, `since ${since}`, binding, how].filter(Boolean).join('\t'));
}

/** Of each duty its last version. */
function latest(all: readonly Duty[]): Duty[] {
  return [...new Map(all.toSorted((a, b) => a.version - b.version).map((duty) => [duty.id, duty])).values()];
}
