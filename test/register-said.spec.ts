// What a small register of three cases says about itself and everything in it, compared with files that were reviewed once.
// After an intended change: UPDATE_CASES=1 npm test -- register-said, and review the diff.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { projectRoot } from '#event-store';
import { buildDump, licences } from '#exports';
import { openTestRegister, type TestRegister } from './setup/register.js';

const cases = ['whole-life', 'two-languages', 'name-only'];
const folder = join(projectRoot, 'test/register-said');
const isUpdate = process.env['UPDATE_CASES'] === '1';
const day = '2026-11-01';
const actor = { organisation: operator, role: 'administrator' } as const;
let t: TestRegister;
const ids: string[] = [];

beforeAll(async () => {
  t = await openTestRegister({ clock: () => Date.parse(`${day}T12:00:00Z`) });
  for (const name of cases) {
    const file = join(projectRoot, 'test/cases', name, 'case.json');
    const { commands } = JSON.parse(readFileSync(file, 'utf8')) as { commands: object[] };
    for (const [i, command] of commands.entries()) {
      const submission = parseSubmission({ ...command, idempotencyKey: `${name} ${i}` });
      ids.push((await t.register.commands.handle(submission, actor)).eventId);
    }
  }
  await t.settled();
  if (isUpdate) mkdirSync(folder, { recursive: true });
});
afterAll(() => t.close());

/** Replaces what differs between runs. */
function settled(text: string): string {
  let plain = text;
  for (const [i, id] of ids.entries()) plain = plain.replaceAll(id, `(event ${i})`);
  return plain
    .replaceAll(t.url, '(address)')
    .replace(/(<style>)[^<]*/g, '$1(style)')
    .replace(/[0-9a-f]{64}/g, '(hash)')
    .replace(/"rootHash": "[^"]+"/, '"rootHash": "(hash)"')
    .replace(/"(bytes|stats:bytes)": ?\d+/g, '"$1": "(size)"')
    .replace(/dcat:byteSize "?\d+"?/g, 'dcat:byteSize (size)')
    .replace(/(?:<responseDate>)[^<]+/, '<responseDate>(now)');
}

function compare(file: string, text: string): void {
  const path = join(folder, file);
  const said = settled(text);
  if (isUpdate) writeFileSync(path, said);
  expect([file, said]).toEqual([file, existsSync(path) ? readFileSync(path, 'utf8') : '(missing)']);
}

/** One element per line. */
const linesOf = (markup: string) => `${markup.replace(/>\s*(?=<(?!\/))/g, '>\n').trim()}\n`;
/** Leaves out later months, because the series continues up to the current month. */
const upToOctober = (csv: string) =>
  csv
    .split('\r\n')
    .filter((row) => row < '2026-11' || row.startsWith('month'))
    .join('\r\n');
const pretty = (json: string) => `${JSON.stringify(JSON.parse(json), null, 2)}\n`;

const answers: [file: string, path: string, accept: string, shown?: (text: string) => string][] = [
  ['home.en.html', '/?language=en', 'text/html', linesOf],
  ['home.it.html', '/?language=it', 'text/html', linesOf],
  ['systems.de.html', '/systems?language=de', 'text/html', linesOf],
  ['dumps.fr.html', '/exports?language=fr', 'text/html', linesOf],
  ['api.html', '/docs/api', 'text/html', linesOf],
  ['refusals.html', '/docs/refusals', 'text/html', linesOf],
  ['catalog.ttl', '/catalog.ttl', 'text/turtle'],
  ['oai-identify.xml', '/oai?verb=Identify', 'text/xml', linesOf],
  ['oai-records.xml', '/oai?verb=ListRecords&metadataPrefix=dcat_ap', 'text/xml', linesOf],
  ['ldes-root.trig', '/ldes/root.trig', 'application/trig'],
  ['sitemap.xml', '/sitemap.xml', 'application/xml', linesOf],
  ['api-catalog.json', '/.well-known/api-catalog', 'application/linkset+json', pretty],
  ['robots.txt', '/robots.txt', 'text/plain'],
  ['feed.atom', '/feeds/register.atom?language=es', 'application/atom+xml'],
  ['feed.json', '/feeds/organisation.json?id=urn:vitrine:org:local:two-languages&language=fr', '*/*', pretty],
  ['organisations.json', '/v1/organisations', 'application/json', pretty],
  ['organisations.csv', '/v1/organisations.csv', 'text/csv'],
  ['organisation.ttl', '/organisations/urn:vitrine:org:local:whole-life', 'text/turtle'],
  ['suppliers.json', '/v1/suppliers', 'application/json', pretty],
  ['contracts.csv', '/v1/contracts.csv?language=nl', 'text/csv'],
  ['figures.csv', '/v1/figures.csv', 'text/csv'],
  ['gaps.csv', `/v1/gaps.csv?on=${day}&language=ca`, 'text/csv'],
  ['statistics.json', '/v1/statistics', 'application/json', pretty],
  ['statistics-domain.json', '/v1/statistics/systems?by=domain', 'application/json', pretty],
  ['status-by-month.csv', '/v1/statistics/status-by-month.csv', 'text/csv', upToOctober],
  ['events-by-month.csv', '/v1/statistics/events-by-month.csv', 'text/csv'],
  ['codelist.csv', '/v1/codelists/system-status/codes.csv', 'text/csv'],
  ['codelists.json', '/v1/codelists', 'application/json', pretty],
  ['standards.json', '/v1/standards', 'application/json', pretty],
  ['events.csv', '/v1/events.csv?limit=5', 'text/csv'],
];

test.each(answers)('%s', async (file, path, accept, shown = (text) => text) => {
  const answer = await fetch(t.url + path, { headers: { accept } });
  const text = await answer.text();
  expect([path, answer.status, answer.status === 200 ? '' : text]).toEqual([path, 200, '']);
  compare(file, shown(text));
});

test('the dump', async () => {
  const place = mkdtempSync(join(tmpdir(), 'vitrine-said-'));
  try {
    await buildDump(t.register.exporting, place, { origin: 'test.example', licence: licences[0]!, formats: ['csv'] });
    // zstd comes with Node from 22.15 on.
    const files = readdirSync(place).filter((name) => !name.endsWith('.zst'));
    compare('dump.txt', `${files.sort().join('\n')}\n`);
    for (const file of files.filter((name) =>
      /^(datapackage[.]json|(codebook|organisations|standard-.*)[.]csv)$/.test(name),
    ))
      compare(`dump-${file}`, readFileSync(join(place, file), 'utf8'));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
