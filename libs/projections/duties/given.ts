import type { EventType } from '#domain';
import { duties } from '../generated/duties.js';
import type { RecordedRow } from '../projection.js';
import type { Body } from './facts.js';
import { lifeOf, type Spell, spellsOf } from './life.js';

/** An event for tests: type, day and data; `recordedOn` is its day unless given. */
export type Given = [type: EventType, day: string, data?: object, recordedOn?: string];

const system = 'urn:vitrine:sys:local:city:x';
export const municipality: Body = { kind: 'municipality', country: 'NL' };

/** Rows of a timeline; events get the ids `e0`, `e1` ... in their order. */
export function rowsOf(events: readonly Given[]): RecordedRow[] {
  return events.map(([type, occurredAt, data = {}, recordedOn = occurredAt], n) => ({
    system,
    event_id: `e${n}`,
    type,
    occurred_at: occurredAt,
    organisation: 'urn:vitrine:org:local:city',
    data: JSON.stringify(data),
    erased: '',
    sequence: n,
    position: n,
    recorded_ms: Date.parse(recordedOn) + 43_200_000,
  }));
}

/** The spells of all duties in a life that begins with a registration on 1 January 2019. */
export function spellsAfter(events: readonly Given[], body = municipality): Spell[] {
  const registered: Given = ['SystemRegistered', '2019-01-01', { name: { en: 'X' } }];
  return spellsOf(duties, lifeOf(rowsOf([registered, ...events]), body, duties));
}

/** What a duty comes to on a day: its status; of an unknown one, with what is lacking; undefined if it does not apply. */
export function statusOn(spells: readonly Spell[], id: string, day: string): string | undefined {
  const found = spells.find(({ duty, since, until }) => duty.id === id && since <= day && until > day);
  if (!found) return undefined;
  return found.status === 'unknown' ? `unknown: ${found.lacks.join(' ')}` : found.status;
}
