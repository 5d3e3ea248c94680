// Mutation testing: deliberate faults, one at a time, drawn with a seed and spread over libs and apps in proportion to their lines; the
// nearest suites must notice each.   npm run harness:mutants [-- HOW MANY [SEED [FOLDER]]]
// The survivors of an earlier run, from its output:   npm run harness:mutants -- again FILE
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { type Database, projectRoot, startEmbeddedPostgres } from '#event-store';

const again = process.argv[2] === 'again' ? readFileSync(process.argv[3]!, 'utf8') : undefined;
const wanted = again === undefined ? Number(process.argv[2] ?? 150) : 0;
const seed = again === undefined ? Number(process.argv[3] ?? Date.now() % 1_000_000_000) : 0;
const only = process.argv[4] ?? '';
/** A suite that takes this much longer than without a fault has hung. */
const patience = { times: 6, milliseconds: 60_000 };

/** The suites that are nearest to a folder, as patterns of their names. The first matching folder counts. */
const nearest: [string, string[]][] = [
  ['libs/domain/corrections', ['libs/domain', 'test/corrections']],
  [
    'libs/domain',
    [
      'libs/domain',
      'libs/commands/handle',
      'test/cases',
      'test/schemas',
      'test/record',
      'test/deployments',
      'test/erasure',
    ],
  ],
  ['libs/event-store/kurrent', ['libs/event-store/kurrent']],
  ['libs/event-store/ordered-log', ['libs/event-store/kurrent', 'test/kurrent']],
  ['libs/event-store/upcast', ['test/schema-versions']],
  ['libs/event-store/postgres/log-copy', ['libs/event-store/kurrent', 'test/kurrent']],
  [
    'libs/event-store',
    [
      'libs/event-store/[a-j,l-z]',
      'libs/event-store/postgres',
      'libs/commands',
      'test/erasure',
      'test/schema-versions',
    ],
  ],
  ['libs/commands', ['libs/commands', 'test/hostile', 'test/rest', 'test/schemas', 'test/identity']],
  ['libs/log/statement', ['test/statement']],
  ['libs/log/decision', ['test/statement']],
  ['libs/log/streams', ['test/statement']],
  ['libs/log', ['libs/log', 'test/log', 'test/second-log', 'test/restore']],
  ['libs/projections/search', ['test/search', 'libs/projections', 'test/graphql']],
  ['libs/projections/duties', ['libs/projections/duties', 'test/duties', 'test/statement', 'test/schemas']],
  ['libs/projections/gaps', ['libs/projections', 'test/duties', 'test/days', 'test/portal', 'test/graphql']],
  ['libs/projections/days', ['test/days', 'test/as-of']],
  ['libs/projections/records-at', ['test/days', 'test/as-of']],
  ['libs/projections/signals', ['libs/projections/signals', 'test/signals']],
  [
    'libs/projections',
    [
      'libs/projections',
      'test/two-logs',
      'test/cases',
      'test/as-of',
      'test/corrections',
      'test/graphql',
      'test/rest',
      'test/odd-events',
      'test/register-said',
      'libs/imports/import',
      'test/deployments',
      'test/portal',
      'test/days',
    ],
  ],
  ['libs/standards', ['test/standards', 'test/cases', 'test/round-trip', 'test/record']],
  ['libs/exports/archive', ['test/cli', 'test/dumps']],
  ['libs/exports/catalogue', ['test/register-said', 'test/open-data', 'test/linked-data']],
  ['libs/exports/dump', ['test/register-said', 'test/dumps', 'test/dump-files', 'test/open-data', 'test/erasure']],
  ['libs/exports/feeds', ['test/register-said', 'test/feeds', 'test/cases']],
  ['libs/exports/ldes', ['test/linked-data', 'test/open-data', 'test/cli']],
  [
    'libs/exports/pages',
    ['libs/exports/pages', 'test/register-said', 'test/pages', 'test/portal', 'test/cases', 'test/record'],
  ],
  ['libs/exports/rdf', ['test/linked-data', 'test/cases', 'test/open-data']],
  ['libs/exports/standards', ['test/standards', 'test/cases', 'test/register-said', 'test/open-data']],
  [
    'libs/exports',
    [
      'test/register-said',
      'test/cases',
      'test/dumps',
      'test/open-data',
      'test/pages',
      'test/record',
      'test/two-logs',
      'test/rest',
    ],
  ],
  ['libs/imports', ['libs/imports', 'test/round-trip', 'test/record']],
  ['apps/server/register/webhooks', ['test/webhooks']],
  ['apps/server/register/register', ['test/webhooks', 'test/operation', 'test/rest', 'test/log', 'test/dumps']],
  [
    'apps/server/register',
    ['apps/server/register', 'test/faults', 'test/rest', 'test/identity', 'test/operation', 'test/second-log'],
  ],
  [
    'apps/server/http',
    ['apps/server/http', 'test/rest', 'test/portal', 'test/hostile', 'test/openapi', 'test/graphql'],
  ],
  ['apps/server/api/rest/statement', ['test/statement']],
  ['apps/server/api/webhooks', ['test/webhooks', 'test/openapi']],
  ['apps/server/api/graphql', ['test/graphql', 'test/stream', 'test/operation', 'test/hostile', 'test/executors']],
  ['apps/server/api/feeds', ['test/register-said', 'test/feeds', 'test/cases']],
  ['apps/server/api/rest', ['test/register-said', 'test/rest', 'test/openapi', 'test/cases', 'test/hostile']],
  [
    'apps/server/portal',
    [
      'apps/server/portal',
      'test/register-said',
      'test/portal',
      'test/signs',
      'test/pages',
      'test/cases',
      'test/dump-files',
    ],
  ],
  ['apps/server/open-data/log', ['test/log', 'test/open-data']],
  [
    'apps/server/open-data',
    ['test/register-said', 'test/open-data', 'test/linked-data', 'test/dump-files', 'test/log'],
  ],
  ['apps/server', ['apps/server', 'test/operation', 'test/rest', 'test/hostile', 'test/openapi', 'test/open-data']],
  ['apps/cli/verify', ['test/log', 'test/cli', 'test/restore']],
  ['apps/cli/import', ['test/cli', 'libs/imports', 'test/round-trip']],
  ['apps/cli/erase', ['test/erasure', 'test/cli']],
  ['apps/cli', ['test/cli', 'test/restore', 'test/dumps', 'test/operation']],
];

