import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { type CodelistName, operator, parts, Refusal } from '#domain';
import { labelOf, say, type TextKey, textLanguages, textOf } from '#exports';
import { readIds, type SystemRecord } from '#projections';
import { countryOf, moneyOf, numberOf } from '../libs/exports/pages/formats.js';
import { type Field, system as fieldsOfSystem } from '../libs/exports/rdf/fields.js';
import { hasText } from '../libs/exports/texts.js';
import { randomLife, toCommand } from './setup/lives.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// What the record of a system says, now or on a day, is on its page of that day, in every language; and what is not to be read is on none.
const lives = Number(process.env['LIVES'] ?? 40);
const days = Number(process.env['DAYS'] ?? 60);
const organisation = 'urn:vitrine:org:nl-tooi:gm0363';
let t: TestRegister;
let ids: string[];

beforeAll(async () => {
  t = await openDemoRegister();
  for (let n = 0; n < lives; n++) {
    const system = `urn:vitrine:sys:nl-tooi:gm0363:life${n}`;
    const register = {
      type: 'RegisterSystem',
      occurredAt: '2021-12-01',
      data: { name: { en: `Life ${n}` }, domain: 'economy' },
    };
    for (const step of [register, ...randomLife(Math.random, 12).map(({ right }) => right)])
      await t.register.commands
        .handle(parseSubmission(toCommand(step, organisation, system)), {
          organisation: operator,
          role: 'administrator',
        })
        // A step that makes no sense at that point of a life does not become part of it.
        .catch((error: unknown) => {
          if (!(error instanceof Refusal)) throw error;
        });
  }
  await t.settled();
  ids = await readIds(t.register.pool, 0, 10_000);
}, 120_000);
afterAll(() => t.close());

async function ask(path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(t.url + path);
  return { status: answer.status, text: await answer.text() };
}

const inHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\n', '<br>');

/** What is told otherwise: what only says how a record goes on, what a date says beside it, and the names of one use only. */
const toldOtherwise = new Set(['statusBefore', 'seen', 'deployment', 'since', 'inUseFrom', 'until']);

type Thing = { [name: string]: unknown };

/** Each value of a record, as it must be written on a page: `path` and the text. */
function* writtenOf(value: Thing, fields: Field[], language: string, path = ''): Generator<[string, string]> {
  for (const field of fields) {
    // A day that an event states counts, not the event's own.
    if (toldOtherwise.has(field.name) || (field.name === 'occurredAt' && (value['from'] || value['on']))) continue;
    for (const one of [value[field.name] ?? []].flat()) {
      const at = `${path}.${field.name}`;
      switch (field.kind) {
        case 'text':
          yield [at, inHtml(textOf(one as { en: string }, language)!.value)];
          break;
        case 'code':
          yield [at, inHtml(labelOf(field.list as CodelistName, one as string, language))];
          break;
        case 'date':
        case 'partialDate':
        case 'dateOrTime':
          yield [at, `datetime="${one}"`];
          break;
        case 'number':
          yield [at, numberOf(one as number, language)];
          break;
        case 'country':
          yield [at, inHtml(countryOf(one as string, language))];
          break;
        case 'contact':
          for (const member of Object.values(one as Thing)) yield [at, inHtml(String(member))];
          break;
        case 'node':
          if (field.of!.name === 'Money') {
            const { amount, currency } = one as { amount: string; currency: string };
            yield [at, moneyOf(amount, currency, language)];
          } else yield* writtenOf(one as Thing, field.of!.fields, language, at);
          break;
        case 'json':
        case 'boolean':
        case 'withheld':
          break;
        default:
          // A report names the field that it is about.
          yield [at, inHtml(hasText(`field.${one}`) ? say(language as 'en', `field.${one}` as TextKey) : String(one))];
      }
    }
  }
}

/** Fields of a record that say of which system and organisation it is: the page has their names. */
const itself = new Set(['organisation', 'statusSince', 'changedAt', 'publicationCategory', 'source', 'incomplete']);
const fields = fieldsOfSystem.fields.filter(({ name }) => !itself.has(name));

function lacking(record: SystemRecord, html: string, language: string): string[] {
  return [...writtenOf(record as unknown as Thing, fields, language)]
    .filter(([, text]) => !html.includes(text))
    .map(([path, text]) => `${language} ${record.id} ${path}: ${text}`);
}

test('now: every system, in every language', async () => {
  const lost: string[] = [];
  for (const id of ids) {
    const record = JSON.parse((await ask(`/v1/systems/${id}`)).text) as SystemRecord;
    for (const language of textLanguages) {
      const { text } = await ask(`/${language}/systems/${id}`);
      lost.push(...lacking(record, text, language));
      for (const field of Object.keys(record.withheld ?? {})) {
        const [, law] = /<section aria-labelledby="law">(.*?)<\/section>/s.exec(text)!;
        expect([field, law]).toEqual([field, expect.stringContaining(say(language, 'part.withheld'))]);
      }
    }
  }
  expect(lost).toEqual([]);
}, 120_000);

