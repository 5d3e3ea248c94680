import { type DomainEvent, type EventData, type Fact, inOrderOfEffect, isWord, settle } from '#domain';
import type { RecordedRow } from '../projection.js';
import { evolveRecord } from '../record.js';
import type { SystemRecord } from '../system-record.js';
import { eventOfRow } from '../timeline.js';
import { never } from './dates.js';
import type { Duty } from './duty.js';
import { type Body, membersOfFacts, type Snapshot, type Start } from './facts.js';
import { type Judgement, judge } from './judge.js';

/** What a duty came to from a day (`since`) to another (`until`, exclusive). */
export type Spell = Omit<Judgement, 'until'> & { duty: Duty; organisation: string; since: string; until: string };

/** A spell as known from the end of a day (`knownFrom`) to that of another (exclusive). */
export type Rectangle = Spell & { knownFrom: string; knownUntil: string };

const millisecondsOfDay = 86_400_000;

export const dayOf = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);

/** All the spells of duties in a life: what each came to on every day on which it applied. */
export function spellsOf(duties: readonly Duty[], life: readonly Snapshot[]): Spell[] {
  const spells: Spell[] = [];
  for (const duty of duties) {
    let last: Spell | undefined;
    for (const [i, snapshot] of life.entries()) {
      const end = life[i + 1]?.day ?? never;
      const { organisation } = snapshot.record;
      for (let day = snapshot.day; day < end; ) {
        const judged = judge(duty, snapshot, day);
        const until = judged === null || judged.until > end ? end : judged.until;
        if (judged === null) last = undefined;
        else if (last && isSame(last, judged, organisation)) last.until = until;
        else {
          const { status, lacks, bindingFrom } = judged;
          last = { duty, organisation, status, lacks, bindingFrom, since: day, until };
          spells.push(last);
        }
        day = until;
      }
    }
  }
  return spells;
}

function isSame(spell: Spell, { status, lacks, bindingFrom }: Judgement, organisation: string): boolean {
  return (
    spell.status === status &&
    spell.organisation === organisation &&
    spell.bindingFrom === bindingFrom &&
    spell.lacks.join() === lacks.join()
  );
}

/**
 * The life of a system, as known from the rows of its timeline (in the order of recording, figures included). `body`: who is in charge of it now, as known
 * now.
 */
export function lifeOf(
  rows: readonly RecordedRow[],
  body: Body,
  duties: readonly Duty[],
  erasures: readonly DomainEvent[] = [],
): Snapshot[] {
  const watched = watchedBy(duties);
  const recorded = new Map(rows.map(({ event_id: id, recorded_ms: at }) => [id, at]));
  const facts = inOrderOfEffect(settle(rows.map(eventOfRow), erasures));
  const registration = facts.find(({ event }) => event.type === 'SystemRegistered');
  if (!registration) return [];
  const system = rows[0]!.system;
  const isWithheld = facts.some(({ event }) => event.type === 'FieldWithheld');
  let record = evolveRecord(undefined, registration.event, system)!;
  let shown = record;
  let figuresUntil: string | undefined;
  let starts: Start[] = [];
  const life: Snapshot[] = [];
  const keep = (day: string) => {
    const before = life.at(-1);
    const withheld = shown.withheld ?? {};
    if (before && isAlike(before, record, withheld, figuresUntil, watched)) return;
    const snapshot = { day, record, withheld, starts, figuresUntil, body };
    if (before?.day === day) life[life.length - 1] = snapshot;
    else life.push(snapshot);
  };
  for (const fact of facts) {
    const { event, from } = fact;
    if (isWord(event) || event.type === 'PayloadErased') continue;
    if (fact !== registration) {
      if (event.type !== 'FieldWithheld') record = evolveRecord(record, event, system)!;
      shown = isWithheld ? evolveRecord(shown, event, system)! : record;
      if (event.type === 'DeploymentStarted') starts = [...starts, ...startOf(fact, recorded.get(event.id ?? ''))];
      if (event.type === 'OversightFiguresReported') figuresUntil = later(figuresUntil, event.data);
    }
    keep(from.slice(0, 10));
  }
  return life;
}