type Mutant = {
  file: string;
  line: number;
  operator: string;
  before: string;
  after: string;
  start: number;
  end: number;
};

/** The files of libs and apps that are written by hand. */
const sources = ['libs', 'apps'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter(
      (name) =>
        /[.]tsx?$/.test(name) && !/[.]spec[.]ts$|generated|contract[.]ts$|given[.]ts$|[/]index[.]ts$/.test(name),
    )
    .filter((name) => name.startsWith(only)),
);

/**
 * Places where a fault changes no answer, only a log line, a progress bar, the speed or a point in time, so that no test of the answers could
 * notice it. They are left out as arid, as is usual in mutation testing.
 */
function isArid(node: ts.Node): boolean {
  const text = node.getText();
  if (ts.isExpressionStatement(node))
    return /^(console|logger|progress|bar|onStep|onFile|onRebuild|timer)\b|[.]unref[(]/.test(text);
  if (ts.isPropertyAssignment(node)) {
    const { properties } = node.parent as ts.ObjectLiteralExpression;
    const names = new Set(properties.map((one) => one.name?.getText()));
    // The name of a prepared statement; the name and number of connections; indexes.
    return (
      /^(application_name|max|jit|indexes)$/.test(node.name.getText()) ||
      (node.name.getText() === 'name' && names.has('text'))
    );
  }
  if (ts.isBinaryExpression(node))
    return /now[(][)]|Milliseconds|performance|[.]size > max|maxStates|maxHeads/.test(text);
  for (let up: ts.Node = node; up; up = up.parent)
    if (ts.isVariableDeclaration(up))
      return up.parent.parent.parent.kind === ts.SyntaxKind.SourceFile && tuning.test(up.name.getText());
  return false;
}

/** Names of constants that tune durations and batch sizes rather than define what is allowed. */
const tuning = /Milliseconds|Seconds|Minutes|AtOnce|InBatch|InTurn|Pause$|Tries$|^(kept|slow|longest|locks?[A-Z])/;

/** All mutants of a file. */
function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  const found: Mutant[] = [];
  const add = (node: ts.Node, operator: string, after: string, start = node.getStart(), end = node.getEnd()) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    found.push({ file, line: line + 1, operator, before: text.slice(start, end), after, start, end });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const tried = found.length;
    if (ts.isIfStatement(node)) add(node.expression, 'condition', `!(${node.expression.getText()})`);
    else if (ts.isConditionalExpression(node)) add(node.condition, 'condition', `!(${node.condition.getText()})`);
    else if (ts.isBinaryExpression(node)) {
      const other = swapped[node.operatorToken.getText()];
      if (other) add(node.operatorToken, other[0], other[1]);
    } else if (ts.isNumericLiteral(node) && !ts.isPropertyAssignment(node.parent))
      add(node, 'number', `(${node.text} + 1)`);
    else if (
      ts.isStringLiteral(node) &&
      /^(en|nl|fr|de|es|ca|it)$/.test(node.text) &&
      !ts.isPropertyAssignment(node.parent)
    )
      add(node, 'language', node.text === 'en' ? "'nl'" : "'en'");
    else if (ts.isCallExpression(node)) {
      const name = node.expression.getText();
      const [first] = node.arguments;
      if (/^(toHtml|escapeXml|encodeURIComponent|safeCell)$/.test(name) && first) add(node, 'escape', first.getText());
      else if (
        /[.](filter|sort|toSorted|reverse|toReversed)$/.test(name) &&
        ts.isPropertyAccessExpression(node.expression)
      )
        add(node, 'left out', node.expression.expression.getText());
      else if (/[.](toISOString[(][)][.])?slice$/.test(name) && node.arguments.length === 2)
        add(node, 'date', name.replace(/[.]slice$/, ''));
    } else if (
      ts.isPropertyAssignment(node) &&
      ts.isObjectLiteralExpression(node.parent) &&
      node.parent.properties.length > 2
    ) {
      const next = node.parent.properties[node.parent.properties.indexOf(node) + 1];
      if (next) add(node, 'missing field', '', node.getStart(), next.getStart());
    } else if (
      ts.isExpressionStatement(node) &&
      ts.isCallExpression(node.expression) &&
      !/super|describe/.test(node.getText().slice(0, 10))
    )
      add(node, 'missing step', ';');
    if (found.length > tried && isArid(node)) found.splice(tried);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const swapped: { [operator: string]: [string, string] } = {
  '<': ['boundary', '<='],
  '<=': ['boundary', '<'],
  '>': ['boundary', '>='],
  '>=': ['boundary', '>'],
  '===': ['condition', '!=='],
  '!==': ['condition', '==='],
  '&&': ['condition', '||'],
  '||': ['condition', '&&'],
  '+': ['boundary', '-'],
  '-': ['boundary', '+'],
};

/** Draws mutants: from each file in proportion to its lines, taking the operators in turn. */
function draw(): Mutant[] {
  const random = randomFrom(seed);
  const shuffle = <T>(list: T[]) =>
    list
      .map((item) => ({ item, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  const weighted = sources.flatMap((file) => {
    const lines = readFileSync(join(projectRoot, file), 'utf8').split('\n').length;
    return Array.from({ length: Math.ceil(lines / 10) }, () => file);
  });
  const left = new Map(sources.map((file) => [file, shuffle(mutantsOf(file))]));
  const drawn: Mutant[] = [];
  for (const file of shuffle(weighted)) {
    const own = left.get(file)!;
    const used = new Set(drawn.filter((mutant) => mutant.file === file).map(({ operator }) => operator));
    const at = own.findIndex(({ operator }) => !used.has(operator));
    const [mutant] = own.splice(Math.max(at, 0), 1);
    if (mutant) drawn.push(mutant);
    if (drawn.length === wanted) break;
  }
  return drawn;
}

/** The survivors that an earlier run printed, in today's code: their lines may have moved. Names those that no longer exist. */
function drawAgain(printed: string): Mutant[] {
  return [...printed.matchAll(/^SURVIVES ((\S+):(\d+) (.+))$/gm)].flatMap(([, whole, file, line, rest]) => {
    const same = mutantsOf(file!).filter((mutant) => describe(mutant) === rest);
    const [nearest] = same.sort((a, b) => Math.abs(a.line - Number(line)) - Math.abs(b.line - Number(line)));
    if (!nearest) console.log(`no more   ${whole}`);
    return nearest ?? [];
  });
}

const one = (text: string) => text.replace(/\s+/g, ' ').slice(0, 70);
const describe = ({ operator, before, after }: Mutant) => `${operator}: ${one(before)} -> ${one(after) || '(nothing)'}`;

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Creates a copy of the program in which one file at a time is mutated. */
function createPlace(): string {
  const place = mkdtempSync(join(tmpdir(), 'vitrine-mutants-'));
  const folders = ['dist', 'schema', 'test', 'libs', 'apps', 'infra'];
  // Without tsconfig.json the command does not rebuild itself, which would undo the fault.
  const files = readdirSync(projectRoot).filter((name) => /[.](md|json|mjs)$/.test(name) && name !== 'tsconfig.json');
  for (const name of [...folders, ...files])
    cpSync(join(projectRoot, name), join(place, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  symlinkSync(join(projectRoot, 'node_modules'), join(place, 'node_modules'));
  return place;
}

function compile({ file, start, end, after }: Mutant): string {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const { compilerOptions } = ts.readConfigFile(join(projectRoot, 'tsconfig.json'), ts.sys.readFile).config as {
    compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, projectRoot);
  return ts.transpileModule(text.slice(0, start) + after + text.slice(end), {
    compilerOptions: { ...options, module: ts.ModuleKind.ESNext, sourceMap: false, incremental: false },
    fileName: file,
  }).outputText;
}

/** `lasted`: milliseconds that each suite took without a fault. */
type Bench = { place: string; database: Database; lasted: Map<string, number> };

type Failed = { test: string; suite: string | undefined };

/** The first test of these suites that fails, if any. A suite that hangs counts as failed. */
async function failing({ place, database, lasted }: Bench, suites: string[]): Promise<Failed | undefined> {
  const usual = suites.map((suite) => lasted.get(suite));
  const limit = usual.every((known) => known !== undefined)
    ? patience.milliseconds + patience.times * usual.reduce((sum, known) => sum + known, 0)
    : Number.POSITIVE_INFINITY;
  const child = spawn(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--bail', '--runInBand', '--forceExit', ...suites.map((name) => `dist/${name}`)],
    {
      cwd: place,
      env: {
        ...process.env,
        NODE_OPTIONS: '--experimental-vm-modules',
        VITRINE_TEST_POSTGRES: JSON.stringify(database),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    },
  );
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const timer = limit < Number.POSITIVE_INFINITY && setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), limit);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (timer) clearTimeout(timer);
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // None of its processes is left.
  }
  if (code === 0) return undefined;
  return {
    test: /^ +\u25cf (.+)$/m.exec(printed)?.[1] ?? `exit code ${code} of ${suites.join(' ')}: ${printed.slice(-300)}`,
    suite: /^FAIL dist[/](\S+)/m.exec(printed)?.[1],
  };
}

/** A test that fails, and fails again when its suite is run alone: on a busy machine a test can fail by chance. */
async function failingTwice(bench: Bench, suites: string[]): Promise<string | undefined> {
  let left = suites;
  for (let failed = await failing(bench, left); failed; failed = await failing(bench, left)) {
    const { suite } = failed;
    if (suite === undefined) return failed.test;
    const again = await failing(bench, [suite]);
    if (again) return again.test;
    // It failed by chance: run the remaining suites.
    left = suites.filter((name) => !new RegExp(name).test(suite));
    if (left.length === 0) return undefined;
  }
  return undefined;
}

const green = new Map<string, Promise<string | undefined>>();
const lasted = new Map<string, number>();

/** The test of a suite that fails without any fault, if any. Notes how long the suite takes. */
async function timed(bench: Bench, suite: string): Promise<string | undefined> {
  const start = Date.now();
  const red = await failingTwice(bench, [suite]);
  lasted.set(suite, Date.now() - start);
  return red;
}

/** The test that notices a mutant, if any. A suite that fails without any mutant proves nothing, and ends the run. */
async function noticed(bench: Bench, mutant: Mutant): Promise<string | undefined> {
  const suites = nearest.find(([folder]) => mutant.file.startsWith(folder))![1];
  for (const suite of suites) {
    if (!green.has(suite)) green.set(suite, timed(bench, suite));
    const red = await green.get(suite);
    if (red) throw new Error(`Without any fault, this fails: ${red}`);
  }
  const target = join(bench.place, 'dist', mutant.file.replace(/[.]tsx?$/, '.js'));
  const right = readFileSync(target);
  writeFileSync(target, compile(mutant));
  const failed = await failingTwice(bench, suites);
  writeFileSync(target, right);
  return failed;
}

const mutants = again === undefined ? draw() : drawAgain(again);
const survivors: Mutant[] = [];
let done = 0;
async function work(): Promise<void> {
  // Suites create users for the whole database server, so each worker has its own server.
  const home = mkdtempSync(join(tmpdir(), 'vitrine-mutants-home-'));
  const off = { fsync: 'off', synchronous_commit: 'off', max_connections: '200' };
  const postgres = await startEmbeddedPostgres(home, off);
  const bench = { place: createPlace(), database: postgres.database, lasted };
  for (let mutant = mutants.shift(); mutant; mutant = mutants.shift()) {
    const by = await noticed(bench, mutant);
    done++;
    if (!by) survivors.push(mutant);
    const noticing = by ? ` [${one(by)}]` : '';
    console.log(`${by ? 'felled  ' : 'SURVIVES'} ${mutant.file}:${mutant.line} ${describe(mutant)}${noticing}`);
  }
  await postgres.stop();
  for (const folder of [home, bench.place]) rmSync(folder, { recursive: true, force: true });
}
await Promise.all([work(), work()]);
const felled = done - survivors.length;
console.log(
  `${felled} of ${done} felled (${((100 * felled) / done).toFixed(1)} %)${again === undefined ? `, seed ${seed}` : ''}.`,
);
process.exitCode = felled / done >= 0.9 ? 0 : 1;