test('on random days: what the API says of that day', async () => {
  const begin = Date.UTC(2021, 11, 1);
  const lost: string[] = [];
  let there = 0;
  for (let n = 0; n < days; n++) {
    const id = ids[Math.floor(Math.random() * ids.length)]!;
    const day = new Date(begin + Math.random() * (Date.now() - begin)).toISOString().slice(0, 10);
    const language = textLanguages[n % textLanguages.length]!;
    const [api, page] = [
      await ask(`/v1/systems/${id}?asOf=${day}`),
      await ask(`/${language}/systems/${id}?asOf=${day}`),
    ];
    expect([id, day, page.status]).toEqual([id, day, api.status]);
    if (api.status !== 200) continue;
    there++;
    lost.push(...lacking(JSON.parse(api.text) as SystemRecord, page.text, language).map((one) => `${day} ${one}`));
    // And a day never shows what was true only later.
    const [, since] = /<\/span> <span>(.*?)<\/span>/s.exec(page.text) ?? [];
    for (const [, date] of since!.matchAll(/datetime="([^"]+)"/g))
      expect([id, day, date! <= day]).toEqual([id, day, true]);
  }
  expect(there).toBeGreaterThan(days / 4);
  expect(lost).toEqual([]);
}, 120_000);

test('between two random days: the fields that differ in what the API says, and no others', async () => {
  const begin = Date.UTC(2021, 11, 1);
  const random = () => new Date(begin + Math.random() * (Date.now() - begin)).toISOString().slice(0, 10);
  const others: { [name: string]: string } = {
    status: 'page.status',
    registeredAt: 'page.registered',
    confirmedAt: 'page.confirmed',
    nextReview: 'member.nextReview',
    contact: 'page.part.contact',
  };
  const silent = new Set([
    'organisation',
    'statusSince',
    'statusBefore',
    'changedAt',
    'id',
    'source',
    'incomplete',
    'withheld',
    'erasures',
  ]);
  const titleOf = (name: string) =>
    say('en', [others[name], `field.${name}`, `part.${name}`].find((key) => key && hasText(key)) as TextKey);
  const deprecated: string[] = parts.flatMap((part) => ('deprecated' in part ? [part.name] : []));
  let changed = 0;
  for (let n = 0; n < days; n++) {
    const id = ids[Math.floor(Math.random() * ids.length)]!;
    const [from, to] = [random(), random()].sort() as [string, string];
    const [before, after] = await Promise.all(
      [from, to].map(async (day) => {
        const { status, text } = await ask(`/v1/systems/${id}?asOf=${day}`);
        return status === 200 ? (JSON.parse(text) as SystemRecord) : undefined;
      }),
    );
    const { status, text } = await ask(`/en/systems/${id}/compare?from=${from}&to=${to}`);
    expect([id, from, to, status]).toEqual([id, from, to, before || after ? 200 : 404]);
    if (status !== 200) continue;
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    const different = [...names].filter(
      (name) =>
        !silent.has(name) &&
        !deprecated.includes(name) &&
        JSON.stringify(before?.[name as 'id']) !== JSON.stringify(after?.[name as 'id']),
    );
    const told = [...text.matchAll(/<section class="change (?:added|changed|removed)"><h2>(.*?)<\/h2>/g)].map(
      ([, title]) => title,
    );
    expect([id, from, to, told.sort()]).toEqual([id, from, to, different.map((name) => inHtml(titleOf(name))).sort()]);
    changed += told.length;
  }
  expect(changed).toBeGreaterThan(days);
}, 120_000);

test('what is withheld or erased is on no page, of no day, in no language', async () => {
  const system = 'urn:vitrine:sys:nl-tooi:gm0363:secrets';
  let n = 0;
  const send = (type: string, occurredAt: string, data: object) =>
    t.register.commands.handle(
      parseSubmission({ type, organisation, system, occurredAt, data, idempotencyKey: `secrets-${n++}` }),
      { organisation: operator, role: 'administrator' },
    );
  const said = (word: string) => Object.fromEntries(textLanguages.map((language) => [language, `${word} ${language}`]));
  await send('RegisterSystem', '2024-01-01', {
    name: said('Secrets'),
    purpose: said('zqerased'),
    appeal: said('zqwithheld'),
  });
  await send('RecordAssessment', '2024-02-01', { kind: 'dpia', result: 'approved', summary: said('zqsummary') });
  const [registered, assessed] = await t.register.store.readStream(system);
  await send('WithholdField', '2024-03-01', { field: 'appeal', basis: 'public-security', reason: said('Reason') });
  const erased = { part: 'content', basis: 'court-order' };
  for (const { envelope } of [registered!, assessed!])
    await send('ErasePayload', '2024-04-01', {
      ...erased,
      event: envelope.id,
      commitment: envelope.parts[0]!.commitment,
    });
  await t.settled();
  const pages = [
    ...['', '?asOf=2024-01-15', '?asOf=2024-02-15', '?asOf=2024-03-15', '?asOf=2024-05-01'].map(
      (query) => `/systems/${system}${query}`,
    ),
    `/systems/${system}/compare`,
    `/systems/${system}/compare?from=2024-01-15&to=2024-02-15`,
    `/systems/${system}/compare?from=2024-02-15&to=2024-05-01`,
    '/changes',
    '/systems',
    '/systems?search=zqerased',
    '/systems?search=secrets',
    '/systems?asOf=2024-02-15',
    '',
  ];
  for (const language of textLanguages)
    for (const page of pages) {
      const { status, text } = await ask(`/${language}${page}`);
      expect([page, status]).toEqual([page, 200]);
      // What was asked for stands in the field.
      expect([page, text.replaceAll('value="zqerased"', '').replaceAll('search=zqerased', '')]).toEqual([
        page,
        expect.not.stringMatching(/zq(erased|withheld|summary)/),
      ]);
    }
}, 60_000);
