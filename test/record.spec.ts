import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { parseSubmission } from '#commands';
import { eventKinds, facets, fields, labels, operator, parts } from '#domain';
import { licences, say, textLanguages, writeArchive } from '#exports';
import { prepareSearch, readSystems, type SystemRecord } from '#projections';
import { standards } from '#standards';
import { recordFields } from '../libs/exports/standards/losses.js';
import { readRow } from '../libs/imports/row/row.js';
import { type Mark, type Sample, sampleEvent, sampleFields } from './setup/record-samples.js';
import { openTestRegister, type TestRegister } from './setup/register.js';
import { selectAll } from './setup/select-all.js';

// Every field and every part of schema/record, each with its own unique words, must be in every output of the register. A field or part that is
// declared there needs no line here.
const actor = { organisation: operator, role: 'administrator' } as const;
const organisation = 'urn:vitrine:org:local:walk';
const system = 'urn:vitrine:sys:local:walk:full';
const names = fields.map(({ name }) => name);
const ofFields = sampleFields(names);
const ofParts = new Map<string, Sample>();
const ids: string[] = [];
let t: TestRegister;
let n = 0;

async function record(type: string, data: object, of: string | undefined = system) {
  const command = {
    type,
    organisation,
    ...(of && { system: of }),
    occurredAt: '2026-01-02',
    idempotencyKey: `walk-${n++}`,
    data,
  };
  return t.register.commands.handle(parseSubmission(command), actor);
}

/** Straight into the log: other tests check which event is allowed when. */
async function append(type: keyof typeof eventKinds, data: object): Promise<void> {
  const event = {
    organisation,
    system,
    type,
    schemaVersion: eventKinds[type].version,
    occurredAt: '2026-01-03',
    actor,
  };
  const { events } = await t.register.store.append({
    stream: system,
    expectedVersion: 'exists',
    events: [{ ...event, data: data as Record<string, unknown> }],
  });
  ids.push(events[0]!.id);
}

async function get(path: string, accept = 'application/json'): Promise<string> {
  await t.settled();
  const answer = await fetch(t.url + path, { headers: { accept } });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}
const recordOf = async (of = system) => JSON.parse(await get(`/v1/systems/${of}`)) as SystemRecord;
const page = (language: string, of = system) => get(`/systems/${of}?language=${language}`, 'text/html');

const dataOf = (samples: Map<string, Sample>) =>
  Object.fromEntries([...samples].map(([name, { value }]) => [name, value])) as { [field: string]: unknown };

/** The last day of use counts: it comes after all else that the record has. */
function endLast({ value, marks }: Sample): void {
  const on = '2026-02';
  Object.assign(value as object, { on });
  Object.assign(marks.find(({ path }) => path.endsWith('.on'))!, { value: on });
}

/** What tells of one deployment only tells of `main`. */
function beMain({ value, marks }: Sample): void {
  delete (value as { deployment?: string }).deployment;
  marks.splice(
    marks.findIndex(({ path }) => path.endsWith('.deployment')),
    1,
  );
}

beforeAll(async () => {
  t = await openTestRegister();
  await record('RegisterOrganisation', { names: { en: 'Walk' }, kind: 'municipality', country: 'NL' }, '');
  ids.push((await record('RegisterSystem', dataOf(ofFields))).eventId);
  for (const part of parts) {
    const sample = sampleEvent(part.event, part.name);
    if (part.event === 'SystemRetired') endLast(sample);
    if ('deprecated' in part) beMain(sample);
    await append(part.event, sample.value as object);
    for (const next of 'ends' in part ? part.ends : []) {
      const end = sampleEvent(next.event, `${part.name}.${next.name}`);
      const key = Object.keys(end.value as object)[0]!;
      const ofStart = (sample.value as { [name: string]: string })[key]!;
      const known = { ...(end.value as object), [key]: ofStart };
      await append(next.event, known);
      sample.marks.push(...end.marks.filter(({ path }) => !path.endsWith(`.${key}`)));
    }
    ofParts.set(part.name, sample);
  }
}, 60_000);
afterAll(() => t.close());

const samples = () => [...ofFields, ...ofParts];
/** The marks that an output lacks. `find`: the text that it must have for a mark, if any. */
function missingIn(output: string, find: (mark: Mark) => string | undefined): string[] {
  return samples()
    .flatMap(([, { marks }]) =>
      marks.filter((mark) => {
        const sought = find(mark);
        return sought !== undefined && !output.includes(sought);
      }),
    )
    .map(({ path, value }) => `${path} ${value}`);
}
const asIs = ({ value }: Mark) => value;
const unlessCode = ({ kind, value }: Mark) => (kind === 'code' ? undefined : value);

test('the samples are all that the schemas allow', () => {
  expect([...ofFields.values()].every(({ marks }) => marks.length > 0)).toBe(true);
  expect([...ofParts.values()].every(({ marks }) => marks.length > 0)).toBe(true);
});

