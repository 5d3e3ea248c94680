import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { codelists, type DomainEvent, type EventType, eventKinds } from '#domain';
import { openSnapshot } from '#exports';
import type { Organisation, SystemRecord } from '#projections';
import { languagesOf, missingFor, type StandardField, standards } from '#standards';
import { systemRecords } from '../libs/exports/tables/systems.js';
import { organisationRecords } from '../libs/exports/tables/tables.js';
import { evolveRecord } from '../libs/projections/record.js';
import { dataFor } from './setup/arbitrary.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';
import { untraced } from './setup/traced.js';

// What leaves the register in the form of a standard must stand in the record, in the language of the record, or in a list that the standard publishes:
// checked by where each value comes from, whatever its type.
const seed = Number(process.env['STANDARDS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(process.env['STANDARDS_RUNS'] ?? 100);
let t: TestRegister;
beforeAll(async () => {
  t = await openDemoRegister();
});
afterAll(() => t.close());

const url = 'https://test.example/systems/1';
const told = [
  'SystemRegistered',
  'SystemDescribed',
  'RecordConfirmed',
  'FieldWithheld',
  'CorrectionRequested',
] as const;
const events = (Object.keys(eventKinds) as EventType[]).filter(
  (type) =>
    eventKinds[type].stream === 'system' &&
    !/^(Event|Payload|Record)/.test(type) &&
    !(told as readonly string[]).includes(type),
);

/** A record to which things of every kind have happened, with texts that occur once. */
const records = fc
  .tuple(
    dataFor('SystemRegistered'),
    fc.array(
      fc.constantFrom(...events).chain((type) => dataFor(type).map((data) => ({ type, data }))),
      { maxLength: 12 },
    ),
    fc.array(fc.date({ min: new Date('2015-01-01'), max: new Date('2026-06-01'), noInvalidDate: true }), {
      minLength: 13,
      maxLength: 13,
    }),
    fc.constantFrom('Ontwikkeling', 'planned', 'design', 'In gebruik', 'x', undefined),
  )
  .map(([registered, happened, dates, word]) => {
    const days = dates.map((date) => date.toISOString().slice(0, 10)).sort();
    const source = {
      ...(registered['source'] as object | undefined),
      ...(word && { register: 'r', id: '1', fields: { Status: word } }),
    };
    const data = { ...registered, ...(word && { source }) };
    const all = [{ type: 'SystemRegistered', data }, ...happened];
    const record = all.reduce<SystemRecord | undefined>(
      (before, event, i) =>
        evolveRecord(
          before,
          {
            ...event,
            occurredAt: days[i]!,
            organisation: 'urn:vitrine:org:local:city',
            id: `e${i}`,
          } as unknown as DomainEvent,
          'urn:vitrine:sys:local:city:one',
        ),
      undefined,
    )!;
    return withOwnTexts(record);
  });

const texts: readonly string[] = codelists.language;
/** The same with each text replaced by one that occurs once, so that it shows where it came from. */
function withOwnTexts(record: SystemRecord): SystemRecord {
  let n = 0;
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const isText = entries.length > 0 && entries.every(([key]) => texts.includes(key));
    const inner = ([key, one]: [string, unknown]) => {
      if (isText) return [key, `Text${++n}${key}`];
      const isFree =
        ['provider', 'department', 'area', 'title', 'office', 'phone'].includes(key) && typeof one === 'string';
      return [key, isFree ? `Word${++n}` : change(one)];
    };
    return Object.fromEntries(entries.map((entry) => inner(entry)));
  };
  return change(record) as SystemRecord;
}

const organisations: (Organisation | undefined)[] = [
  undefined,
  ...(['FR', 'NL', 'GB'] as const).flatMap((country) =>
    (['municipality', 'ministry', 'police', 'unknown'] as const).map(
      (kind) =>
        ({
          id: 'urn:vitrine:org:local:city',
          names: { ca: 'CityCa' },
          kind,
          country,
          nuts: 'NL329',
        }) as unknown as Organisation,
    ),
  ),
];

test(`what is said stands in the record or in a published list: generated records (seed ${seed})`, () => {
  let values = 0;
  fc.assert(
    fc.property(
      records,
      fc.constantFrom(...organisations),
      fc.constantFrom('en', 'fr', 'nl'),
      (record, organisation, asked) => {
        for (const standard of Object.values(standards))
          for (const language of languagesOf(standard, record, asked)) {
            const context = { record, organisation, language, url };
            expect(untraced(standard, context)).toEqual([]);
            // The language of a record is one in which the system has a name.
            expect(Object.keys(record.name ?? {})).toContain(language);
            for (const { field, languages = [] } of missingFor(standard, context)) {
              expect(languages).not.toContain(language);
              values += field.length > 0 ? 1 : 0;
            }
          }
      },
    ),
    { seed, numRuns: runs },
  );
  expect(values).toBeGreaterThan(0);
});

test('and the records of the demonstration', async () => {
  const snapshot = await openSnapshot(t.register.exporting);
  const bodies = new Map((await organisationRecords(snapshot)).map((one) => [one.id, one]));
  let n = 0;
  try {
    for await (const page of systemRecords(snapshot))
      for (const { record: json } of page) {
        const record = JSON.parse(json) as SystemRecord;
        for (const standard of Object.values(standards))
          for (const language of languagesOf(standard, record, 'en')) {
            n++;
            expect(
              untraced(standard, { record, organisation: bodies.get(record.organisation), language, url }),
            ).toEqual([]);
          }
      }
  } finally {
    await snapshot.release();
  }
  expect(n).toBeGreaterThan(100);
});

test.each<[string, StandardField]>([
  ['a word of nobody', { name: 'X', uses: [], value: () => 'Local' }],
  ['a field that it is not said to come from', { name: 'X', uses: ['data'], value: ({ record }) => record.area }],
  ['a text of another language', { name: 'X', uses: ['name'], value: ({ record }) => record.name?.nl }],
  ['a date that is none', { name: 'X', uses: ['registeredAt'], value: () => '2026-02-02' }],
])('%s is noticed', (_, field) => {
  const record = {
    name: { en: 'One', nl: 'Een' },
    area: 'Street',
    registeredAt: '2025-01-01',
  } as unknown as SystemRecord;
  const standard = { ...standards['pstw']!, fields: [field] };
  expect(untraced(standard, { record, organisation: undefined, language: 'en', url })).toHaveLength(1);
});
