import { createHash } from 'node:crypto';
import type { Command } from '#domain';
import { describedTexts } from '#exports';
import { isSame, planSystem } from './changes.js';
import type { ImportKind } from './kinds.js';
import type { Ledger } from './ledger.js';
import { findOrPlanOrganisation, slug } from './organisations.js';
import type { Assessment, ReadRow } from './row/read-row.js';
import { shorten } from './table/rows.js';

export type Row = { line: string; row: ReadRow };
export type Rows = Row[];

type Source = { source: string; moment: string; country?: string | undefined; isOrganisationTranslated: boolean };
type Where = { line: string; source: string; moment: string };

/**
 * Plans the rows of a table: each its system, status, assessments, risk class. `known`: the systems that were taken over from this source
 * before. What keeps a row out goes to the ledger.
 */
export function planRows(ledger: Ledger, rows: Rows, known: string[], source: Source): void {
  const names = new Names(ledger, known, source.source);
  const whole = rows.filter((row) => isWhole(ledger, row));
  for (const { line, row, organisationNames } of joinTranslations(ledger, whole, source.source))
    planRow(ledger, row, { line, ...source }, names, {
      country: source.country,
      names: source.isOrganisationTranslated ? organisationNames : { [ledger.language]: row.organisation! },
    });
}

function isWhole(ledger: Ledger, { line, row }: Row): boolean {
  const name = row.set.name?.[row.language];
  const faults = [...row.faults];
  if (!name) faults.push({ field: 'name', problem: 'The record has no name.' });
  else if (!row.organisation)
    faults.push({ field: 'organisation', problem: 'The record names no organisation. Use --organisation NAME.' });
  for (const { field, problem } of faults) ledger.fault(line, shorten(name ?? ''), field, problem);
  return faults.length === 0;
}

type Joined = Row & { organisationNames: { [language: string]: string } };

/**
 * Records of one identifier in several languages are one system; a second one in the same language is a fault. An identifier is its
 * organisation's own, unless it is one of the whole world (a URN, a UUID) or of the national register.
 */