test('the record', async () => {
  const found = await recordOf();
  for (const [name, { value }] of ofFields) expect(found[name as 'name']).toEqual(value);
  for (const { name } of parts) expect([name, found[name]]).not.toEqual([name, undefined]);
  expect(missingIn(JSON.stringify(found), asIs)).toEqual([]);
});

test('GraphQL: each by its own field', async () => {
  const ask = async (query: string) => {
    const answer = await fetch(`${t.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await answer.json()) as { data: unknown; errors?: unknown };
  };
  const schema = buildClientSchema((await ask(getIntrospectionQuery())).data as IntrospectionQuery);
  const all = selectAll(schema, 'SystemRecord', []).replace(' json', '');
  const answer = await ask(`{ system(id: "${system}") { record { ${all} } } }`);
  expect(answer.errors).toBeUndefined();
  expect(missingIn(JSON.stringify(answer.data), asIs)).toEqual([]);
});

test('both tables have the same columns, and all of it in them', async () => {
  const [live, dump] = await Promise.all([get('/v1/systems.csv'), get('/exports/systems.csv')]);
  const [ofLive, ofDump] = [live, dump].map(
    (text) => parse(text, { columns: true, bom: true }) as { [column: string]: string }[],
  );
  const columns = Object.keys(ofDump![0]!);
  expect(Object.keys(ofLive![0]!)).toEqual([...columns, 'organisation_id']);
  const { organisation_id, ...row } = ofLive!.find(({ id }) => id === system)!;
  expect(organisation_id).toBe(organisation);
  expect(row).toEqual(ofDump!.find(({ id }) => id === system));
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  expect([...names, ...parts.map(({ name }) => name)].map(snake).filter((name) => !columns.includes(name))).toEqual([]);
  // None of the samples is a cell that a spreadsheet would take for a formula.
  expect(missingIn(Object.values(row).join('\n'), asIs)).toEqual([]);
});

/** How a mark is written on a page. The fields of a source that are kept verbatim are only in the data. */
const writtenIn = (language: string) => (mark: Mark) => {
  const { path, kind, value, list } = mark;
  if (path === 'source.fields') return undefined;
  if (kind === 'code') return inHtml(labels[list!]?.[value]?.[language] ?? value);
  return kind === 'date' ? `datetime="${value}"` : inHtml(value);
};

describe('the page', () => {
  test.each([...textLanguages])('%s', async (language) => {
    const html = await page(language);
    expect(missingIn(html, writtenIn(language))).toEqual([]);
    const headings = [
      ...names.filter((name) => name !== 'name' && name !== 'summary').map((name) => say(language, `field.${name}`)),
      ...parts.filter((part) => !('deprecated' in part)).map(({ name }) => say(language, `part.${name}`)),
    ];
    expect(headings.filter((heading) => !html.includes(`>${inHtml(heading)}<`))).toEqual([]);
    // Without a heading, a member would appear under its name for programs.
    expect(html.match(/<th scope="row">[a-z]+[A-Z]\w*<\/th>/)).toBeNull();
  });
});

const inHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

test('search: every text, and what else is declared to be searched', async () => {
  const paths = [...fields, ...parts].flatMap((one) => {
    if (!('search' in one)) return [];
    return one.search === true ? [one.name] : one.search.map((inner) => `${one.name}.${inner}`);
  });
  expect(paths.length).toBeGreaterThan(8);
  await t.settled();
  const lost: string[] = [];
  for (const [, { marks }] of samples())
    for (const { path, kind, value, list } of marks) {
      const isCode = kind === 'code' && paths.includes(path);
      if (kind !== 'text' && !isCode && !(kind === 'string' && paths.includes(path))) continue;
      const words = isCode ? (labels[list!]?.[value]?.['en'] ?? value) : value;
      const search = await prepareSearch(t.register.pool, words, 'en');
      const { systems } = await readSystems(t.register.pool, { filter: {}, search }, { order: 'NAME', first: 10 });
      if (!systems.some(({ id }) => id === system)) lost.push(`${path} ${words}`);
    }
  expect(lost).toEqual([]);
});

test('facets', async () => {
  const found = await recordOf();
  for (const facet of facets) {
    if (!('of' in facet)) continue;
    const values = facet.of.flatMap((field) => found[field] as string | string[]);
    for (const value of values)
      expect([facet.name, await get(`/v1/systems?${facet.name}=${value}`)]).toEqual([
        facet.name,
        expect.stringContaining(system),
      ]);
  }
});

test('linked data', async () => {
  const turtle = await get(`/systems/${system}.ttl`, 'text/turtle');
  expect(missingIn(turtle, unlessCode)).toEqual([]);
});

test('standards: each says what becomes of every field and part', () => {
  const all = [...names, ...parts.map(({ name }) => name)];
  expect(all.filter((name) => !recordFields.includes(name))).toEqual([]);
  for (const { fields: own } of Object.values(standards))
    for (const { uses } of own) expect(uses.filter((name) => !recordFields.includes(name))).toEqual([]);
});

test('import: a column for every text, string and date', () => {
  for (const { name, type, ...more } of fields) {
    if (!['text', 'string', 'partialDate'].includes(type) || 'many' in more || name === 'notes') continue;
    const { value } = ofFields.get(name)!;
    const cell = type === 'text' ? (value as { en: string }).en : (value as string);
    const row = readRow({ column: cell }, () => name, { statuses: {}, language: 'en' });
    expect([name, (row.set as { [field: string]: unknown })[name], row.faults]).toEqual([name, value, []]);
  }
});

test('feeds: what is said anew', async () => {
  const other = 'urn:vitrine:sys:local:walk:told';
  await record('RegisterSystem', { name: { en: 'Told' } }, other);
  const told = sampleFields(fields.filter(({ type }) => type === 'text').map(({ name }) => name));
  for (const [name, { value }] of told)
    await record('DescribeSystem', { set: { [name]: value }, reason: { en: 'x' } }, other);
  const feed = await get(`/feeds/system.atom?id=${encodeURIComponent(other)}`, 'application/atom+xml');
  expect([...told.values()].flatMap(({ marks }) => marks).filter(({ value }) => !feed.includes(value))).toEqual([]);
});

test('the archive', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-walk-'));
  try {
    await t.settled();
    const at = await t.register.projected.position();
    await writeArchive(t.register.exporting, folder, {
      origin: 'test.example',
      licence: licences[0]!,
      at,
      language: 'en',
    });
    const lost = (file: string) => missingIn(readFileSync(join(folder, 'systems', system, file), 'utf8'), asIn[file]!);
    const asIn: { [file: string]: (mark: Mark) => string | undefined } = {
      'index.json': asIs,
      'index.ttl': unlessCode,
      'index.html': writtenIn('en'),
    };
    for (const file of Object.keys(asIn)) expect([file, lost(file)]).toEqual([file, []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

describe('withheld, said again, removed, corrected', () => {
  const other = 'urn:vitrine:sys:local:walk:changed';
  const changed = sampleFields(names);
  beforeAll(async () => {
    await record('RegisterSystem', dataOf(changed), other);
  });
  const set = (name: string, value: unknown) => (name === 'contact' ? { contact: value } : { set: { [name]: value } });

  test.each(fields.filter((field) => !('isFixed' in field)).map(({ name }) => name))('%s', async (name) => {
    const { value, marks } = changed.get(name)!;
    const reason = { en: 'Because.' };
    await record('WithholdField', { field: name, basis: 'trade-secret', reason }, other);
    const withheld = await recordOf(other);
    expect(withheld[name]).toBeUndefined();
    expect(withheld.withheld).toHaveProperty(name);
    const own = marks.filter(({ kind }) => kind === 'text' || kind === 'string' || kind === 'url');
    for (const language of textLanguages) {
      const html = await page(language, other);
      expect(own.filter((mark) => html.includes(mark.value))).toEqual([]);
      expect(html).toContain(`>${inHtml(say(language, `field.${name}`))}<`);
    }
    await record('DescribeSystem', { ...set(name, value), reason }, other);
    expect((await recordOf(other))[name]).toEqual(value);
    await record('DescribeSystem', { remove: [name], reason }, other);
    expect((await recordOf(other))[name]).toBeUndefined();
    await record('CorrectRecord', { ...set(name, value), wrong: reason, since: '2026-01-02' }, other);
    expect((await recordOf(other))[name]).toEqual(value);
  });
});

test('erased: it is nowhere', async () => {
  for (const id of ids) {
    const { envelope } = (await t.register.store.readEvent(id))!;
    for (const { role, commitment } of envelope.parts)
      await record('ErasePayload', {
        ...{ event: id, part: role, commitment, basis: 'court-order' },
        ...(await t.register.commands.erasedWord(system, id)),
      });
  }
  await t.settled();
  const outputs = await Promise.all([
    get(`/v1/systems/${system}`),
    get(`/v1/systems/${system}/events`),
    get('/v1/systems.csv'),
    get('/exports/systems.csv'),
    get('/exports/events.jsonl'),
    get(`/systems/${system}.ttl`, 'text/turtle'),
    get(`/feeds/system.atom?id=${encodeURIComponent(system)}`, 'application/atom+xml'),
    ...textLanguages.map((language) => page(language)),
  ]);
  const left = samples().flatMap(([, { marks }]) =>
    marks.filter(
      ({ kind, value, path }) =>
        ['text', 'string', 'url'].includes(kind) &&
        // Which deployment an event was about stays: the status depends on it.
        !path.endsWith('.deployment') &&
        outputs.some((one) => one.includes(value)),
    ),
  );
  expect(left).toEqual([]);
}, 60_000);
