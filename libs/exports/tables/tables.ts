import { foldOrganisations, type Organisation } from '#projections';
import type { Cell } from '../csv.js';
import type { Snapshot } from '../snapshot.js';
import { type Column, toCells } from './column.js';
import { eventRows, eventTable } from './events.js';
import { organisationTable } from './organisations.js';
import { systemRecords, systemRows, systemTable } from './systems.js';

export type TableName = 'organisations' | 'systems' | 'events';

/** A table of the open data: its columns, its rows a page at a time, and what identifies a row. */
export type Table = {
  title: string;
  description: string;
  columns: Pick<Column<never>, 'name' | 'type' | 'description'>[];
  primaryKey: string[];
  rows(snapshot: Snapshot): AsyncGenerator<Cell[][]>;
};

export const tables: { [name in TableName]: Table } = {
  organisations: {
    title: 'Organisations',
    description: 'Cities and other bodies that answer for systems.',
    columns: organisationTable,
    primaryKey: ['id'],
    async *rows(snapshot) {
      yield (await organisationRecords(snapshot)).map((organisation) => toCells(organisationTable, organisation));
    },
  },
  systems: {
    title: 'Systems',
    description: 'The current record of every system: a row a system and language.',
    columns: systemTable,
    primaryKey: ['id', 'language'],
    async *rows(snapshot) {
      const names = namesOf(await organisationRecords(snapshot));
      for await (const page of systemRecords(snapshot))
        yield page.flatMap((record) => systemRows(record, names)).map((row) => toCells(systemTable, row));
    },
  },
  events: {
    title: 'History',
    description:
      'Every event of the log in order: all that was ever recorded, with what it carried unless that was erased by law.',
    columns: eventTable,
    primaryKey: ['position'],
    rows: eventRows,
  },
};

/** The organisations of a snapshot by id. */
export function organisationRecords({ client, sequence }: Snapshot): Promise<Organisation[]> {
  return foldOrganisations(client, sequence);
}

/** The names of organisations by URN. */
export function namesOf(organisations: Organisation[]): Map<string, Organisation['names']> {
  return new Map(organisations.map(({ id, names }) => [id, names]));
}
