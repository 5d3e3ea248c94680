import { type CodelistName, fields, parts, textFields } from '#domain';
import { type Organisation, type RecordAt, readCurrentRecords, readRecordsAt, type SystemRecord } from '#projections';
import type { Snapshot } from '../snapshot.js';
import { labelOf, type Texts, textOf } from '../texts.js';
import type { Column, ColumnType } from './column.js';

type Names = Organisation['names'];

/**
 * A row of the table of systems: a system in a language. `names`: those of its organisation. `fallsBack`: a text that is missing in the language
 * is shown in English, or else in the first language by code; `name_language` tells that of the name.
 */
export type SystemRow = {
  record: SystemRecord;
  language: string;
  position: number | undefined;
  names: Names | undefined;
  fallsBack?: boolean;
};

/** The columns of systems, the same in every table: the fields and parts of schema/record, and short values derived from them. */
export const systemTable: Column<SystemRow>[] = [
  column('id', 'string', 'URN of the system.', ({ record }) => record.id),
  column(
    'language',
    'string',
    'Language of the texts in this row (ISO 639-1); "und" (undetermined, BCP 47) for a record without texts. In a table of one language a text that is not there in it comes in another.',
    ({ language }) => language,
  ),
  column('organisation', 'string', 'URN of the organisation in charge.', ({ record }) => record.organisation),
  column('status', 'string', 'Its status (code list system-status).', ({ record }) => record.status),
  column('status_since', 'string', 'Since when: a date, or a UTC time.', ({ record }) => record.statusSince),
  column(
    'registered_at',
    'string',
    'When it came into the register: a date, or a UTC time.',
    ({ record }) => record.registeredAt,
  ),
  column(
    'changed_at',
    'string',
    'When something in it last changed: a date, or a UTC time.',
    ({ record }) => record.changedAt,
  ),
  column('risk_class', 'string', 'Its risk class (code list risk-class).', ({ record }) => record.risk?.class),
  column('annex_iii', 'string', 'Annex III points (code list annex-iii), with a space between.', ({ record }) =>
    record.risk?.annexIII?.join(' '),
  ),
  column('log_position', 'integer', 'The last event that changed the record.', ({ position }) => position),
  ...fieldColumns((field) => field.type === 'text'),
  ...fieldColumns(isPlain),
  column(
    'confirmed_at',
    'string',
    'When the record was last confirmed to be correct: a date, or a UTC time.',
    ({ record }) => record.confirmedAt,
  ),
  ...fieldColumns((field) => field.type !== 'text' && !isPlain(field)),
  ...parts.map((part) => json(part.name, 'many' in part ? 'array' : 'object', part.description)),
  json('corrections', 'array', 'What was corrected.'),
  json('withheld', 'object', 'Fields that are not published, with legal basis and reason.'),
  json('erasures', 'array', 'What was erased by law: of which event, on which basis.'),
  json('incomplete', 'array', 'Events that this program could not take in: what they say is missing here.'),
  column('next_review', 'date', 'When it is to be looked at again.', ({ record }) => record.nextReview),
  column(
    'name_language',
    'string',
    'Language of the name in this row.',
    (row) => shown(row, row.record.name)?.language,
  ),
  column('organisation_name', 'string', 'Name of the organisation in charge.', (row) => named(row)),
  column('status_label', 'string', 'Its status in words.', (row) => label(row, 'system-status', row.record.status)),
  column('domain_label', 'string', 'The policy domain in words.', (row) => label(row, 'domain', row.record.domain)),
  column('suppliers', 'string', 'Suppliers of its contracts, with a semicolon between.', ({ record }) =>
    [...new Set(record.contracts?.flatMap(({ supplier }) => supplier?.name ?? []))].join('; '),
  ),
  column(
    'oversight_mode',
    'string',
    'Who decides (code list oversight-mode).',
    ({ record }) => record.oversight?.at(-1)?.mode,
  ),
];

type Field = (typeof fields)[number];

/** Whether a field has a single value that is not a multilingual text. */
function isPlain(field: Field): boolean {
  return !('many' in field) && ['code', 'string', 'date', 'partialDate', 'url'].includes(field.type);
}

function fieldColumns(isMeant: (field: Field) => boolean): Column<SystemRow>[] {
  return fields.filter(isMeant).map((field) => {
    if (field.type === 'text')
      return column(
        toSnakeCase(field.name),
        'string',
        field.description,
        (row) => shown(row, row.record[field.name])?.value,
      );
    if (!isPlain(field)) return json(field.name, 'many' in field ? 'array' : 'object', field.description);
    const type = field.type === 'date' ? 'date' : 'string';
    return column(
      toSnakeCase(field.name),
      type,
      field.description,
      ({ record }) => record[field.name] as string | undefined,
    );
  });
}

function json(field: keyof SystemRecord, type: 'array' | 'object', description: string): Column<SystemRow> {
  return column(toSnakeCase(field), type, `${description} As JSON.`, ({ record }) =>
    record[field] === undefined ? '' : JSON.stringify(record[field]),
  );
}

/** A text as it is shown in a row. */
function shown({ language, fallsBack }: SystemRow, texts: Texts): { value: string; language: string } | undefined {
  const found = textOf(texts, language);
  return fallsBack || found?.language === language ? found : undefined;
}

/** The name of the organisation always falls back to another language, whether the texts of the row do or not. */
const named = ({ names, language }: SystemRow) => textOf(names, language)?.value;

function label({ language }: SystemRow, list: CodelistName, code: string | undefined): string | undefined {
  return code === undefined ? undefined : labelOf(list, code, language);
}

/** The language of a record without texts: a primary key must not be empty. */
const noLanguage = 'und';

/** The rows of a record: one per language in which it has a text, and at least one. `names`: those of organisations, by URN. */
export function systemRows({ record: json, position }: RecordAt, names?: ReadonlyMap<string, Names>): SystemRow[] {
  const record = JSON.parse(json) as SystemRecord;
  const languages = new Set(textFields.flatMap((field) => Object.keys(record[field] ?? {})));
  if (languages.size === 0) languages.add(noLanguage);
  const own = names?.get(record.organisation);
  return [...languages].sort().map((language) => ({ record, language, position, names: own }));
}

/** The records of a snapshot by id, a page at a time. */
export function systemRecords({ client, sequence, isNewest }: Snapshot): AsyncGenerator<RecordAt[]> {
  return isNewest ? readCurrentRecords(client) : readRecordsAt(client, sequence);
}

function column(
  name: string,
  type: ColumnType,
  description: string,
  cell: Column<SystemRow>['cell'],
): Column<SystemRow> {
  return { name, type, description, cell };
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
