import { isDate } from '#domain';
import { insertColumns, type Projection } from './projection.js';

/** Incidents as the records show them: what of one system can concern another that has the same supplier. One whose report was erased is left out. */
export const incidents: Projection = {
  name: 'incidents',
  tables:
    'CREATE TABLE incident (system text, number integer, incident text NOT NULL, day text NOT NULL, PRIMARY KEY (system, number))',
  indexes: '',
  async applyRecords(client, records) {
    await client.query('DELETE FROM incident WHERE system = ANY ($1)', [records.map(({ record }) => record.id)]);
    const rows = records.flatMap(({ record }) =>
      (record.incidents ?? []).flatMap(({ incident, happenedOn, occurredAt }, number) => {
        const day = String(happenedOn ?? occurredAt).slice(0, 10);
        // A log from elsewhere may hold odd values.
        return typeof incident === 'string' && isDate(day) ? [{ system: record.id, number, incident, day }] : [];
      }),
    );
    await insertColumns(client, 'incident', {
      system: { type: 'text', values: rows.map(({ system }) => system) },
      number: { type: 'integer', values: rows.map(({ number }) => number) },
      incident: { type: 'text', values: rows.map(({ incident }) => incident) },
      day: { type: 'text', values: rows.map(({ day }) => day) },
    });
  },
  async forget(client, system) {
    await client.query('DELETE FROM incident WHERE system = $1', [system]);
  },
};

/** An incident with another system that a supplier of this one supplied. */
export type Elsewhere = { system: string; supplier: string; incident: string; on: string };

/**
 * SQL: incidents with other systems of the suppliers of a system. They are of the 13 months up to a day; each comes once, with its `number`. A supplier that is
 * withheld is not looked up.
 */
export const elsewhereOf = (system: string, suppliers: string, on: string) =>
  `SELECT DISTINCT ON (i.system, i.number) i.system, i.number, c.supplier, i.incident, i.day AS "on"
   FROM contract c JOIN incident i ON i.system = c.system
   WHERE c.supplier = ANY (${suppliers}) AND c.system <> ${system}
     AND i.day <= ${on} AND i.day > to_char(${on}::date - interval '13 months', 'YYYY-MM-DD')
   ORDER BY i.system, i.number, c.supplier`;
