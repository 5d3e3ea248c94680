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

/** What tells a system from others: its number in the national register, or else the first that its row has. */
export const identifierOf = ({ identifiers }: ReadRow, source: string) =>
  identifiers.find((id) => isLars(id, source)) ?? identifiers[0];

/** Names for the systems of a source: what a system was called once, it is called again. */
export class Names {
  /** Of those that are in the register, by their identifier (of all the world, or of an organisation), or by name if they have none. */
  readonly #held = new Map<string, string[]>();
  /** Lines, by the systems and the names that they have. */
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

  /** The system that has an identifier of the whole world already, whichever organisation it is under. */
  known({ identifiers }: ReadRow, source: string): string | undefined {
    const lars = identifiers.filter((id) => isLars(id, source)).map(larsUrn);
    const held = identifiers.filter((id) => isGlobal(id, source)).flatMap((id) => this.#held.get(id) ?? []);
    return [...lars, ...held].find((system) => this.ledger.knows(system));
  }

  /** The number of the national register where there is one; else a name within the organisation, numbered when another has it. */
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
    // Two organisations of one source may be spelled alike: each has a name of its own.
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

/** Systems that rows name by a number of the national register, from whatever source the register has them. */
export function nationalSystems(rows: ReadRow[], source: string): string[] {
  return rows.flatMap(({ identifiers }) => identifiers.filter((id) => isLars(id, source)).map(larsUrn));
}
