import type { Pool } from 'pg';
import type { Code } from '#domain';
import { plusMonths } from './duties/met.js';
import { readRecordAsOf } from './facts.js';
import { type Elsewhere, elsewhereOf } from './incidents.js';
import { type OverrideCount, type OversightFigures, readOverrideCounts, readOversightFigures } from './oversight.js';
import type { SystemRecord } from './system-record.js';

/**
 * Something in the figures or events of a system that deserves a question. It accuses nobody: there may be a good reason. `since`: the day from which it
 * holds; `period`: of the figures that it rests on; `counts`: what it rests on, published numbers only; `about`: an incident elsewhere; `answer`: what the
 * organisation said to it on that day or later.
 */
export type Signal = {
  signal: Code<'signal'>;
  since: string;
  period?: { from: string; to: string };
  counts?: { [name: string]: number };
  about?: Elsewhere;
  answer?: Answer;
};
type Answer = NonNullable<SystemRecord['signalAnswers']>[number];

/** So many outputs without any that was overridden are remarkable. */
const manyOutputs = 1000;
/** Shares of fewer outputs, or of fewer that were overridden, change by chance. */
const [fewestOutputs, fewestOverridden] = [100, 20];
/** A year of figures need not be whole: reports can leave some days between them. */
const daysOfYear = 350;

/** What can be told on a day from the figures, acts and incidents that are known. Counts that are suppressed or were not reported tell nothing. */
export function signalsOf(
  record: SystemRecord,
  figures: readonly OversightFigures[],
  acts: readonly OverrideCount[],
  elsewhere: readonly Elsewhere[],
  on: string,
): Signal[] {
  const known = figures
    .filter(({ period }) => period.to <= on)
    .sort((a, b) => (a.period.from < b.period.from ? -1 : 1));
  const isUsed = record.status === 'in-use' || record.status === 'piloted';
  const found = [
    ...withoutOverride(known),
    ...withHalfTheShare(known),
    ...(isUsed ? withoutFigures(known, on) : []),
    ...withMoreActs(known, acts),
    ...(isUsed ? withIncidents(elsewhere, on) : []),
  ];
  return found.map((signal) => {
    const isOnly = found.filter(({ signal: other }) => other === signal.signal).length === 1;
    const answer = record.signalAnswers?.findLast((one) => isAnswerTo(one, signal, isOnly));
    return answer ? { ...signal, answer } : signal;
  });
}

/** Whether an answer is about a signal: the period or the incident that it names, or the only one of its kind. An earlier answer is about an earlier one. */
function isAnswerTo(one: Answer, { signal, since, period, about }: Signal, isOnly: boolean): boolean {
  if (one.signal !== signal || one.occurredAt.slice(0, 10) < since) return false;
  if (one.period) return one.period.from === period?.from && one.period.to === period.to;
  if (one.incident !== undefined) return one.incident === about?.incident && one.system === about.system;
  return isOnly;
}

/** Nobody overrode any of many outputs, in all figures of the last year that they tell of. */
function withoutOverride(figures: OversightFigures[]): Signal[] {
  const last = figures.at(-1)?.period.to;
  if (last === undefined) return [];
  const year = figures.filter(({ period }) => period.from > plusMonths(last, -12));
  const first = year[0]?.period.from;
  const covered = year.reduce((days, { period: { from, to } }) => days + daysFrom(from, nextDay(to)), 0);
  if (first === undefined || covered < daysOfYear) return [];
  if (!year.every(({ overridden, outputs }) => overridden === 0 && typeof outputs === 'number')) return [];
  const outputs = year.reduce((sum, one) => sum + (one.outputs as number), 0);
  if (outputs < manyOutputs) return [];
  return [
    { signal: 'no-override', since: last, period: { from: first, to: last }, counts: { outputs, overridden: 0 } },
  ];
}

