import { isTextField, textFields } from '#domain';
import type { SystemRecord } from '#projections';
import { isSame } from './changes.js';
import { identifierOf, isGlobal } from './identifiers.js';
import type { Ledger } from './ledger.js';
import type { Assessment, ReadRow, Row } from './row/read-row.js';
import { shorten } from './table/rows.js';

type Joined = Row & { organisationNames: { [language: string]: string } };

/**
 * Joins records with one identifier in several languages into one system; a second record in the same language is a fault. An identifier
 * belongs to its organisation, unless it is global (a URN, a UUID) or of the national register.
 */
export function joinTranslations(ledger: Ledger, rows: Row[], source: string): Joined[] {
  const joined = new Map<string, Joined>();
  const languages = new Map<string, Map<string, string>>();
  // The source's own language first, then by language code, so that the order of a file changes nothing.
  const rank = ({ row }: Row) => (row.language === ledger.language ? '' : row.language);
  const groups = new Map<string, string>();
  for (const { line, row } of [...rows].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))) {
    const id = identifierOf(row, source);
    const keys = row.identifiers.map((one) => (isGlobal(one, source) ? one : JSON.stringify([row.organisation, one])));
    const key = keys.map((one) => groups.get(one)).find((group) => group !== undefined) ?? keys[0] ?? line;
    for (const one of keys) groups.set(one, groups.get(one) ?? key);
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

/** Adds the texts of another language to a record. Other values come from the first record, if it has them. */
function translated(row: ReadRow, other: ReadRow): ReadRow {
  const texts = Object.fromEntries(
    textFields.flatMap((field) => (other.set[field] ? [[field, { ...other.set[field], ...row.set[field] }]] : [])),
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

const assessmentTexts = ['title', 'summary', 'notPerformedReason'] as const satisfies (keyof Assessment)[];

/** Remarks on language-independent fields in which two rows of one system differ. */
function differences(row: ReadRow, other: ReadRow): ReadRow['remarks'] {
  const stated = (one: ReadRow) => {
    const { source: _, ...set } = one.set;
    return { ...set, status: one.status, risk: one.risk?.class, ...one.contact };
  };
  const differ = (first: object, second: object, fields: string[]) =>
    fields.filter((field) => {
      const [one, two] = [first, second].map((of) => (of as { [field: string]: unknown })[field]);
      return one !== undefined && two !== undefined && !isSame(one, two);
    });
  const plain = Object.keys(stated(other)).filter((field) => !isTextField(field));
  const assessments = other.assessments.some((theirs) =>
    row.assessments.some(
      (own) =>
        own.kind === theirs.kind &&
        differ(
          own,
          theirs,
          Object.keys(theirs).filter((part) => !assessmentTexts.includes(part as 'title')),
        ).length > 0,
    ),
  );
  return [...differ(stated(row), stated(other), plain), ...(assessments ? ['assessments'] : [])].map((field) => ({
    field: (other.columns.get(field) ?? [field]).join(', '),
    problem: `The record in ${other.language} says something else than the one in ${row.language}, which is taken.`,
  }));
}

/** Joins the same assessments in two languages: by kind, or by position if one of them has no known kind. */
function joinAssessments(own: Assessment[], others: Assessment[]): Assessment[] {
  const left = [...others];
  const take = (found: Assessment | undefined) => (found ? left.splice(left.indexOf(found), 1)[0] : undefined);
  const byKind = own.map(({ kind }) => take(left.find((other) => other.kind === kind)));
  const joined = own.map((assessment, i) => {
    const other =
      byKind[i] ?? take(left.find((one) => one === others[i] && (one.kind === 'other' || assessment.kind === 'other')));
    if (!other) return assessment;
    const parts = assessmentTexts.flatMap((part) =>
      assessment[part] || other[part] ? [[part, { ...other[part], ...assessment[part] }]] : [],
    );
    const kind = assessment.kind === 'other' ? other.kind : assessment.kind;
    return { ...other, ...assessment, kind, ...Object.fromEntries(parts) };
  });
  return [...joined, ...left];
}

/**
 * What a row adds to a system that the register has in another language: its texts, and fields that the register lacks. Other differences
 * are reported.
 */
export function besideHeld(row: ReadRow, held: SystemRecord, language: string): ReadRow {
  const first = held.name?.[language as 'en'] ? language : Object.keys(held.name ?? {}).sort()[0];
  if (first === undefined || row.language === first || row.set.name?.[first as 'en']) return row;
  const isKnown = (field: string) => !isTextField(field) && held[field as keyof SystemRecord] !== undefined;
  const { source, ...rest } = row.set;
  const set = Object.fromEntries(Object.entries(rest).filter(([field]) => !isKnown(field)));
  const told = Object.entries(rest).filter(
    ([field, value]) => isKnown(field) && !isSame(held[field as keyof SystemRecord], value),
  );
  const fields = Object.fromEntries(
    Object.entries(source?.fields ?? {}).flatMap(([name, value]) => {
      const before = held.source?.fields?.[name];
      return before === value ? [] : [[before === undefined ? name : `${name} (${row.language})`, value]];
    }),
  );
  const { status, risk, contact, ...more } = row;
  return {
    ...more,
    ...(held.status === 'registered' && status && { status }),
    ...(!held.risk && risk && { risk }),
    contact: held.contact ? held.contact : contact,
    set: { ...set, ...(source && { source: { ...source, fields } }) },
    remarks: [
      ...row.remarks,
      ...told.map(([field]) => ({
        field: (row.columns.get(field) ?? [field]).join(', '),
        problem: `The record in ${row.language} says something else than the one in ${first}, which stays.`,
      })),
    ],
  };
}
