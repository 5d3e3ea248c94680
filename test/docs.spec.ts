import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { eventKinds, type RefusalCode, refusals } from '#domain';
import { projectRoot } from '#event-store';
import { statusOf } from '../apps/server/http/errors.js';

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');

test('every refusal code is documented with its meaning', () => {
  const lines = read('schema/refusals.md').split('\n');
  for (const [code, meaning] of Object.entries(refusals)) {
    const line = lines.find((one) => one.startsWith(`| \`${code}\` |`));
    expect(line).toContain(` | ${meaning} |`);
    expect(line).toContain(` | ${statusOf(code as RefusalCode)} | `);
  }
});

test('every setting is in the README, and every setting in the README exists', () => {
  const used = new Set(
    read('apps/cli/settings.ts')
      .concat(read('apps/cli/main.ts'))
      .match(/VITRINE_[A-Z_]+/g),
  );
  const documented = new Set(read('README.md').match(/VITRINE_[A-Z_]+/g));
  expect([...documented].sort()).toEqual([...used].sort());
});

test('every script is in the README or in CONTRIBUTING', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const parts = (name: string) => name.startsWith('check:') && !name.startsWith('check:real');
  for (const name of Object.keys(scripts).filter((script) => !parts(script)))
    expect(read('README.md') + read('CONTRIBUTING.md')).toMatch(new RegExp(`npm (run )?${name}\\b`));
});

test('every runtime dependency has its reason in the README', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) expect(read('README.md')).toContain(name.replace('@nestjs/', ''));
});

test('every command of the command line is in its README', () => {
  const commands = [...read('apps/cli/main.ts').matchAll(/\.command\('(\w+)'\)/g)].map(([, name]) => name!);
  for (const name of commands) expect(read('apps/cli/README.md')).toMatch(new RegExp(`\\b${name}\\b`));
});

test('every lib and app has a README', () => {
  for (const folder of ['libs', 'apps'])
    for (const name of readdirSync(join(projectRoot, folder)))
      expect(read(`${folder}/${name}/README.md`)).toContain(`# ${name}`);
});

test('every event is in the schema README', () => {
  for (const event of Object.keys(eventKinds)) expect(read('schema/README.md')).toContain(event);
});

test('what the log knows of Node is as its README says', () => {
  const users = readdirSync(join(projectRoot, 'libs/log'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .filter((name) => /from 'node:(fs|fs\/promises|worker_threads|timers\/promises)'/.test(read(`libs/log/${name}`)));
  const [, told] = /Only ([^.]*(?:\.ts[^.]*)*) use files,/.exec(read('libs/log/README.md'))!;
  expect([...told!.matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name).sort()).toEqual(users.sort());
});

test('nobody but the event store knows its tables', () => {
  const sources = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.spec.ts') && !name.startsWith('libs/event-store/')),
  );
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.filter((file) => /vitrine\.(event|payload|log_key|scrubbed)\b/.test(read(file)))).toEqual([]);
  // Advisory locks are listed in one place.
  expect(sources.filter((file) => /advisory\w*\((?!\$\{locks\.)/.test(read(file)))).toEqual([]);
});

test('every code list is in their README, with the number of its codes', () => {
  const readme = read('schema/codelists/README.md').split('\n');
  const lists = readdirSync(join(projectRoot, 'schema/codelists')).filter((name) => name.endsWith('.csv'));
  let codes = 0;
  for (const list of lists) {
    const count = (parse(read(`schema/codelists/${list}`), { columns: true }) as object[]).length;
    codes += count;
    const row = readme.find((line) => line.startsWith(`| [${list}](${list}) |`));
    expect([list, row]).toEqual([list, expect.stringContaining(`| ${count} |`)]);
  }
  expect(readme.join('\n')).toContain(`${lists.length} lists, ${codes} codes.`);
});

/** The documents of the project, without those of packages. */
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
  ['apps', 'libs', 'schema', 'infra', 'test'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules')),
  ),
);

test('files that the READMEs of apps, libs and schema name are there', () => {
  for (const file of documents.filter((name) => /^(apps|libs|schema)\//.test(name))) {
    const folder = join(projectRoot, file, '..');
    const there = readdirSync(folder, { recursive: true }).map(String);
    const gone = [...read(file).matchAll(/`((?:[\w-]+\/)*[\w.-]+\.(?:ts|mjs|sql|graphql))`/g)]
      .map(([, name]) => name!)
      .filter(
        (name) =>
          !there.some((one) => one === name || one.endsWith(`/${name}`)) && !existsSync(join(projectRoot, name)),
      );
    expect([file, gone]).toEqual([file, []]);
  }
});

test('links in the documents lead somewhere', () => {
  for (const file of documents)
    for (const [, link] of read(file).matchAll(/\]\(((?!http)[^)#]+)\)/g))
      expect([link, existsSync(join(projectRoot, file, '..', link!))]).toEqual([link, true]);
});
