import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#event-store';
import { type RecordAt, readCurrentRecords, readRecordsAt, type SystemRecord } from '#projections';
import type { Snapshot } from '../snapshot.js';
import type { Column, ColumnType } from './column.js';

/** A row of the table of systems: a system in a language. */
export type SystemRow = { record: SystemRecord; language: string; position: number };

const { $defs } = JSON.parse(readFileSync(join(projectRoot, 'schema/events/common.schema.json'), 'utf8')) as {
  $defs: { description: { properties: { [field: string]: { description?: string } } } };
};
const describe = (field: string) => $defs.description.properties[field]?.description ?? field;

/** The texts of a description, but for the notes. */
export const describedTexts = [
  'name',
  'summary',
  'purpose',
  'considerations',
  'impact',
  'affectedPeople',
  'decisionProcess',
  'humanIntervention',
  'risks',
  'monitoring',
  'performance',
  'legalBasis',
  'appeal',
  'data',
  'technique',
  'authority',
] as const;
const textFields = [...describedTexts, 'notes'] as const;
const plainFields: [keyof SystemRecord, ColumnType, string?][] = [
  ['aiSystem', 'string'],
  ['domain', 'string'],
  ['personalData', 'string'],
  ['selfLearning', 'string'],
  ['provider', 'string'],
  ['department', 'string'],
  ['area', 'string'],
  ['inUseFrom', 'string'],
  ['inUseTo', 'string'],
  ['reviewDue', 'date'],
  ['euDatabaseUrl', 'string'],
  ['confirmedAt', 'string', 'When the record was last confirmed to be correct: a date, or a UTC time.'],
];
const structuredFields: [keyof SystemRecord, 'array' | 'object', string?][] = [
  ['furtherDomains', 'array'],
  ['technologies', 'array'],
  ['languages', 'array'],
  ['tags', 'array'],
  ['links', 'array'],
  ['legalReferences', 'array'],
  ['dataSources', 'array'],
  ['identifiers', 'array'],
  ['contact', 'object', 'How to reach the office in charge.'],
  ['source', 'object', 'The register from which the record was taken over.'],
  ['procurements', 'array', 'Procurements.'],
  ['contracts', 'array', 'Contracts.'],
  ['assessments', 'array', 'Assessments, made or not.'],
  ['oversight', 'array', 'Who oversees it.'],
  ['deployment', 'object', 'Its last deployment.'],
  ['suspension', 'object', 'Its last suspension.'],
  ['incidents', 'array', 'Incidents.'],
  ['costs', 'array', 'What it cost.'],
  ['energy', 'array', 'How much electricity it used.'],
  ['consultations', 'array', 'Who was asked.'],
  ['corrections', 'array', 'What was corrected.'],
  ['correctionRequests', 'array', 'What readers reported.'],
  ['withheld', 'object', 'Fields that are not published, with legal basis and reason.'],
  ['retirement', 'object', 'Its end.'],
];

/** What the table of systems says, a row a system and language. */
export const systemTable: Column<SystemRow>[] = [
  column('id', 'string', 'URN of the system.', ({ record }) => record.id),
  column(
    'language',
    'string',
    'Language of the texts in this row (ISO 639-1); "und" (undetermined, BCP 47) for a record without texts.',
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
  column('risk_class', 'string', 'Its risk class (code list risk-class).', ({ record }) => record.risk?.class),
  column('annex_iii', 'string', 'Annex III points (code list annex-iii), with a space between.', ({ record }) =>
    record.risk?.annexIII?.join(' '),
  ),
  column('log_position', 'integer', 'The last event that changed the record.', ({ position }) => position),
  ...textFields.map((field) =>
    column(toSnakeCase(field), 'string', describe(field), ({ record, language }) => record[field]?.[language as 'en']),
  ),
  ...plainFields.map(([field, type, description = describe(field)]) =>
    column(toSnakeCase(field), type, description, ({ record }) => record[field] as string | undefined),
  ),
  ...structuredFields.map(([field, type, description = describe(field)]) =>
    column(toSnakeCase(field), type, `${description} As JSON.`, ({ record }) =>
      record[field] === undefined ? '' : JSON.stringify(record[field]),
    ),
  ),
];

/** A key is never empty. */
const noLanguage = 'und';

/** The rows of a record: one a language that any of its texts is in; one at least. */
export function systemRows({ record: json, position }: RecordAt): SystemRow[] {
  const record = JSON.parse(json) as SystemRecord;
  const languages = new Set(textFields.flatMap((field) => Object.keys(record[field] ?? {})));
  if (languages.size === 0) languages.add(noLanguage);
  return [...languages].sort().map((language) => ({ record, language, position }));
}

/** The records of a snapshot by id, a page at a time. */
export function systemRecords({ client, at, isNewest }: Snapshot): AsyncGenerator<RecordAt[]> {
  return isNewest ? readCurrentRecords(client) : readRecordsAt(client, at);
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
