import { type DomainEvent, type EventData, type Fact, inOrderOfEffect, isWord, settle, startOf } from '#domain';
import { asSeen } from '../deployments-of-record.js';
import type { RecordedRow } from '../projection.js';
import { evolveRecord } from '../record.js';
import type { SystemRecord } from '../system-record.js';
import { eventOfRow } from '../timeline.js';
import { never } from './dates.js';
import type { Duty } from './duty.js';
import { type Body, daysOf, membersOfFacts, type Snapshot, type Start } from './facts.js';
import { type Judgement, judgeOf } from './judge.js';

/** What a duty came to from a day (`since`) to another (`until`, exclusive). */
export type Spell = Omit<Judgement, 'until'> & { duty: Duty; organisation: string; since: string; until: string };

/** A spell as known from the end of a day (`knownFrom`) to that of another (exclusive). */
export type Rectangle = Spell & { knownFrom: string; knownUntil: string };

const millisecondsOfDay = 86_400_000;

export const dayOf = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);

/** A life as known so far, while it is told in the order of effect. `at`: the moment (milliseconds) of the last fact. */
type Telling = {
  record: SystemRecord;
  shown: SystemRecord;
  figuresUntil: string | undefined;
  starts: Start[];
  life: Snapshot[];
  at: number;
};

/** All the spells of duties in a life: what each came to on every day on which it applied. */
export function spellsOf(duties: readonly Duty[], life: readonly Snapshot[]): Spell[] {
  return duties.flatMap((duty) => spellsFrom(duty, life, 0, []));
}

