import { type EventType, eventKinds, Refusal } from '#domain';
import {
  countTimelines,
  differences,
  type MarkedEntry,
  type RecordVersion,
  readSystem,
  readTimelines,
  readVersions,
} from '#projections';
import { fromCursor, toCursor } from '../../../http/cursors.js';
import { text } from '../../../http/parameters.js';
import type { Register } from '../../../register/register.js';
import { list, pageOf, placeOf, resource } from '../operation.js';
import { choiceParameter, numberParameter, type Parameter, systemId } from '../parameter.js';

const types = Object.keys(eventKinds) as EventType[];

const typeParameter: Parameter<EventType[] | undefined> = {
  description: 'Only events of these kinds.',
  schema: { type: 'array', items: { type: 'string', enum: types } },
  explode: false,
  read(name, given) {
    if (given === undefined) return undefined;
    const kinds = (Array.isArray(given) ? given : [given]).flatMap((value) => text(name, value)!.split(','));
    const unknown = kinds.find((kind) => !(types as string[]).includes(kind));
    if (unknown === undefined) return kinds as EventType[];
    const message = `"${unknown.slice(0, 60)}" is not a kind of event: there are ${types.join(', ')}.`;
    throw new Refusal('INVALID_PARAMETER', message, { path: name });
  },
};

/** An unknown system is refused rather than given an empty history. One whose registration was retracted has a history. */
export async function refuseUnknownSystem({ pool }: Register, id: string): Promise<void> {
  if (!(await readSystem(pool, id)) && (await countTimelines(pool, [id])).size === 0)
    throw new Refusal('NOT_FOUND', `There is no system "${id.slice(0, 200)}" in this register.`);
}

/** The sequence is internal to this register: only cursors contain it. */
const withoutRecord = ({ record: _, system: __, sequence: ___, ...version }: RecordVersion) => version;

export const history = [
  list({
    id: 'listVersions',
    path: '/systems/{systemId}/versions',
    tag: 'systems',
    summary: 'Every version of the record of a system, oldest first, each with the whole record.',
    parameters: { systemId },
    name: 'versions',
    isWhole: true,
    schema: 'VersionSummary',
    async read(register, values, page) {
      await refuseUnknownSystem(register, values.systemId);
      const from = placeOf(page);
      const { versions, total } = await readVersions(register.pool, values.systemId, from + page.first);
      return pageOf(versions, page, total);
    },
    toJson: (version) => JSON.stringify(withoutRecord(version)),
    columns: {
      number: ({ number }) => number,
      position: ({ position }) => position,
      event_id: ({ eventId }) => eventId,
      type: ({ type }) => type,
      occurred_at: ({ occurredAt }) => occurredAt,
      recorded_at: ({ recordedAt }) => recordedAt,
      changed: ({ changed }) => changed.join(' '),
    },
  }),
  resource({
    id: 'getVersion',
    path: '/systems/{systemId}/versions/{number}',
    tag: 'systems',
    summary: 'The record after one event.',
    parameters: { systemId, number: numberParameter('From 1.', { min: 1, max: 1_000_000, in: 'path' }) },
    schema: 'Version',
    async read({ pool }, values) {
      const { versions } = await readVersions(pool, values.systemId, values.number);
      const version = versions[values.number - 1];
      return version && { ...withoutRecord(version), record: version.record };
    },
  }),
  list({
    id: 'listDifferences',
    path: '/systems/{systemId}/differences',
    tag: 'systems',
    summary: 'The differences between two versions of a record, field by field.',
    parameters: {
      systemId,
      from: numberParameter('The earlier version; 0 is before the first.', { min: 0, max: 1_000_000 }),
      to: { ...numberParameter('The later version.', { min: 0, max: 1_000_000 }), example: 1 },
    },
    name: 'differences',
    isWhole: true,
    schema: 'Difference',
    async read(register, values, page) {
      const last = Math.max(values.from, values.to);
      const { versions } = await readVersions(register.pool, values.systemId, Math.max(last, 1));
      const [before, after] = [values.from, values.to].map((number) =>
        number === 0 && versions.length > 0 ? {} : versions[number - 1]?.record,
      );
      if (!before || !after) throw new Refusal('NOT_FOUND', 'There is no such version of such a system.');
      const all = differences(before, after);
      return pageOf(all, page);
    },
    columns: {
      path: ({ path }) => path,
      before: ({ before }) => toCell(before),
      after: ({ after }) => toCell(after),
    },
  }),
  list({
    id: 'listEventsOfSystem',
    path: '/systems/{systemId}/events',
    tag: 'systems',
    summary: 'Every event of a system, in the order of recording.',
    parameters: {
      systemId,
      type: typeParameter,
      order: choiceParameter('Oldest or newest first.', ['oldest', 'newest'], 'oldest'),
    },
    name: 'events',
    schema: 'TimelineEntry',
    async read(register, values, { first, after }) {
      await refuseUnknownSystem(register, values.systemId);
      const pages = await readTimelines(register.pool, [values.systemId], {
        first: first + 1,
        after: fromCursor<[number]>(after, 'number')?.[0],
        types: values.type,
        newestFirst: values.order === 'newest',
      });
      const counts = await countTimelines(register.pool, [values.systemId], values.type);
      const entries = pages.get(values.systemId)!;
      const items = entries.slice(0, first);
      const next = entries.length > first ? toCursor(items.at(-1)!.sequence) : undefined;
      return { items, next, total: counts.get(values.systemId) ?? 0 };
    },
    toJson: ({ sequence: _, ...entry }) => JSON.stringify(entry),
    columns: {
      position: ({ position }: MarkedEntry) => position,
      event_id: ({ eventId }) => eventId,
      type: ({ type }) => type,
      occurred_at: ({ occurredAt }) => occurredAt,
      recorded_at: ({ recordedAt }) => recordedAt,
      actor_organisation: ({ actor }) => actor.organisation,
      actor_role: ({ actor }) => actor.role,
      erased: ({ erased }) => erased.join(' '),
      data: ({ data }) => toCell(data),
      standing: ({ standing }) => standing,
      corrected_by: ({ correctedBy }) => correctedBy.join(' '),
    },
  }),
];

/** Texts and numbers as they are, the rest as JSON. */
function toCell(value: unknown): string | number | boolean | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : (value as string);
}