function startOf({ event, from }: Fact, recordedAt: number | undefined): Start[] {
  const { stage, evidence } = event.data as Partial<EventData['DeploymentStarted']>;
  if (stage === 'pilot' || recordedAt === undefined) return [];
  return [{ from: from.slice(0, 10), recordedOn: dayOf(recordedAt), hasEvidence: evidence !== undefined }];
}

function later(
  known: string | undefined,
  { period }: Partial<EventData['OversightFiguresReported']>,
): string | undefined {
  return period && (known === undefined || period.to > known) ? period.to : known;
}

const known = new WeakMap<readonly Duty[], readonly (keyof SystemRecord)[]>();

/** The members of a record on which these duties depend. */
function watchedBy(duties: readonly Duty[]): readonly (keyof SystemRecord)[] {
  const found = known.get(duties) ?? [
    ...new Set([...membersOfFacts, ...duties.flatMap(({ met }) => ('field' in met ? met.field : []))]),
  ];
  known.set(duties, found);
  return found;
}

/** Whether nothing has changed on which a duty depends. */
function isAlike(
  before: Snapshot,
  record: SystemRecord,
  withheld: Snapshot['withheld'],
  figuresUntil: string | undefined,
  watched: readonly (keyof SystemRecord)[],
): boolean {
  return (
    before.figuresUntil === figuresUntil &&
    (before.withheld === withheld || JSON.stringify(before.withheld) === JSON.stringify(withheld)) &&
    watched.every((member) => before.record[member] === record[member])
  );
}

/**
 * What duties came to, by both times: the spells as known after each day on which something was recorded. The versions of a duty are in `duties` one
 * after the other: each counts from the day on which it was first shown, the first of them always.
 */
export function rectanglesOf(
  duties: readonly Duty[],
  rows: readonly RecordedRow[],
  body: Body,
  isKept: (spell: Spell) => boolean = () => true,
): Rectangle[] {
  const erasures = rows.filter(({ type }) => type === 'PayloadErased').map(eventOfRow);
  const versions = duties.filter(({ version }) => version > 1).map(({ since }) => since);
  const recorded = rows.map(({ recorded_ms: at }) => Math.floor(at / millisecondsOfDay));
  const later = versions.map((day) => Date.parse(day) / millisecondsOfDay).filter((day) => day > recorded[0]!);
  const days = [...new Set([...recorded, ...later])].sort((a, b) => a - b);
  const done: Rectangle[] = [];
  let open = new Map<string, Rectangle>();
  for (const number of days) {
    const day = dayOf(number * millisecondsOfDay);
    const known = days.length === 1 ? rows : rows.filter((_, i) => recorded[i]! <= number);
    const spells = spellsOf(shownOn(duties, day), lifeOf(known, body, duties, erasures)).filter(isKept);
    const now = new Map<string, Rectangle>();
    for (const spell of spells) {
      const { duty, ...said } = spell;
      const key = days.length === 1 ? String(now.size) : JSON.stringify([duty.id, duty.version, said]);
      now.set(key, open.get(key) ?? { ...spell, knownFrom: day, knownUntil: never });
    }
    for (const [key, rectangle] of open) if (!now.has(key)) done.push({ ...rectangle, knownUntil: day });
    open = now;
  }
  return [...done, ...open.values()];
}

/** The entries that were shown on a day: of each duty the last version that there was, or its first. */
export function shownOn(duties: readonly Duty[], day: string): Duty[] {
  const newest = new Map<string, Duty>();
  for (const duty of duties) {
    const known = newest.get(duty.id);
    if (!known || (duty.since <= day && duty.version > known.version)) newest.set(duty.id, duty);
  }
  return [...newest.values()];
}
