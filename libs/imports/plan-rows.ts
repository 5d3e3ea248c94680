import { createHash } from 'node:crypto';
import type { Command } from '#domain';
import { planSystem } from './changes.js';
import { Names } from './identifiers.js';
import type { Ledger } from './ledger.js';
import { findOrPlanOrganisation, slug } from './organisations.js';
import type { Assessment, ReadRow, Row } from './row/read-row.js';
import { shorten } from './table/rows.js';
import { besideHeld, joinTranslations } from './translations.js';

type Source = { source: string; moment: string; country?: string | undefined; isOrganisationTranslated: boolean };
type Where = { line: string; source: string; moment: string };

/**
 * Plans the rows of a table: the system, status, assessments and risk class of each. `known`: the systems that were imported from this
 * source before. Faults that keep a row out go to the ledger.
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
function planRow(ledger: Ledger, stated: ReadRow, where: Where, names: Names, its: Organisation): void {
  const name = stated.set.name![stated.language]!;
  for (const { field, problem } of stated.remarks) ledger.remark(where.line, name, field, problem);
  const before = ledger.planned.length;
  const organisation = organisationOf(ledger, stated, name, where, names, its);
  if (!organisation) return;
  const system = names.of(stated, name, organisation, where);
  const held = ledger.recordAt(system, '9999-12-31');
  const row = held ? besideHeld(stated, held, ledger.language) : stated;
  for (const { field, problem } of row.remarks.slice(stated.remarks.length))
    ledger.remark(where.line, name, field, problem);
  const own = { ...row.set.source, register: where.source, id: held?.source?.id ?? row.identifiers[0] ?? slug(name) };
  // A record from another source stays that source's; what this row does not say stays as it is.
  const isOthers = held?.source && held.source.register !== where.source;
  const fields = { ...held?.source?.fields, ...own.fields };
  const base = isOthers ? held.source! : { ...held?.source, ...own };
  const source = { ...base, ...(Object.keys(fields).length > 0 && { fields }) };
  const known = held?.identifiers ?? [];
  const identifiers = [
    ...known,
    ...row.identifiers
      .filter((id) => !known.some((one) => one.scheme === where.source && one.id === id))
      .map((id) => ({ scheme: where.source, id })),
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

/** The organisation of a row's system: the one that holds the system already, the one with that name, or a new one. */
function organisationOf(
  ledger: Ledger,
  row: ReadRow,
  name: string,
  where: Where,
  names: Names,
  its: Organisation,
): string | undefined {
  const word = row.organisation!;
  const known = names.known(row, where.source);
  const holder = known && ledger.recordAt(known, '9999-12-31')?.organisation;
  if (holder) {
    if (word !== holder && ledger.organisationNamed(word, where.moment) !== holder)
      ledger.remark(
        where.line,
        name,
        'organisation',
        `The register has this system under "${ledger.nameAt(holder, where.moment)}", and leaves it there: not under "${word}".`,
      );
    return holder;
  }
  const before = ledger.planned.length;
  const organisation = findOrPlanOrganisation(ledger, word, where, where.moment, its.country, its.names);
  if (!organisation)
    ledger.fault(
      where.line,
      shorten(name),
      'organisation',
      `"${word}" is not in the register. Register it first, check the spelling, or name its country (--country, or "country" in the map).`,
    );
  else if (ledger.planned.length > before)
    ledger.remark(
      where.line,
      name,
      'organisation',
      `"${word}" is not in the register: taken as a new organisation, ${organisation} for good. One that has an official number is better registered with that first.`,
    );
  return organisation;
}

/** Plans new assessments and a new risk class. Comes before a retirement, after which no class is accepted. */
function planFacts(
  ledger: Ledger,
  row: ReadRow,
  system: string,
  organisation: string,
  { line, source, moment }: Where,
): void {
  const record = ledger.recordAt(system, moment);
  if (!record) return;
  const news = row.assessments.filter((data) => !record.assessments?.some((held) => isHeld(held, data)));
  const isRiskNew = row.risk !== undefined && record.risk?.class !== row.risk.class;
  const isRetired = record.status === 'retired';
  if (isRetired && isRiskNew)
    ledger.remark(line, system, '', 'The system is retired: its risk class is not changed any more.');
  const plan = (command: Command) => {
    const content = createHash('sha256')
      .update(JSON.stringify([command, ledger.countOf(system)]))
      .digest('hex')
      .slice(0, 24);
    ledger.plan(line, `${source}:${system}:${content}`.slice(-200), command);
  };
  const target = { organisation: record.organisation ?? organisation, system, occurredAt: moment };
  for (const data of news) plan({ type: 'RecordAssessment', ...target, data });
  if (row.risk && isRiskNew && !isRetired) {
    const grounds = {
      nl: `De bron noemt de categorie "${row.risk.word}".`,
      en: `The source states the category "${row.risk.word}".`,
    };
    plan({ type: 'ClassifyRisk', ...target, data: { class: row.risk.class, grounds } });
  }
}

/** Kinds under which assessments were taken over that have a kind of their own by now. */
const broader: ReadonlySet<string> = new Set(['other', 'ethics-review', 'audit']);

/** Whether the record has an assessment already, possibly in other languages, or from before its kind was known. */
function isHeld(held: Assessment & { occurredAt: string }, stated: Assessment): boolean {
  const isSameKind = held.kind === stated.kind || (broader.has(held.kind) && (stated.title || stated.url));
  if (!isSameKind || held.result !== stated.result || (held.url && stated.url && held.url !== stated.url)) return false;
  const texts = (['title', 'summary', 'notPerformedReason'] as const).flatMap((part) =>
    Object.entries(stated[part] ?? {}).map(([language, text]) => [held[part]?.[language as 'en'], text]),
  );
  if (texts.some(([before, now]) => before !== undefined && before !== now)) return false;
  // If the kind was unknown, a text or the address must match.
  return held.kind === stated.kind || texts.some(([before, now]) => before === now) || held.url === stated.url;
}