/** The spells of a duty, judged again from the nth snapshot of a life on; `before`: those that were found earlier. */
function spellsFrom(duty: Duty, life: readonly Snapshot[], n: number, before: readonly Spell[]): Spell[] {
  const first = life[n]?.day ?? never;
  const spells = before
    .filter(({ since }) => since < first)
    .map((spell) => (spell.until > first ? { ...spell, until: first } : spell));
  let last = spells.at(-1)?.until === first ? spells.at(-1) : undefined;
  for (let i = n; i < life.length; i++) {
    const snapshot = life[i]!;
    const end = life[i + 1]?.day ?? never;
    const { organisation } = snapshot.record;
    const judge = judgeOf(duty, snapshot);
    if (!judge) {
      last = undefined;
      continue;
    }
    for (let day = snapshot.day; day < end; ) {
      const judged = judge(day);
      const until = judged.until > end ? end : judged.until;
      if (until <= day) throw new RangeError(`What a duty comes to on ${day} has no end.`);
      if (judged.status === undefined) last = undefined;
      else if (last && isSame(last, judged, organisation)) last.until = until;
      else {
        const { status, lacks, bindingFrom } = judged;
        last = { duty, organisation, status, lacks, bindingFrom, since: day, until };
        spells.push(last);
      }
      day = until;
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
 * now; `erasures`: those that were recorded later. Throws a RangeError if an event counts from what is no date.
 */
export function lifeOf(
  rows: readonly RecordedRow[],
  body: Body,
  duties: readonly Duty[],
  erasures: readonly DomainEvent[] = [],
): Snapshot[] {
  return tell(rows, body, duties, erasures)?.life ?? [];
}

function tell(
  rows: readonly RecordedRow[],
  body: Body,
  duties: readonly Duty[],
  erasures: readonly DomainEvent[],
): Telling | undefined {
  const facts = inOrderOfEffect(settle(rows.map(eventOfRow), erasures));
  const registration = facts.find(({ event }) => event.type === 'SystemRegistered');
  if (!registration) return undefined;
  const record = evolveRecord(undefined, registration.event, rows[0]!.system)!;
  const telling: Telling = { record, shown: record, figuresUntil: undefined, starts: [], life: [], at: -Infinity };
  const recorded = new Map(rows.map(({ event_id: id, recorded_ms: at }) => [id, at]));
  for (const fact of facts) tellOn(telling, fact, fact === registration, recorded, body, watchedBy(duties));
  return telling;
}

/** Tells the next fact of a life. The registration was told before all others: a system can have been in use before. */
function tellOn(
  telling: Telling,
  { event, from }: Fact,
  isTold: boolean,
  recorded: ReadonlyMap<string, number>,
  body: Body,
  watched: readonly (keyof SystemRecord)[],
): void {
  if (isWord(event) || event.type === 'PayloadErased') return;
  telling.at = startOf(from);
  if (Number.isNaN(telling.at)) throw new RangeError(`${event.type} counts from no date.`);
  if (!isTold) {
    const { record, shown } = telling;
    const system = record.id;
    const isSame = shown === record && event.type !== 'FieldWithheld';
    if (event.type !== 'FieldWithheld') telling.record = evolveRecord(record, event, system)!;
    telling.shown = isSame ? telling.record : evolveRecord(shown, event, system)!;
    if (event.type === 'DeploymentStarted')
      telling.starts = [...telling.starts, ...startIn(event, record, from, recorded)];
    if (event.type === 'OversightFiguresReported') telling.figuresUntil = later(telling.figuresUntil, event.data);
  }
  const { record, shown, figuresUntil, starts, life } = telling;
  const day = from.slice(0, 10);
  const before = life.at(-1);
  const withheld = shown.withheld ?? {};
  if (before && isAlike(before, record, withheld, figuresUntil, watched)) return;
  const snapshot = { day, record, withheld, starts, figuresUntil, body };
  if (before?.day === day) life[life.length - 1] = snapshot;
  else life.push(snapshot);
}

function startIn(
  event: DomainEvent & { type: 'DeploymentStarted' },
  record: SystemRecord,
  from: string,
  recorded: ReadonlyMap<string, number>,
): Start[] {
  const { stage, evidence, from: stated, seen } = asSeen(record, event);
  const recordedAt = recorded.get(event.id ?? '');
  if (stage === 'pilot' || recordedAt === undefined) return [];
  const first = from.slice(0, 10);
  const atLatest = stated?.startsWith(first.slice(0, stated.length)) ? daysOf(stated)[1] : first;
  const isSeen = seen === true && stated === undefined;
  // What was seen may have begun any time before.
  const earliest = isSeen ? '0001-01-01' : first;
  return [{ from: earliest, atLatest, recordedOn: dayOf(recordedAt), hasEvidence: evidence !== undefined, isSeen }];
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
 * after the other: each counts from the day on which it was first shown, the first of them always. What is recorded in the order in which it takes effect
 * is told on from where the day before ended; anything else tells the whole life again.
 */
export function rectanglesOf(
  duties: readonly Duty[],
  rows: readonly RecordedRow[],
  body: Body,
  isKept: (spell: Spell) => boolean = () => true,
): Rectangle[] {
  const versions = duties
    .filter(({ version }) => version > 1)
    .map(({ since }) => Date.parse(since) / millisecondsOfDay);
  const recorded = rows.map(({ recorded_ms: at }) => Math.floor(at / millisecondsOfDay));
  const days = [...new Set([...recorded, ...versions.filter((day) => day > recorded[0]!)])].sort((a, b) => a - b);
  const times = new Map(rows.map(({ event_id: id, recorded_ms: at }) => [id, at]));
  const done: Rectangle[] = [];
  let open = new Map<string, Rectangle>();
  let telling: Telling | undefined;
  let spells = new Map<string, Spell[]>();
  for (const number of days) {
    const day = dayOf(number * millisecondsOfDay);
    const fresh = rows.filter((_, i) => recorded[i] === number);
    const shown = shownOn(duties, day);
    const next = telling && !versions.includes(number) ? goesOn(telling, fresh) : undefined;
    let from = 0;
    if (telling && next) {
      from = Math.max(0, telling.life.length - 1);
      for (const fact of next) tellOn(telling, fact, false, times, body, watchedBy(duties));
    } else {
      const after = rows.filter(({ type }, i) => type === 'PayloadErased' && recorded[i]! > number).map(eventOfRow);
      telling = tell(
        rows.filter((_, i) => recorded[i]! <= number),
        body,
        duties,
        after,
      );
      spells = new Map();
    }
    const life = telling?.life ?? [];
    spells = new Map(shown.map((duty) => [duty.id, spellsFrom(duty, life, from, spells.get(duty.id) ?? [])]));
    const now = new Map<string, Rectangle>();
    for (const spell of [...spells.values()].flat()) {
      if (!isKept(spell)) continue;
      const { duty, ...said } = spell;
      const key = days.length === 1 ? String(now.size) : JSON.stringify([duty.id, duty.version, said]);
      now.set(key, open.get(key) ?? { ...spell, knownFrom: day, knownUntil: never });
    }
    for (const [key, rectangle] of open) if (!now.has(key)) done.push({ ...rectangle, knownUntil: day });
    open = now;
  }
  return [...done, ...open.values()];
}

/** The facts of rows that go on where a telling ended: none of them says anything of an earlier moment, or of another event. Otherwise undefined. */
function goesOn(telling: Telling, rows: readonly RecordedRow[]): Fact[] | undefined {
  const isPlain = rows.every(
    ({ type, erased }) =>
      erased === '' && !isWord({ type }) && !['RecordCorrected', 'PayloadErased', 'SystemRegistered'].includes(type),
  );
  if (!isPlain) return undefined;
  const facts = inOrderOfEffect(settle(rows.map(eventOfRow)));
  return facts.every(({ from }) => startOf(from) >= telling.at) ? facts : undefined;
}

/** The entries that were shown on a day: of each duty the last version that there was, or its first. */
export function shownOn(duties: readonly Duty[], day: string): Duty[] {
  const newest = new Map<string, Duty>();
  for (const duty of duties) {
    const one = newest.get(duty.id);
    if (!one || (duty.since <= day && duty.version > one.version)) newest.set(duty.id, duty);
  }
  return [...newest.values()];
}
