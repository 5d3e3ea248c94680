import { createHash } from 'node:crypto';
import type { Command } from '#domain';
import { isSame, planSystem } from './changes.js';
import type { Ledger } from './ledger.js';
import { findOrPlanOrganisation, slug } from './organisations.js';
import type { ReadRow } from './row.js';

type Where = { line: string; source: string; moment: string };

/** Plans one row of a table: its system, status, assessments, risk class. What keeps it out goes into the report. */
export function planRow(ledger: Ledger, row: ReadRow, where: Where, taken: Set<string>, country?: string): void {
  const name = row.set.name?.[row.language];
  if (!name) return ledger.remark(where.line, '', 'name', 'The record has no name: left out.');
  if (!row.organisation)
    return ledger.remark(
      where.line,
      name,
      'organisation',
      'The record names no organisation: left out. Use --organisation NAME.',
    );
  const system = nameSystem(row, name, where.source, taken);
  for (const { field, problem } of row.remarks) ledger.remark(where.line, name, field, problem);
  const before = ledger.planned.length;
  const organisation = findOrPlanOrganisation(ledger, row.organisation, where, where.moment, country);
  if (!organisation)
    return ledger.remark(
      where.line,
      name,
      'organisation',
      `"${row.organisation}" is not in the register: left out. Register it first, check the spelling, or put its "country" into the map.`,
    );
  if (ledger.planned.length > before)
    ledger.remark(
      where.line,
      name,
      'organisation',
      `"${row.organisation}" is not in the register: registered as a new organisation.`,
    );
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
  if (row.highRisk && record.risk?.class !== 'high') {
    const grounds = {
      nl: `De bron noemt de publicatiecategorie "${row.highRisk}".`,
      en: `The source states the publication category "${row.highRisk}".`,
    };
    plan({ type: 'ClassifyRisk', ...target, data: { class: 'high', grounds } });
  }
}

/** The official algorithm id where there is one; else a name within the organisation, numbered when taken. */
function nameSystem(row: ReadRow, name: string, source: string, taken: Set<string>): string {
  const lars = row.identifiers.find((id) => /^[1-9]{7}[0-9]$/.test(id));
  if (lars) return `urn:vitrine:sys:nl-lars:${lars}`;
  const base = `urn:vitrine:sys:${source}:${slug(row.organisation!)}:${slug(row.identifiers[0] ?? name)}`;
  let system = base;
  for (let n = 2; taken.has(system); n++) system = `${base}-${n}`;
  taken.add(system);
  return system;
}
