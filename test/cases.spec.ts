import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { type Command, operator } from '#domain';
import { projectRoot } from '#event-store';
import { textLanguages } from '#exports';
import type { SystemRecord } from '#projections';
import { standards } from '#standards';
import { openTestRegister, type TestRegister } from './setup/register.js';

// Commands in, and everything that the register says after them: test/cases/README.md. After an intended change, regenerate the outputs with
// UPDATE_CASES=1 and review the diff.
type Case = { proves: string; commands: (Omit<Command, 'data'> & { data: { [name: string]: unknown } })[] };

const folder = join(projectRoot, 'test/cases');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'case.json')));
const cases = names.map((name): [string, Case] => [
  name,
  JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')) as Case,
]);
const isUpdate = process.env['UPDATE_CASES'] === '1';
/** The day on which everything is recorded; duties depend on it. */
const day = '2026-11-01';
const actor = { organisation: operator, role: 'administrator' } as const;
let t: TestRegister;
/** The ids of the events of each case, in order, and the position of the first. */
const ids = new Map<string, string[]>();
const begins = new Map<string, number>();

beforeAll(async () => {
  t = await openTestRegister({ clock: () => Date.parse(`${day}T12:00:00Z`) });
  for (const [name, { commands }] of cases) {
    const own: string[] = [];
    ids.set(name, own);
    for (const [i, command] of commands.entries()) {
      const data = await resolved(command.data, own);
      const submission = parseSubmission({ ...command, data, idempotencyKey: `${name} ${i}` });
      const { eventId, position } = await t.register.commands.handle(submission, actor);
      own.push(eventId);
      if (i === 0) begins.set(name, position);
    }
  }
  await t.settled();
});
afterAll(() => t.close());

/** Replaces "@2" by the id of the third command's event, and adds the commitment that an erasure must name. */
async function resolved(data: Case['commands'][number]['data'], own: string[]) {
  const { event } = data as { event?: string };
  if (!event?.startsWith('@')) return data;
  const id = own[Number(event.slice(1))]!;
  if (!('part' in data)) return { ...data, event: id };
  const { envelope } = (await t.register.store.readEvent(id))!;
  const { commitment } = envelope.parts.find(({ role }) => role === data['part'])!;
  return { ...data, event: id, commitment };
}

/** Replaces what differs between runs or depends on other cases: ids and hashes. Positions are counted from the first event of the case. */
function settled(text: string, name: string): string {
  let plain = text;
  for (const [i, id] of ids.get(name)!.entries()) plain = plain.replaceAll(id, `(event ${i})`);
  return plain
    .replace(/\b[0-9a-f]{64}\b/g, '(hash)')
    .replace(/"logPosition": \d+/g, '"logPosition": "(position)"')
    .replace(/"(\w*[pP]osition)": (\d+)/g, (_, key, position) => `"${key}": ${Number(position) - begins.get(name)!}`);
}

async function get(path: string, accept: string): Promise<string> {
  const answer = await fetch(t.url + path, { headers: { accept } });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}
const json = async (path: string) => JSON.parse(await get(path, 'application/json')) as { [name: string]: unknown };
const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

type Judged = { duty: string; status: string; lacks: string[]; since: string; until: string | null };

/** What each duty came to, a line each. */
function shortly({ duties }: Record<string, unknown>): string[] {
  return (duties as Judged[]).map(({ duty, status, lacks, since, until }) =>
    [
      duty,
      status,
      ...(lacks.length > 0 ? [`(${lacks.join(', ')})`] : []),
      `from ${since}`,
      until ? `until ${until}` : '',
    ]
      .join(' ')
      .trim(),
  );
}

/** All outputs of the register about a system, by file. */
async function outputsOf(system: string): Promise<{ [file: string]: string }> {
  const record = (await json(`/v1/systems/${system}`)) as unknown as SystemRecord;
  const languages = textLanguages.filter((language) => language === 'en' || record.name?.[language] !== undefined);
  const inStandards = Object.fromEntries(
    await Promise.all(
      Object.keys(standards).map(async (id) => [id, await json(`/v1/systems/${system}/standards/${id}`)] as const),
    ),
  );
  const ofOrganisation = `organisation=${record.organisation}`;
  const [gaps, duties, versions, events, figures] = await Promise.all([
    json(`/v1/gaps?${ofOrganisation}&on=${day}&limit=100`),
    json(`/v1/systems/${system}/duties?on=${day}&limit=100`),
    json(`/v1/systems/${system}/versions?limit=100`),
    json(`/v1/systems/${system}/events?limit=100`),
    json(`/v1/systems/${system}/figures?limit=100`),
  ]);
  const files: { [file: string]: string } = {
    'record.json': pretty(record),
    'row.csv': await get(`/v1/systems.csv?${ofOrganisation}`, 'text/csv'),
    'linked-data.jsonld': pretty(JSON.parse(await get(`/systems/${system}.jsonld`, 'application/ld+json'))),
    'standards.json': pretty(inStandards),
    'feed.json': pretty(
      JSON.parse(await get(`/feeds/system.json?id=${system}&language=${languages[0]}`, 'application/json')),
    ),
    'history.json': pretty({ gaps, duties: shortly(duties), versions, events, figures }),
  };
  for (const language of languages) {
    const page = await get(`/systems/${system}?language=${language}`, 'text/html');
    files[`page.${language}.html`] = `${linesOf(page)}\n`;
  }
  return files;
}

/** What the page says, without what surrounds it, one element per line. */
const linesOf = (page: string) =>
  page
    .replace(/^[\s\S]*(?=<main)/, '')
    .replace(/(?<=<\/main>)[\s\S]*$/, '')
    .replace(/>(?=<(?!\/))/g, '>\n')
    .trim();

describe('what the register says of', () => {
  test.each(cases)('%s', async (name, { proves, commands }) => {
    expect(proves).not.toBe('');
    const { system } = commands.find((command) => command.system !== undefined)!;
    const outputs = await outputsOf(system!);
    for (const [file, text] of Object.entries(outputs)) {
      const path = join(folder, name, file);
      const said = settled(text, name);
      if (isUpdate) writeFileSync(path, said);
      expect([file, said]).toEqual([file, existsSync(path) ? readFileSync(path, 'utf8') : '(missing)']);
    }
    const there = readdirSync(join(folder, name)).filter((file) => file !== 'case.json');
    expect(there.sort()).toEqual(Object.keys(outputs).sort());
  });

  test('at least twenty cases', () => expect(cases.length).toBeGreaterThanOrEqual(20));
});
