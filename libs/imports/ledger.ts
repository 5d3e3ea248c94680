import type { Pool } from 'pg';
import {
  type Command,
  type DomainEvent,
  effectiveFrom,
  endOf,
  eventOf,
  inOrderOfEffect,
  settleText,
  startOf,
} from '#domain';
import {
  fold,
  type Known,
  type Organisation,
  readFacts,
  readOrganisations,
  readSystems,
  type SystemRecord,
} from '#projections';

/** A command that an import plans, the line of the source that it comes from, and the columns of each field. */
export type Planned = { line: string; command: Command; key: string; columns?: Map<string, string[]> };

/** Something about a line of the source that a person should know. */
export type Remark = { line: string; id: string; field: string; problem: string };

/** `all`: the names in all languages. */
type Name = { from: number; name: string; all: string[] };

/**
 * What the register holds about the systems of an import, and what the import adds. Answers include both, so an import plans only what is
 * missing, and planning again plans nothing.
 */
export class Ledger {
  readonly planned: Planned[] = [];
  readonly remarks: Remark[] = [];
  /** Faults that keep a line of the source out. */
  readonly faults: Remark[] = [];
  #known = new Map<string, Known>();
  #names = new Map<string, Name[]>();

  private constructor(
    private readonly pool: Pool,
    readonly language: string,
  ) {}

  static async open(pool: Pool, language: string): Promise<Ledger> {
    const ledger = new Ledger(pool, language);
    for (let after = '', more = true; more; ) {
      const page = await readOrganisations(pool, 1000, after);
      for (const organisation of page.organisations)
        ledger.#names.set(organisation.id, namesOf(organisation, language));
      after = page.organisations.at(-1)?.id ?? '';
      more = page.hasMore;
    }
    return ledger;
  }

  /** Reads what is known of these systems, once; must be called before asking for their records. */
  async load(systems: string[]): Promise<void> {
    const unknown = systems.filter((system) => !this.#known.has(system));
    for (const [system, known] of await readFacts(this.pool, unknown)) this.#known.set(system, known);
  }

  /** Reads all systems that were imported from a register; returns their ids. */
  async loadSource(source: string): Promise<string[]> {
    const ids: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await readSystems(
        this.pool,
        { filter: { source: [source] } },
        { order: 'NAME', first: 1000, after },
      );
      ids.push(...page.systems.map(({ id }) => id));
      after = page.systems.at(-1)?.cursor;
      more = page.hasMore;
    }
    await this.load(ids);
    return ids;
  }

  /** The record at a moment (a date: at its end), planned changes included; undefined before anything is known of it. */
  recordAt(system: string, moment: string): SystemRecord | undefined {
    return fold(system, this.#known.get(system)?.facts ?? [], moment);
  }

  /** Whether the system is in the register at all, whatever the moment. */
  knows(system: string): boolean {
    return this.#known.get(system)?.facts.some(({ event }) => event.type === 'SystemRegistered') ?? false;
  }

  /** Since when the status and the organisation are as they are; undefined while they are as registered. */
  changedSince(system: string): string | undefined {
    return this.#known.get(system)?.facts.findLast(({ event }) => changesStatus(event))?.from;
  }

  /** How many events are known of a system, planned ones included. */
  countOf(system: string): number {
    return this.#known.get(system)?.events ?? 0;
  }

  /** The organisation with this name at a moment, in any language; one that has it in the import's language comes first. */
  organisationNamed(name: string, moment: string): string | undefined {
    const ids = [...this.#names.keys()];
    // Release 0.1 recorded texts as they were sent.
    const isIt = (one: string | undefined) => one !== undefined && settleText(one) === name;
    return ids.find((id) => isIt(this.nameAt(id, moment))) ?? ids.find((id) => this.#at(id, moment)?.all.some(isIt));
  }

  /** The name of an organisation at a moment; before its registration, its first name. */
  nameAt(organisation: string, moment: string): string | undefined {
    return this.#at(organisation, moment)?.name;
  }

  #at(organisation: string, moment: string): Name | undefined {
    const names = this.#names.get(organisation) ?? [];
    return names.findLast(({ from }) => from <= endOf(moment)) ?? names[0];
  }

  hasOrganisation(id: string): boolean {
    return this.#names.has(id);
  }

  plan(line: string, key: string, command: Command): void {
    this.planned.push({ line, key, command });
    if (command.type === 'RegisterOrganisation' || command.type === 'RenameOrganisation') {
      const { names } = command.data;
      const from = command.type === 'RegisterOrganisation' ? Number.NEGATIVE_INFINITY : startOf(command.occurredAt);
      this.#names.set(command.organisation, [
        ...(this.#names.get(command.organisation) ?? []),
        nameIn(names, this.language, from),
      ]);
    } else if (command.system) {
      const event = eventOf(command);
      const { facts, events } = this.#known.get(command.system) ?? { facts: [], events: 0 };
      const further = inOrderOfEffect([...facts, { event, from: effectiveFrom(event) }]);
      this.#known.set(command.system, { facts: further, events: events + 1 });
    }
  }

  remark(line: string, id: string, field: string, problem: string): void {
    this.remarks.push({ line, id, field, problem });
  }

  fault(line: string, id: string, field: string, problem: string): void {
    this.faults.push({ line, id, field, problem });
  }
}

function changesStatus(event: DomainEvent): boolean {
  switch (event.type) {
    case 'DeploymentStarted':
    case 'DeploymentSuspended':
    case 'DeploymentResumed':
    case 'DeploymentEnded':
    case 'SystemRetired':
      return true;
    case 'SystemDescribed':
      return event.data.transferTo !== undefined;
    case 'RecordCorrected':
      return event.data.status !== undefined;
    default:
      return false;
  }
}

function namesOf(organisation: Organisation, language: string): Name[] {
  const names: Name[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (const former of organisation.formerNames) {
    names.push(nameIn(former.names, language, from));
    from = startOf(former.until);
  }
  return [...names, nameIn(organisation.names, language, from)];
}

function nameIn(names: Organisation['names'], language: string, from: number): Name {
  const all = Object.values(names);
  return { from, name: names[language as 'nl'] ?? all[0] ?? '', all };
}
