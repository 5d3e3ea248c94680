import { createHash } from 'node:crypto';
import type { Command } from '#domain';
import { describedTexts } from '#exports';
import { isSame, planSystem } from './changes.js';
import type { Ledger } from './ledger.js';
import { findOrPlanOrganisation, slug } from './organisations.js';
import type { Assessment, ReadRow } from './row/read-row.js';
import { shorten } from './table/rows.js';

export type Row = { line: string; row: ReadRow };
export type Rows = Row[];

type Source = { source: string; moment: string; country?: string | undefined; isOrganisationTranslated: boolean };
type Where = { line: string; source: string; moment: string };

/** Plans the rows of a table: each its system, status, assessments, risk class. What keeps a row out goes to the ledger. */
export function planRows(ledger: Ledger, rows: Rows, source: Source): void {
  const taken = new Map<string, string>();
  for (const { line, row, organisationNames } of joinTranslations(
    ledger,
    rows.filter((row) => isWhole(ledger, row)),
  )) {
    planRow(ledger, row, { line, ...source }, taken, {
      country: source.country,
      names: source.isOrganisationTranslated ? organisationNames : { [ledger.language]: row.organisation! },
    });
  }
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
function joinTranslations(ledger: Ledger, rows: Rows): Joined[] {
  const joined = new Map<string, Joined>();
  const languages = new Map<string, Map<string, string>>();
  for (const { line, row } of rows) {
    const [id] = row.identifiers;
    const key = id === undefined ? line : isGlobal(id) ? id : JSON.stringify([row.organisation, id]);
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
    joined.set(key, { line: held?.line ?? line, row: held ? translated(held.row, row) : row, organisationNames });
  }
  return [...joined.values()];
}

const isGlobal = (id: string) =>
  /^urn:|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id) || isLars(id);

/** An algorithm id of the Dutch national register. */
const isLars = (id: string) => /^[1-9]{7}[0-9]$/.test(id);

/** A record with the texts of another language; what is no text is taken from the first. */
function translated(row: ReadRow, other: ReadRow): ReadRow {
  const texts = Object.fromEntries(
    [...describedTexts, 'notes' as const].flatMap((field) =>
      other.set[field] ? [[field, { ...other.set[field], ...row.set[field] }]] : [],
    ),
  );
  const isSameList = row.assessments.length === other.assessments.length;
  const assessments = row.assessments.map((assessment, i) =>
    isSameList ? translatedAssessment(assessment, other.assessments[i]!) : assessment,
  );
  const fields = { ...row.set.source?.fields };
  for (const [name, value] of Object.entries(other.set.source?.fields ?? {}))
    if (fields[name] !== value) fields[fields[name] === undefined ? name : `${name} (${other.language})`] = value;
  const source = row.set.source && { source: { ...row.set.source, ...(Object.keys(fields).length > 0 && { fields }) } };
  const remarks = [...row.remarks, ...other.remarks];
  return { ...row, set: { ...other.set, ...row.set, ...texts, ...source }, assessments, remarks };
}

function translatedAssessment(own: Assessment, other: Assessment): Assessment {
  const parts = (['title', 'summary', 'notPerformedReason'] as const).flatMap((part) =>
    own[part] || other[part] ? [[part, { ...other[part], ...own[part] }]] : [],
  );
  return { ...own, ...(own.kind === 'other' && { kind: other.kind }), ...Object.fromEntries(parts) };
}

type Organisation = { country: string | undefined; names: { [language: string]: string } };

/** Plans one row. An organisation that is not in the register is planned too, if its country is known. */
function planRow(ledger: Ledger, row: ReadRow, where: Where, taken: Map<string, string>, stated: Organisation): void {
  const name = row.set.name![row.language]!;
  const system = nameSystem(ledger, row, name, where, taken);
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
      `"${row.organisation}" is not in the register: registered as a new organisation.`,
    );
  const planned = ledger.planned.length;
  const source = { ...row.set.source, register: where.source, id: row.identifiers[0] ?? slug(name) };
  const identifiers = row.identifiers.map((id) => ({ scheme: where.source, id }));
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
    },
    where,
  );
  planFacts(ledger, row, system, organisation, where);
  if (row.status === 'retired') planSystem(ledger, { system, organisation, set: {}, status: 'retired' }, where);
  for (const one of ledger.planned.slice(planned)) one.columns = row.columns;
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
  for (const data of row.assessments) {
    const held = record.assessments?.some(({ occurredAt: _, ...assessment }) => isSame(assessment, data));
    if (!held) plan({ type: 'RecordAssessment', ...target, data });
  }
  if (row.risk && record.risk?.class !== row.risk.class) {
    const grounds = {
      nl: `De bron noemt de categorie "${row.risk.word}".`,
      en: `The source states the category "${row.risk.word}".`,
    };
    plan({ type: 'ClassifyRisk', ...target, data: { class: row.risk.class, grounds } });
  }
}

/** The official algorithm id where there is one; else a name within the organisation, numbered when taken. */
function nameSystem(
  ledger: Ledger,
  row: ReadRow,
  name: string,
  { line, source }: Where,
  taken: Map<string, string>,
): string {
  const lars = row.identifiers.find(isLars);
  if (lars) return `urn:vitrine:sys:nl-lars:${lars}`;
  const base = `urn:vitrine:sys:${source}:${slug(row.organisation!)}:${slug(row.identifiers[0] ?? name)}`;
  let system = base;
  for (let n = 2; taken.has(system); n++) system = `${base}-${n}`;
  if (system !== base && row.identifiers.length === 0)
    ledger.remark(
      line,
      name,
      'name',
      `The system on ${taken.get(base)} has this name too: taken as another one. Identifiers would tell them apart.`,
    );
  taken.set(system, line);
  return system;
}
