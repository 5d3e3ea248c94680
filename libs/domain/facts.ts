import type { DomainEvent } from './command.js';
import type { EventData } from './generated/events.js';
import { dayAfter, firstDayOf, isPartialDate, startOf } from './time.js';

/** An event as it is to be read, with the last word on it. `from`: the date or UTC time from which it counts. */
export type Fact = { event: DomainEvent; from: string };

/** An event about another event: it corrects or retracts it. */
export type Word = DomainEvent & { type: 'EventCorrected' | 'EventRetracted' };

export function isWord({ type }: { type: string }): boolean {
  return type === 'EventCorrected' || type === 'EventRetracted';
}

/**
 * When an event takes effect: when it was true in the city, or the day that its data name. A correction of the record holds from that day; a
 * system is used from the first day of a year or month that is named, and no longer from the day after its last day of use. A last month or year
 * of use that is that of the event itself says no more than the event. What is no date is not read.
 */
export function effectiveFrom(event: DomainEvent): string {
  const { occurredAt } = event;
  switch (event.type) {
    case 'RecordCorrected':
      return event.data.since ?? occurredAt;
    case 'DeploymentStarted':
      return isPartialDate(event.data.from) ? firstDayOf(event.data.from) : occurredAt;
    case 'DeploymentEnded':
    case 'SystemRetired': {
      const { on } = event.data;
      if (!isPartialDate(on) || (on.length < 10 && String(occurredAt).startsWith(on))) return occurredAt;
      return dayAfter(on);
    }
    default:
      return occurredAt;
  }
}

/**
 * The facts that the events of a stream state, in the order of recording, as the events are in `events`. The last word on an event counts:
 * with a correction it has the right data and time, after a retraction it is left out. A retracted word says nothing. Corrections and
 * retractions stay in the list and take effect with the event that they are about. A transfer whose content was erased is known from the
 * organisation of the event after it. `erasures`: further PayloadErased, recorded later: what an erased correction was about is known only from
 * them.
 */
export function settle(events: readonly DomainEvent[], erasures: readonly DomainEvent[] = []): Fact[] {
  const isPlain = !events.some((event) => isWord(event) || event.erased);
  const settled = isPlain ? events.map(toFact) : settleWords(events, erasures);
  return settled.filter(({ event }) => event.type === 'RecordCorrected').length > 1 ? settleOverlays(settled) : settled;
}

function settleWords(events: readonly DomainEvent[], erasures: readonly DomainEvent[]): Fact[] {
  const { on, undone, rootOf, timeOf, keptOf } = readWords(events, erasures);
  const byId = new Map(events.flatMap((event, i) => (event.id === undefined ? [] : [[event.id, i]])));
  const right = (event: DomainEvent, i: number): DomainEvent | undefined => {
    const words = on.get(event.id ?? '')?.filter((word) => isAbout(word, event)) ?? [];
    const last = words.at(-1);
    if (last?.type === 'EventRetracted') return undefined;
    const settled = last ? correct(event, words, timeOf) : event;
    const place = last?.id === undefined ? i : byId.get(last.id)!;
    if (!settled.erased) return settled;
    return withTransfer(withDeployment(settled, keptOf((last ?? event).id)), events[place + 1] ?? erasures[0]);
  };
  /** A word takes effect with what it is about. */
  const fromOf = (word: Word): string => {
    const i = byId.get(rootOf(word) ?? '');
    if (i === undefined) return word.occurredAt;
    return effectiveFrom(right(events[i]!, i) ?? events[i]!);
  };
  return events.flatMap((event, i): Fact[] => {
    if (isWord(event)) return undone.has(event.id ?? '') ? [] : [{ event, from: fromOf(event as Word) }];
    const settled = right(event, i);
    return settled ? [toFact(settled)] : [];
  });
}

/** The facts in the order of effect; those of one moment in the order of recording. */
export function inOrderOfEffect<F extends Pick<Fact, 'from'>>(facts: readonly F[]): F[] {
  const starts = new Map(facts.map((fact) => [fact, startOf(fact.from)]));
  return facts.toSorted((a, b) => starts.get(a)! - starts.get(b)!);
}

function toFact(event: DomainEvent): Fact {
  return { event, from: effectiveFrom(event) };
}

/**
 * The words among the events of a stream. `on`: those about each event, by its id, in the order of recording; `undone`: the ids of words that
 * were retracted themselves; `rootOf`: the event that a word, or a word about it, is about in the end; `timeOf`: the time that a correction states;
 * these two are known of an erased word, too. `keptOf`: what the erasure of an event says of it.
 */
