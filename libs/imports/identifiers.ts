import { settleText } from '#domain';
import type { ImportKind } from './kinds.js';
import type { Ledger } from './ledger.js';
import { slug } from './organisations.js';
import type { ReadRow } from './row/read-row.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isGlobal = (id: string, source: string) => id.startsWith('urn:') || uuid.test(id) || isLars(id, source);

/** An algorithm id of the Dutch national register, in the fields of its own standard. */
const dutch = 'nl-standard' satisfies ImportKind;
const isLars = (id: string, source: string) => source === dutch && /^[1-9]{7}[0-9]$/.test(id);

/** What identifies a system: its number in the national register, or else the first identifier of its row. */
export const identifierOf = ({ identifiers }: ReadRow, source: string) =>
  identifiers.find((id) => isLars(id, source)) ?? identifiers[0];

/** Gives the systems of a source their URNs: a system that had one before gets the same again. */
export class Names {
  /** URNs in the register, by identifier (global, or within an organisation), or by name for systems without one. */
  readonly #held = new Map<string, string[]>();
  /** The lines of this file, by the URNs and the names that they use. */
  readonly #taken = new Map<string, string>();
  readonly #named = new Map<string, string>();

  constructor(
    private readonly ledger: Ledger,
    known: string[],
    source: string,
  ) {
    for (const system of [...known].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
      const record = ledger.recordAt(system, '9999-12-31');
      if (!record) continue;
      const { organisation, identifiers = [], name = {} } = record;
      const keys =
        identifiers.length > 0
          ? [...identifiers.map(({ id }) => id), record.source?.id ?? ''].map((id) => keyOf(id, source, organisation))
          : Object.values(name).map((one) => nameKey(one, organisation));
      for (const key of new Set(keys)) this.#held.set(key, [...(this.#held.get(key) ?? []), system]);
    }
  }

  /** The system that already has one of the global identifiers, whichever organisation it is under. */
  known({ identifiers }: ReadRow, source: string): string | undefined {
    const lars = identifiers.filter((id) => isLars(id, source)).map(larsUrn);
    const held = identifiers.filter((id) => isGlobal(id, source)).flatMap((id) => this.#held.get(id) ?? []);
    return [...lars, ...held].find((system) => this.ledger.knows(system));
  }

  /** The URN for a row: by its national register number; else the one it had before; else a name within the organisation, numbered if taken. */
  of(row: ReadRow, name: string, organisation: string, { line, source }: { line: string; source: string }): string {
    const id = identifierOf(row, source);
    const keys =
      row.identifiers.length === 0
        ? [nameKey(name, organisation)]
        : row.identifiers.map((one) => keyOf(one, source, organisation));
    const key = keys[0]!;
    const held =
      id !== undefined && isLars(id, source)
        ? larsUrn(id)
        : keys.flatMap((one) => this.#held.get(one) ?? []).find((system) => !this.#taken.has(system));
    // Two organisations of one source may be spelled alike in URNs, so each has its own ending.
    const own = organisation.split(`urn:vitrine:org:${source}:`)[1] ?? slug(row.organisation!);
    const base = `urn:vitrine:sys:${source}:${own}:${slug(id ?? name)}`;
    const isOthers = (system: string) => this.#taken.has(system) || this.ledger.knows(system);
    let system = held ?? base;
    for (let n = 2; !held && isOthers(system); n++) system = `${base}-${n}`;
    const twin = id === undefined ? this.#named.get(key) : undefined;
    if (twin)
      this.ledger.remark(
        line,
        name,
        'name',
        `The system on ${twin} has this name too: taken as another one. Identifiers would tell them apart.`,
      );
    this.#taken.set(system, line);
    if (!twin) this.#named.set(key, line);
    return system;
  }
}

const larsUrn = (id: string) => `urn:vitrine:sys:nl-lars:${id}`;
const nameKey = (name: string, organisation: string) => JSON.stringify(['name', organisation, settleText(name)]);
const keyOf = (id: string, source: string, organisation: string) =>
  isGlobal(id, source) ? id : JSON.stringify([organisation, id]);

/** Systems that rows name by their national register number, whatever source they came from. */
export function nationalSystems(rows: ReadRow[], source: string): string[] {
  return rows.flatMap(({ identifiers }) => identifiers.filter((id) => isLars(id, source)).map(larsUrn));
}
