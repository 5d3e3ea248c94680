import { createHash } from 'node:crypto';
import type { Command } from '#domain';
import { isSame, planSystem } from './changes.js';
import { Names } from './identifiers.js';
import type { Ledger } from './ledger.js';
import { findOrPlanOrganisation, slug } from './organisations.js';
import type { Assessment, ReadRow, Row } from './row/read-row.js';
import { shorten } from './table/rows.js';
import { joinTranslations } from './translations.js';

type Source = { source: string; moment: string; country?: string | undefined; isOrganisationTranslated: boolean };
type Where = { line: string; source: string; moment: string };

/**
 * Plans the rows of a table: each its system, status, assessments, risk class. `known`: the systems that were taken over from this source
 * before. What keeps a row out goes to the ledger.
 */
export function planRows(ledger: Ledger, rows: Row[], known: string[], source: Source): void {
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