export function readWords(
  events: readonly DomainEvent[],
  erasures: readonly DomainEvent[] = [],
): {
  on: ReadonlyMap<string, readonly Word[]>;
  undone: ReadonlySet<string>;
  rootOf(word: Word): string | undefined;
  timeOf(word: Word): string | undefined;
  keptOf(id: string | undefined): Kept | undefined;
} {
  const kept = new Map(
    [...events, ...erasures].flatMap((event) =>
      event.type === 'PayloadErased' && (event.data.corrects || event.data.deployment)
        ? [[event.data.event, event.data]]
        : [],
    ),
  );
  const keptOf = (id: string | undefined): Kept | undefined => kept.get(id ?? '');
  const targetOf = (word: Word) => word.data.event ?? keptOf(word.id)?.corrects;
  const timeOf = (word: Word) => (word.data as { occurredAt?: string }).occurredAt ?? keptOf(word.id)?.occurredAt;
  const words = events.filter((event): event is Word => isWord(event));
  const byId = new Map(words.map((word) => [word.id, word]));
  const undone = new Set<string>();
  for (const word of words.toReversed()) {
    const target = targetOf(word);
    if (word.type === 'EventRetracted' && !undone.has(word.id ?? '') && target !== undefined && byId.has(target))
      undone.add(target);
  }
  const on = new Map<string, Word[]>();
  for (const word of words) {
    const target = targetOf(word);
    if (undone.has(word.id ?? '') || target === undefined) continue;
    // A correction of a word says nothing: the event itself is corrected again.
    if (byId.has(target) && word.type === 'EventCorrected') continue;
    on.set(target, [...(on.get(target) ?? []), word]);
  }
  const rootOf = (word: Word): string | undefined => {
    let target = targetOf(word);
    for (let steps = 0; target !== undefined && byId.has(target) && steps <= words.length; steps++)
      target = targetOf(byId.get(target)!);
    return target;
  };
  return { on, undone, rootOf, timeOf, keptOf };
}

/** A log from elsewhere may hold a word that names another type than its event has. It says nothing. */
export function isAbout(word: Word, { type }: { type: string }): boolean {
  return word.erased === true || word.data.eventType === type;
}

/**
 * An event with what the last of the corrections on it says. One that names no time leaves the time as it was corrected before. If the last one
 * was erased, what is right is unknown: not what was wrong.
 */
function correct(event: DomainEvent, words: readonly Word[], timeOf: (word: Word) => string | undefined): DomainEvent {
  const { data = {}, contact } = words.at(-1)!.data as Partial<EventData['EventCorrected']>;
  const occurredAt = words.map(timeOf).findLast((time) => time !== undefined) ?? event.occurredAt;
  const erased = words.at(-1)!.erased === true;
  const right = { ...(erased ? {} : data), ...(contact !== undefined && { contact }) };
  return { ...event, occurredAt, data: right, erased } as DomainEvent;
}

type Kept = Pick<EventData['PayloadErased'], 'corrects' | 'occurredAt' | 'deployment'>;

/** Which deployment an erased event was about is known from its erasure. */
function withDeployment(event: DomainEvent, kept: Kept | undefined): DomainEvent {
  if (kept?.deployment === undefined || !event.type.startsWith('Deployment')) return event;
  return { ...event, data: { ...event.data, deployment: kept.deployment } } as DomainEvent;
}

/** If the content of a transfer was erased, the event after it names the new owner. */
function withTransfer(event: DomainEvent, next: DomainEvent | undefined): DomainEvent {
  if (event.type !== 'SystemDescribed' || next === undefined || next.organisation === event.organisation) return event;
  return { ...event, data: { ...event.data, transferTo: next.organisation } };
}

/**
 * Of two corrections of the record, the one that was recorded later holds from its own day on: the earlier one no longer says anything of the
 * fields and the status that the later one states for the same days.
 */
function settleOverlays(facts: Fact[]): Fact[] {
  /** The earliest day from which a later correction states a field. */
  const stated = new Map<string, string>();
  return facts
    .toReversed()
    .map((fact) => {
      const { event, from } = fact;
      if (event.type !== 'RecordCorrected' || event.erased) return fact;
      const fields = [
        ...Object.keys(event.data.set ?? {}),
        ...[event.data.remove ?? []].flat(),
        ...(event.data.status ? ['status'] : []),
        ...(event.data.contact ? ['contact'] : []),
      ];
      const overruled = new Set(fields.filter((field) => (stated.get(field) ?? '9999') <= from));
      for (const field of fields) if (from < (stated.get(field) ?? '9999')) stated.set(field, from);
      return overruled.size === 0 ? fact : { from, event: withoutFields(event, overruled) };
    })
    .toReversed();
}

function withoutFields(event: DomainEvent & { type: 'RecordCorrected' }, fields: ReadonlySet<string>): DomainEvent {
  const { set, remove, status, contact, ...rest } = event.data;
  const keep = (name: string) => !fields.has(name);
  const data = {
    ...rest,
    ...(set && { set: Object.fromEntries(Object.entries(set).filter(([name]) => keep(name))) }),
    ...(remove && { remove: [remove].flat().filter(keep) }),
    ...(status && keep('status') && { status }),
    ...(contact && keep('contact') && { contact }),
  };
  return { ...event, data } as DomainEvent;
}
