import { LogError } from '../../libs/log/log-error.js';
import { formatVerifierKey, parseVerifierKey, shortForm, type VerifierKey } from '../../libs/log/note.js';
import type { Receipt } from '../../libs/log/receipt.js';
import type { VerifiedStreams } from '../../libs/log/streams.js';
import type { Verification } from '../../libs/log/verify.js';
import { type Checked, checkFile, checkRegister, logFilesAmong, logFilesAt } from './check.js';

// The page /verify. What it says in words stands in the page itself, in the reader's language.
type Words = { [key: string]: string };
type Labels = { [list: string]: { [code: string]: string } };

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const { words, labels, locale, keys } = JSON.parse(element('words').textContent!) as {
  words: Words;
  labels: Labels;
  /** That of the reader's language, for days and numbers. */
  locale: string;
  /** The keys of this site's log, all that it ever had. */
  keys: string[];
};
const { lang } = document.documentElement;

/** A text of the page, with values in its places. */
const say = (key: string, values: { [name: string]: string | number } = {}): string =>
  words[key]!.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]!;
    return typeof value === 'number' ? value.toLocaleString(locale) : value;
  });
const labelOf = (list: string, code: string | undefined) => (code && labels[list]?.[code]) || code;
const dayOf = (day: string) =>
  new Date(`${day}T00:00:00Z`)
    .toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'UTC' })
    .replace(/^1(?!\d)/, words['first']!);

