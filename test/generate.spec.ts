import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '#event-store';

// If something is declared in schema/ but missing elsewhere, `npm run generate` must say what is missing.
const place = mkdtempSync(join(tmpdir(), 'vitrine-generate-'));
beforeAll(() => {
  for (const folder of ['libs', 'schema']) cpSync(join(projectRoot, folder), join(place, folder), { recursive: true });
  cpSync(join(projectRoot, 'package.json'), join(place, 'package.json'));
  symlinkSync(join(projectRoot, 'node_modules'), join(place, 'node_modules'));
});
afterAll(() => rmSync(place, { recursive: true }));

type Json = { [name: string]: unknown };
const read = (file: string) => JSON.parse(readFileSync(join(place, file), 'utf8')) as Json;

/** Runs the generator on changed files, then restores them. */
function generate(changes: { [file: string]: (before: Json) => unknown }, check = false) {
  const before = Object.keys(changes).map((file) => {
    try {
      return [file, readFileSync(join(place, file), 'utf8')] as const;
    } catch {
      return [file, undefined] as const;
    }
  });
  try {
    for (const [file, text] of before)
      writeFileSync(
        join(place, file),
        JSON.stringify(changes[file]!(text === undefined ? {} : (JSON.parse(text) as Json))),
      );
    const args = [join(place, 'schema/generate.mjs'), ...(check ? ['--check'] : [])];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, said: stderr, events: readFileSync(join(place, 'libs/domain/generated/events.ts'), 'utf8') };
  } finally {
    for (const [file, text] of before)
      if (text === undefined) rmSync(join(place, file));
      else writeFileSync(join(place, file), text);
  }
}

const withText = (key: string, text?: string) => (texts: Json) => ({ ...texts, [key]: text });
const event =
  (title: string, version: number, properties: Json = {}) =>
  () => ({
    ...read('schema/events/RecordConfirmed.v1.schema.json'),
    title,
    'x-version': version,
    ...(title !== 'RecordConfirmed' && { 'x-command': title }),
    properties: { ...(read('schema/events/RecordConfirmed.v1.schema.json')['properties'] as Json), ...properties },
  });
const field = (more: Json) => (before: Json) => ({
  ...before,
  fields: [
    ...(before['fields'] as Json[]),
    { name: 'reuseNote', type: 'text', description: 'Who else may use it.', group: 'aim', ...more },
  ],
});

test('what is there is whole', () => {
  expect(generate({}, true)).toMatchObject({ status: 0 });
});

test('a second version of a schema takes the place of the first', () => {
  const { status, events } = generate({
    'schema/events/RecordConfirmed.v2.schema.json': event('RecordConfirmed', 2, { byWhom: { type: 'string' } }),
  });
  expect(status).toBe(0);
  expect(events).toContain("RecordConfirmed: { command: 'ConfirmRecord', stream: 'system', version: 2 }");
  expect(events).toContain('byWhom?: string');
});

describe('it stops, and says why:', () => {
  const aField = 'schema/record/fields.json';
  test.each<[string, { [file: string]: (before: Json) => unknown }, string[]]>([
    ['a field without a heading', { [aField]: field({}) }, ['en: there is no field.reuseNote']],
    [
      'a field with a heading in English alone',
      { [aField]: field({}), 'schema/texts/en.json': withText('field.reuseNote', 'Reuse') },
      ['ca', 'de', 'es', 'fr', 'it', 'nl'].map((language) => `${language}: there is no field.reuseNote`),
    ],
    ['a field in no group', { [aField]: field({ group: 'nowhere' }) }, ['reuseNote: no such group']],
    ['a field that counts for nothing', { [aField]: field({ facet: 'reuse' }) }, ['reuseNote: no such facet']],
    [
      'a heading of nothing',
      { 'schema/texts/en.json': withText('field.reuseNote', 'Reuse') },
      ['en: field.reuseNote is of nothing that there is'],
    ],
    ['a text that is empty', { 'schema/texts/it.json': withText('page.next', '') }, ['it: there is no page.next']],
    [
      'a straight apostrophe',
      { 'schema/texts/fr.json': withText('page.start', "Page d'accueil") },
      ['fr: page.start has a straight apostrophe'],
    ],
    [
      'a French space at which a line may break',
      { 'schema/texts/fr.json': withText('page.start', 'Accueil : le registre') },
      ['fr: page.start has a space at which a line may break'],
    ],
    [
      'another argument',
      { 'schema/texts/nl.json': withText('page.recorded', 'vastgelegd op {datum}') },
      ['nl: page.recorded takes other arguments'],
    ],
    [
      'an event of which nothing says where it goes',
      { 'schema/events/AuditHeld.v1.schema.json': event('AuditHeld', 1) },
      ['AuditHeld: no label', 'AuditHeld: neither a part nor another event'],
    ],
    [
      'a version without the one before it',
      { 'schema/events/RecordConfirmed.v3.schema.json': event('RecordConfirmed', 3) },
      ['RecordConfirmed.v3.schema.json: there is no version before it'],
    ],
    [
      'a file that is called otherwise',
      { 'schema/events/RecordConfirmed.v2.schema.json': event('RecordConfirmed', 1) },
      ['RecordConfirmed.v2.schema.json has another title or x-version'],
    ],
  ])('%s', (_, changes, told) => {
    const { status, said } = generate(changes, true);
    expect(status).toBe(1);
    for (const fault of told) expect(said).toContain(fault);
  });
});