function joinTranslations(ledger: Ledger, rows: Rows, source: string): Joined[] {
  const joined = new Map<string, Joined>();
  const languages = new Map<string, Map<string, string>>();
  // The source's own language first, so that the order of a file changes nothing.
  const isOwn = ({ row }: Row) => Number(row.language === ledger.language);
  for (const { line, row } of [...rows].sort((a, b) => isOwn(b) - isOwn(a))) {
    const id = identifierOf(row, source);
    const key = id === undefined ? line : isGlobal(id, source) ? id : JSON.stringify([row.organisation, id]);
    const own = languages.get(key) ?? new Map<string, string>();
    const earlier = own.get(row.language);
    if (earlier !== undefined) {
      const name = row.set.name?.[row.language] ?? '';
      const problem = `The identifier "${id}" is on ${earlier} already. Give each system one of its own, or take one of the two out.`;
      ledger.fault(line, shorten(name), (row.columns.get('identifiers') ?? ['identifier']).join(', '), problem);
      continue;
    }
    languages.set(key, own.set(row.language, line));
    const held = joined.get(key);
    const organisationNames = { ...held?.organisationNames, [row.language]: row.organisation! };
    joined.set(key, {
      line: held ? `${held.line} and ${line}` : line,
      row: held ? translated(held.row, row) : row,
      organisationNames,
    });
  }
  return [...joined.values()];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const isGlobal = (id: string, source: string) => id.startsWith('urn:') || uuid.test(id) || isLars(id, source);

/** An algorithm id of the Dutch national register, in the fields of its own standard. */
const dutch = 'nl-standard' satisfies ImportKind;
const isLars = (id: string, source: string) => source === dutch && /^[1-9]{7}[0-9]$/.test(id);

/** What tells a system from others: its number in the national register, or else the first that its row has. */
const identifierOf = ({ identifiers }: ReadRow, source: string) =>
  identifiers.find((id) => isLars(id, source)) ?? identifiers[0];

/** A record with the texts of another language; what is no text is taken from the first, where it says it. */
function translated(row: ReadRow, other: ReadRow): ReadRow {
  const texts = Object.fromEntries(
    allTexts.flatMap((field) => (other.set[field] ? [[field, { ...other.set[field], ...row.set[field] }]] : [])),
  );
  const fields = { ...row.set.source?.fields };
  for (const [name, value] of Object.entries(other.set.source?.fields ?? {}))
    if (fields[name] !== value) fields[fields[name] === undefined ? name : `${name} (${other.language})`] = value;
  const source = row.set.source && { source: { ...row.set.source, ...(Object.keys(fields).length > 0 && { fields }) } };
  const columns = new Map(row.columns);
  for (const [field, names] of other.columns)
    columns.set(field, [...new Set([...(columns.get(field) ?? []), ...names])]);
  const [status, risk] = [row.status ?? other.status, row.risk ?? other.risk];
  return {
    ...row,
    ...(status && { status }),
    ...(risk && { risk }),
    set: { ...other.set, ...row.set, ...texts, ...source },
    contact: { ...other.contact, ...row.contact },
    assessments: joinAssessments(row.assessments, other.assessments),
    identifiers: [...new Set([...row.identifiers, ...other.identifiers])],
    remarks: [...row.remarks, ...other.remarks, ...differences(row, other)],
    columns,
  };
}

const allTexts = [...describedTexts, 'notes'] as const;

/** Where two rows of one system say different things of what has no language. */
function differences(row: ReadRow, other: ReadRow): ReadRow['remarks'] {
  const stated = (one: ReadRow) => {
    const { source: _, ...set } = one.set;
    return { ...set, status: one.status, risk: one.risk?.class, ...one.contact };
  };
  const [first, second] = [stated(row), stated(other)] as { [field: string]: unknown }[];
  return Object.keys(second!)
    .filter((field) => !(allTexts as readonly string[]).includes(field))
    .filter(
      (field) => first![field] !== undefined && second![field] !== undefined && !isSame(first![field], second![field]),
    )
    .map((field) => ({
      field: (other.columns.get(field) ?? [field]).join(', '),
      problem: `The record in ${other.language} says something else than the one in ${row.language}, which is taken.`,
    }));
}

/** The same assessments in two languages: by their kind, or where one of them is of no known kind, by their place. */
function joinAssessments(own: Assessment[], others: Assessment[]): Assessment[] {
  const left = [...others];
  const take = (found: Assessment | undefined) => (found ? left.splice(left.indexOf(found), 1)[0] : undefined);
  const byKind = own.map(({ kind }) => take(left.find((other) => other.kind === kind)));
  const joined = own.map((assessment, i) => {
    const other =
      byKind[i] ?? take(left.find((one) => one === others[i] && (one.kind === 'other' || assessment.kind === 'other')));
    if (!other) return assessment;
    const parts = (['title', 'summary', 'notPerformedReason'] as const).flatMap((part) =>
      assessment[part] || other[part] ? [[part, { ...other[part], ...assessment[part] }]] : [],
    );
    const kind = assessment.kind === 'other' ? other.kind : assessment.kind;
    return { ...other, ...assessment, kind, ...Object.fromEntries(parts) };
  });
  return [...joined, ...left];
}

type Organisation = { country: string | undefined; names: { [language: string]: string } };

/** Plans one row. An organisation that is not in the register is planned too, if its country is known. */
function planRow(ledger: Ledger, row: ReadRow, where: Where, names: Names, stated: Organisation): void {
  const name = row.set.name![row.language]!;
  for (const { field, problem } of row.remarks) ledger.remark(where.line, name, field, problem);
  const before = ledger.planned.length;
  const organisation = findOrPlanOrganisation(
    ledger,
    row.organisation!,
    where,
    where.moment,
    stated.country,
    stated.names,
  );
  if (!organisation)
    return ledger.fault(
      where.line,
      shorten(name),
      'organisation',
      `"${row.organisation}" is not in the register. Register it first, check the spelling, or name its country (--country, or "country" in the map).`,
    );
  if (ledger.planned.length > before)
    ledger.remark(
      where.line,
      name,
      'organisation',
      `"${row.organisation}" is not in the register: taken as a new organisation.`,
    );
  const system = names.of(row, name, organisation, where);
  const held = ledger.recordAt(system, '9999-12-31');
  const own = { ...row.set.source, register: where.source, id: row.identifiers[0] ?? slug(name) };
  // A record that came from elsewhere stays the other source's; what this row does not say stays as it is.
  const isOthers = held?.source && held.source.register !== where.source;
  const fields = { ...held?.source?.fields, ...own.fields };
  const base = isOthers ? held.source! : { ...held?.source, ...own };
  const source = { ...base, ...(Object.keys(fields).length > 0 && { fields }) };
  const identifiers = [
    ...(held?.identifiers ?? []).filter(({ scheme }) => isOthers && scheme !== where.source),
    ...row.identifiers.map((id) => ({ scheme: where.source, id })),
  ];
  const set = { ...row.set, source, ...(identifiers.length > 0 && { identifiers }) };
  const contact = Object.keys(row.contact).length > 0 ? { contact: row.contact } : {};
  const inUseFrom = row.set.inUseFrom ? { inUseFrom: row.set.inUseFrom } : {};
  planSystem(
    ledger,
    {
      system,
      organisation,
      set,
      ...contact,
      ...(row.status && row.status !== 'retired' && { status: row.status }),
      ...inUseFrom,
      knowsPilots: true,
    },
    where,
  );
  planFacts(ledger, row, system, organisation, where);
  if (row.status === 'retired') planSystem(ledger, { system, organisation, set: {}, status: 'retired' }, where);
  for (const one of ledger.planned.slice(before)) one.columns = row.columns;
}

/** Assessments and risk class, once each: before a retirement, after which none are taken. */
function planFacts(
  ledger: Ledger,
  row: ReadRow,
  system: string,
  organisation: string,
  { line, source, moment }: Where,
): void {
  const record = ledger.recordAt(system, moment);
  if (!record || record.status === 'retired') return;
  const plan = (command: Command) => {
    const content = createHash('sha256').update(JSON.stringify(command)).digest('hex').slice(0, 24);
    ledger.plan(line, `${source}:${system}:${content}`.slice(-200), command);
  };
  const target = { organisation: record.organisation ?? organisation, system, occurredAt: moment };
  for (const data of row.assessments)
    if (!record.assessments?.some((held) => isHeld(held, data))) plan({ type: 'RecordAssessment', ...target, data });
  if (row.risk && record.risk?.class !== row.risk.class) {
    const grounds = {
      nl: `De bron noemt de categorie "${row.risk.word}".`,
      en: `The source states the category "${row.risk.word}".`,
    };
    plan({ type: 'ClassifyRisk', ...target, data: { class: row.risk.class, grounds } });
  }
}

/** Whether an assessment is in the record already, if perhaps in fewer languages, or before its kind was known. */
function isHeld({ occurredAt: _, ...held }: Assessment & { occurredAt: string }, stated: Assessment): boolean {
  if (isSame(held, stated)) return true;
  if (held.kind !== stated.kind && held.kind !== 'other') return false;
  const isSameTitle = Object.entries(stated.title ?? {}).some(
    ([language, title]) => held.title?.[language as 'en'] === title,
  );
  return isSameTitle || (held.url !== undefined && held.url === stated.url);
}

/** Names for the systems of a source: what a system was called once, it is called again. */
class Names {
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

  /** The number of the national register where there is one; else a name within the organisation, numbered when another has it. */
  of(row: ReadRow, name: string, organisation: string, { line, source }: Where): string {
    const id = identifierOf(row, source);
    if (id !== undefined && isLars(id, source)) return larsUrn(id);
    const key = id === undefined ? nameKey(name, organisation) : keyOf(id, source, organisation);
    const held = this.#held.get(key)?.find((system) => !this.#taken.has(system));
    const base = `urn:vitrine:sys:${source}:${slug(row.organisation!)}:${slug(id ?? name)}`;
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
const nameKey = (name: string, organisation: string) => JSON.stringify(['name', organisation, name]);
const keyOf = (id: string, source: string, organisation: string) =>
  isGlobal(id, source) ? id : JSON.stringify([organisation, id]);

/** Systems that rows name by a number of the national register, from whatever source the register has them. */
export function nationalSystems(rows: Rows, source: string): string[] {
  return rows.flatMap(({ row }) => row.identifiers.filter((id) => isLars(id, source)).map(larsUrn));
}