const result = element('result');
const typedKey = () =>
  parseVerifierKey(
    element<HTMLInputElement>('vkey')
      .value.trim()
      .replace(/^["']|["']$/g, ''),
  );

/** The key that is typed; for one of this site's, all of them: it may have changed since something was signed. */
function keysInUse(): VerifierKey[] {
  const typed = typedKey();
  const known = keys.includes(formatVerifierKey(typed)) ? keys.map(parseVerifierKey) : [];
  return [typed, ...known.filter(({ id }) => id !== typed.id)];
}

function add<K extends keyof HTMLElementTagNameMap>(to: Node, name: K, text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  return to.appendChild(made);
}

function list(title: string, lines: (string | undefined)[]): void {
  const given = lines.filter((line) => line !== undefined);
  if (given.length === 0) return;
  add(result, 'h3', say(title));
  const items = add(result, 'ul');
  for (const line of given) add(items, 'li', line);
}

/** Whether a check came to an end, and what is wrong if something is. */
function conclude(holds: boolean, otherwise = 'fails'): void {
  const line = add(result, 'p', say(holds ? 'holds' : otherwise));
  line.className = holds ? 'banner' : 'gap';
}

function tellDetails(lines: string[]): void {
  if (lines.length === 0) return;
  const details = add(result, 'details');
  add(details, 'summary', say('details'));
  const items = add(details, 'ul');
  items.lang = 'en';
  for (const line of lines) add(items, 'li', line);
}

/** What to say of a check that ended with an error. `isFile`: of a file at hand, of which nothing is missing that could come later. */
function wordOf(error: unknown, isFile: boolean): string {
  if (error instanceof SyntaxError) return 'unreadable';
  if (!(error instanceof LogError)) return isFile ? 'fails' : 'unfinished';
  if (error.code === 'KEY_MALFORMED') return 'noKey';
  return error.code === 'SIGNATURE_MISSING' ? 'otherKey' : 'fails';
}

async function check(work: () => Promise<void>, isFile: boolean): Promise<void> {
  result.replaceChildren();
  element('tools').inert = true;
  try {
    await work();
  } catch (error) {
    result.replaceChildren();
    conclude(false, wordOf(error, isFile));
    tellDetails([error instanceof Error ? error.message : String(error)]);
  }
  element('tools').inert = false;
  result.focus();
}

async function checkChosenFile(): Promise<void> {
  const file = element<HTMLInputElement>('file').files?.[0];
  if (!file) return;
  const checked = checkFile(await file.text(), keysInUse());
  conclude(true);
  if (checked.kind === 'receipt') tellReceipt(checked.is);
  else tellStatement(checked);
}

const stateOf = ({ checkpoint, signatures }: Pick<Receipt, 'checkpoint' | 'signatures'>) =>
  say('state', { n: checkpoint.size, key: signatures.map(({ key: { id } }) => id).join(', ') });

function tellReceipt(receipt: Receipt): void {
  const { index, envelope, checkpoint } = receipt;
  const type = labelOf('event-type', envelope.type) ?? envelope.type;
  const of = envelope.system ?? envelope.organisation;
  list('proved', [say('event', { log: checkpoint.origin, n: String(index), type, of }), stateOf(receipt)]);
  list('notChecked', [say('noContent')]);
}

type Judged = { duty: string; status: string; since: string };
type Entry = { obligation?: string; article?: { cite?: string } };

/** What an obligation is called says what is lacking, so it is told of a duty only if that is so. */
const lacking = ['missing', 'missing-by-one-reading', 'not-done', 'rejected', 'expired'];

/** Duties in words: each that lacks something, since when; then the others, by what they came to. */
function dutiesIn(judged: (Judged & { entry: Entry })[]): string[] {
  const citeOf = ({ duty, entry }: (typeof judged)[number]) =>
    (duty.startsWith('vitrine/') ? duty : entry.article?.cite) ?? duty;
  const gaps = judged.filter(({ status }) => lacking.includes(status));
  const rest = new Map<string, string[]>();
  for (const one of judged)
    if (!gaps.includes(one)) rest.set(one.status, [...(rest.get(one.status) ?? []), citeOf(one)]);
  return [
    ...gaps.map((one) => {
      const name = `${labelOf('obligation', one.entry.obligation)} (${citeOf(one)})`;
      return `${name}: ${labelOf('duty-status', one.status)} · ${say('since')}: ${dayOf(one.since)}`;
    }),
    ...[...rest].map(([status, cites]) => `${labelOf('duty-status', status)}: ${cites.join(', ')}`),
  ];
}

/** What of the record matters most for a decision. */
type Stated = {
  name?: { [language: string]: string };
  status?: string;
  risk?: { class?: string };
  oversight?: { mode?: string }[];
  version?: string;
};

function tellStatement(checked: Exclude<Checked, { kind: 'receipt' }>): void {
  tellProved(checked.is);
  add(result, 'h3', say('word'));
  add(result, 'p', say('alone', { date: dayOf(checked.is.on) }));
  const items = add(result, 'ul');
  const judged =
    checked.kind === 'statement'
      ? [{ ...checked.is, entry: checked.entry as Entry }]
      : checked.is.duties.map((duty, i) => ({ ...duty, entry: checked.entries[i] as Entry }));
  if (checked.kind === 'decision') {
    const { record, system } = checked.is;
    const { name, status, risk, oversight, version } = record as Stated;
    const stated = [
      name?.[lang] ?? Object.values(name ?? {})[0],
      system,
      version,
      labelOf('system-status', status),
      labelOf('risk-class', risk?.class),
      ...new Set(oversight?.map(({ mode }) => labelOf('oversight-mode', mode))),
    ];
    add(items, 'li', stated.filter((value) => value !== undefined).join(' · '));
    const details = add(result, 'details');
    add(details, 'summary', 'JSON');
    add(details, 'pre', JSON.stringify(record, null, 2));
  }
  for (const line of dutiesIn(judged)) add(items, 'li', line);
  const absent = checked.is.entries.reduce((sum, entry) => sum + entry.absent.length, 0);
  list('notChecked', [absent > 0 ? say('missing', { n: absent }) : undefined, say('fold')]);
}

function tellProved({ streams, entries }: VerifiedStreams): void {
  list('proved', [...streams.map(({ name, events }) => say('stream', { name, n: events })), stateOf(entries[0]!)]);
}

async function checkAll(read: ReturnType<typeof logFilesAt> | undefined): Promise<void> {
  if (!read) throw new SyntaxError('There is no file named "checkpoint" in this folder.');
  const bar = add(result, 'progress');
  bar.setAttribute('aria-label', say('whole'));
  const line = add(result, 'p');
  let told = 0;
  const found = await checkRegister(read, keysInUse(), (done, total) => {
    if (done < total && Date.now() - told < 100) return;
    told = Date.now();
    bar.max = total;
    bar.value = done;
    line.textContent = say('progress', { done, total });
  });
  result.replaceChildren();
  tellRegister(found);
}

function tellRegister({ checkpoint, events, payloads, erased, faults, faultCount, notMade }: Verification): void {
  conclude(faultCount === 0 && checkpoint !== undefined);
  const log = checkpoint?.origin ?? '';
  if (faultCount === 0)
    list('proved', [
      say('events', { log, n: events }),
      say('contents', { n: payloads }),
      say('erased', { n: erased.length }),
    ]);
  list('notChecked', [
    say('onlyLog'),
    checkpoint && say('sameForAll', { root: `${checkpoint.size} ${checkpoint.root.toString('base64')}` }),
  ]);
  tellDetails([...notMade, ...faults.slice(0, 50).map(({ where, what }) => `${where}: ${what}`)]);
}

const onSubmit = (id: string, work: () => Promise<void>) =>
  element(id).addEventListener('submit', (event) => {
    event.preventDefault();
    void check(work, id === 'of-file');
  });
onSubmit('of-file', checkChosenFile);
onSubmit('of-site', () => checkAll(logFilesAt('/log/')));
onSubmit('of-folder', () => checkAll(logFilesAmong(element<HTMLInputElement>('folder').files ?? [])));
element('vkey').addEventListener('input', () => {
  let short = '?';
  try {
    short = shortForm(typedKey());
  } catch {
    // What is being typed is no key yet.
  }
  element('short').textContent = short;
});
element('tools').hidden = false;
element('no-script').hidden = true;