/** Of the outputs of the last period half the share, or less, was overridden of that in the period before. */
function withHalfTheShare(figures: OversightFigures[]): Signal[] {
  const [before, now] = figures.slice(-2);
  const shares = [before, now].map((one) => {
    const { outputs, overridden } = one ?? { outputs: null, overridden: null };
    const isTelling = typeof outputs === 'number' && outputs >= fewestOutputs && typeof overridden === 'number';
    return isTelling ? overridden / outputs : undefined;
  });
  const [earlier, later] = shares;
  if (earlier === undefined || later === undefined || (before!.overridden as number) < fewestOverridden) return [];
  if (later > earlier / 2) return [];
  const counts = {
    outputsBefore: before!.outputs as number,
    overriddenBefore: before!.overridden as number,
    outputs: now!.outputs as number,
    overridden: now!.overridden as number,
  };
  return [{ signal: 'override-share-halved', since: now!.period.to, period: now!.period, counts }];
}

/** Figures were reported more than once, and none for twice as long as the last ones cover. */
function withoutFigures(figures: OversightFigures[], on: string): Signal[] {
  const last = figures.at(-1);
  if (!last || figures.length < 2) return [];
  const { from, to } = last.period;
  const days = 2 * Math.max(daysFrom(from, nextDay(to)), 30);
  const since = new Date(Date.parse(to) + days * day).toISOString().slice(0, 10);
  return since <= on ? [{ signal: 'figures-stopped', since, period: last.period }] : [];
}

/** Of a period of whole months more single acts are recorded than its figures count. */
function withMoreActs(figures: OversightFigures[], acts: readonly OverrideCount[]): Signal[] {
  return figures.flatMap(({ period, overridden }): Signal[] => {
    if (typeof overridden !== 'number') return [];
    const own = acts.filter(({ month }) => `${month}-01` >= period.from && lastDayOf(month) <= period.to);
    const recorded = own.reduce((sum, { count }) => sum + count, 0);
    if (recorded <= overridden) return [];
    return [{ signal: 'acts-exceed-figures', since: period.to, period, counts: { acts: recorded, overridden } }];
  });
}

/** In the year before. */
function withIncidents(elsewhere: readonly Elsewhere[], on: string): Signal[] {
  return elsewhere
    .filter((one) => one.on <= on && one.on > plusMonths(on, -12))
    .map((about) => ({ signal: 'supplier-incident', since: about.on, about }));
}

const day = 86_400_000;
const daysFrom = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / day);
const nextDay = (date: string) => new Date(Date.parse(date) + day).toISOString().slice(0, 10);
const lastDayOf = (month: string) =>
  new Date(Date.parse(plusMonths(`${month}-01`, 1)) - day).toISOString().slice(0, 10);

/** The signals of a system on a day, by what is known now; undefined if it was not in the register then. */
export async function readSignals(pool: Pool, system: string, on: string): Promise<Signal[] | undefined> {
  const record = await readRecordAsOf(pool, system, { effective: on });
  if (!record) return undefined;
  const suppliers = (record.contracts ?? []).flatMap(({ supplier }) => supplier?.name ?? []);
  const [figures, acts, elsewhere] = await Promise.all([
    readOversightFigures(pool, [system]),
    readOverrideCounts(pool, [system]),
    suppliers.length > 0 ? readElsewhere(pool, system, suppliers, on) : [],
  ]);
  return signalsOf(record, figures.get(system) ?? [], acts.get(system) ?? [], elsewhere, on);
}

/** The incidents with other systems of these suppliers. */
async function readElsewhere(pool: Pool, system: string, suppliers: string[], on: string): Promise<Elsewhere[]> {
  const { rows } = await pool.query<Elsewhere>({
    name: 'incidents-of-suppliers',
    text: `SELECT system, supplier, incident, "on" FROM (${elsewhereOf('$1', '$2', '$3::text')}) e ORDER BY system, number`,
    values: [system, suppliers, on],
  });
  return rows;
}
