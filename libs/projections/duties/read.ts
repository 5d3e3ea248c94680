import type { Pool } from 'pg';
import { readHistories } from '../facts.js';
import { duties } from '../generated/duties.js';
import { readOrganisationsById } from '../organisations.js';
import { eventOfRow } from '../timeline.js';
import { never } from './dates.js';
import type { Duty } from './duty.js';
import type { DutyStatus } from './judge.js';
import { dayOf, lifeOf, type Spell, shownOn, spellsOf } from './life.js';

/** What a duty of a system came to from a day (`since`) to another (`until`, exclusive; null: for good, as far as is known). */
export type DutyState = {
  system: string;
  organisation: string;
  duty: string;
  dutyVersion: number;
  status: DutyStatus;
  lacks: readonly string[];
  since: string;
  until: string | null;
  bindingFrom: string | null;
};

/**
 * What each duty of a system came to, on all days, as known at the end of a day (UTC; default: now). Duties that never applied are left out. Undefined if
 * nothing was known of the system.
 */
export async function readDuties(pool: Pool, system: string, knownOn?: string): Promise<DutyState[] | undefined> {
  const all = (await readHistories(pool, [system]))[0]?.rows ?? [];
  const rows = knownOn === undefined ? all : all.filter(({ recorded_ms: at }) => dayOf(at) <= knownOn);
  if (rows.length === 0) return undefined;
  const erasures = all.filter((row) => row.type === 'PayloadErased' && !rows.includes(row)).map(eventOfRow);
  const { rows: found } = await pool.query<{ organisation: string }>('SELECT organisation FROM system WHERE id = $1', [
    system,
  ]);
  const [body] = await readOrganisationsById(
    pool,
    found.map(({ organisation }) => organisation),
  );
  return spellsOf(shownOn(duties, knownOn ?? never), lifeOf(rows, body ?? {}, duties, erasures)).map((spell) =>
    toState(spell, system),
  );
}

/**
 * What the duties of a system come to on a day, by the events of the log before a position: of those that apply or may apply, each with its entry. Undefined if
 * there is no such system.
 */
export async function readDutiesOn(
  pool: Pool,
  system: string,
  on: string,
  before: number,
): Promise<(DutyState & { entry: Duty })[] | undefined> {
  const all = (await readHistories(pool, [system]))[0]?.rows ?? [];
  const rows = all.filter(({ position }) => position < before);
  if (rows.length === 0) return undefined;
  const erasures = all.filter((row) => row.type === 'PayloadErased' && !rows.includes(row)).map(eventOfRow);
  const [body] = await readOrganisationsById(pool, [rows.at(-1)!.organisation]);
  const entries = shownOn(duties, never);
  const spells = spellsOf(entries, lifeOf(rows, body ?? {}, entries, erasures)).map((spell) => toState(spell, system));
  return onDay(spells, on).map((state) => ({ ...state, entry: entries.find(({ id }) => id === state.duty)! }));
}

/** The spells of these duties in the lives of all systems, as known now: a page of systems at a time, by id. */
export async function* judgeAll(pool: Pool, wanted: readonly Duty[]): AsyncGenerator<DutyState[]> {
  for (let last = '', size = pageSize; size === pageSize; ) {
    const { rows: page } = await pool.query<{ id: string; organisation: string }>(
      'SELECT id, organisation FROM system WHERE id COLLATE "C" > $1 ORDER BY id COLLATE "C" LIMIT $2',
      [last, pageSize],
    );
    size = page.length;
    last = page.at(-1)?.id ?? last;
    const histories = await readHistories(
      pool,
      page.map(({ id }) => id),
    );
    const bodies = await readOrganisationsById(pool, [...new Set(page.map(({ organisation }) => organisation))]);
    const owners = new Map(page.map(({ id, organisation }) => [id, bodies.find((body) => body.id === organisation)]));
    yield histories.flatMap(({ system, rows }) =>
      spellsOf(wanted, lifeOf(rows, owners.get(system) ?? {}, wanted)).map((spell) => toState(spell, system)),
    );
  }
}

const pageSize = 500;

function toState({ duty, until, ...spell }: Spell, system: string): DutyState {
  return { system, duty: duty.id, dutyVersion: duty.version, ...spell, until: until === never ? null : until };
}

/** What duties come to on a day, of all that they ever came to. */
export function onDay(states: readonly DutyState[], on: string): DutyState[] {
  return states.filter(({ since, until }) => since <= on && (until === null || until > on));
}

/** An entry as it was shown (schema/duties). */
export function dutyOf(id: string, version: number): Duty | undefined {
  return duties.find((duty) => duty.id === id && duty.version === version);
}
