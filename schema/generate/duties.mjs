import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { banner, root } from './sources.mjs';

const folder = join(root, 'schema/duties');
const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

/** The duties (schema/duties/*.v1.json), by id and version, and what the register does not judge. Throws if an id does not fit its file or an obligation is unknown. */
export function readDuties(codelists) {
  const obligations = new Set(codelists.find(({ name }) => name === 'obligation').rows.map(({ code }) => code));
  const files = readdirSync(folder).filter((file) => /[.]v\d+[.]json$/.test(file));
  const duties = files.map((file) => ({ file, duty: read(file) }));
  const faults = duties.flatMap(({ file, duty: { id, version, obligation } }) => [
    ...(file === `${id.replace('/', '.')}.v${version}.json` ? [] : [`${file}: it says ${id}, version ${version}`]),
    ...(obligations.has(obligation) ? [] : [`${file}: no obligation ${obligation}`]),
  ]);
  if (faults.length > 0) throw new Error(`schema/duties: ${faults.join('; ')}`);
  const order = (a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }) || a.version - b.version;
  return { duties: duties.map(({ duty }) => duty).sort(order), ...read('not-recorded.json') };
}

export function dutyModule({ duties, notRecordedHere }) {
  return [
    `// ${banner}`,
    "import type { Duty } from '../duties/duty.js';",
    '/** Duties of the law and of good practice (schema/duties). */',
    `export const duties: Duty[] = ${JSON.stringify(duties, null, 1)};`,
    '/** Duties that no event of a system could meet: they are named and never judged. */',
    `export const notRecordedHere: { cite: string; why: string }[] = ${JSON.stringify(notRecordedHere)};`,
    '',
  ].join('\n');
}

/** The table of duties by article, for people. */
export function dutyTable({ duties, notRecordedHere }) {
  const rows = duties.map((duty) => {
    const { id, version, article, kind, binds, applies, dates, met, settled } = duty;
    const cells = [
      `\`${id}\` (${version})`,
      kind === 'law' ? article.cite : 'good practice',
      wordsOf(binds) || 'everybody',
      wordsOf(applies) || 'always',
      dates.map(dateWords).join('; or by another reading: '),
      metWords(met),
      `${settled.is ? 'yes' : '**no**'}. ${settled.note}`,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    `<!-- ${banner} -->`,
    '# Duties',
    '',
    'What the law, or good practice, asks of a system and of who uses it, as data: one file for each version of a duty. `libs/projections/duties` interprets',
    'them; [duty.schema.json](duty.schema.json) says what an entry may hold. A country adds a file.',
    '',
    'On a day a duty is not asked yet, met, missing, missing by one reading of the law, declared not done, rejected, expired, or unknown, and then it is said',
    'which facts are lacking. Only what every reading says is *missing*. What is withheld is not missing. An entry keeps its versions: what was shown',
    'stays what was shown.',
    '',
    '| duty (version) | source | whom it binds | which systems | from when | what meets it | settled |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## Not recorded here',
    '',
    'No event of a system could meet these duties. They are named, and never judged.',
    '',
    '| source | why |',
    '| --- | --- |',
    ...notRecordedHere.map(({ cite, why }) => `| ${cite} | ${why} |`),
    '',
  ].join('\n');
}

function wordsOf(condition) {
  if (condition.all) return condition.all.map(wordsOf).filter(Boolean).join(' and ');
  if (condition.any) return `(${condition.any.map(wordsOf).join(' or ')})`;
  if (condition.not) return `not (${wordsOf(condition.not)})`;
  const { fact, is, known, in: one, some, someNot, every, atLeast } = condition;
  if (is) return `${fact} = ${is}`;
  if (known) return `${fact} is known to be ${known}`;
  if (one) return `${fact}: ${one.join(', ')}`;
  if (some) return `${fact} has ${some.length > 4 ? `one of ${some[0]} to ${some.at(-1)}` : some.join(' or ')}`;
  if (someNot) return `${fact} has another than ${someNot.join(', ')}`;
  if (every) return `${fact} has only ${every.length > 4 ? `${every[0]} to ${every.at(-1)}` : every.join(', ')}`;
  return `${fact} at least ${atLeast}`;
}

function dateWords({ reading, on }) {
  const days = on.map(({ if: when, from, legacy }) => {
    const start = from ?? 'always';
    const old = legacy ? ` (there before ${legacy.inServiceBefore}: ${legacy.from}, ${legacy.source})` : '';
    return `${start}${when ? ` where ${wordsOf(when)}` : ''}${old}`;
  });
  return `${days.join(', ')}. ${reading}`;
}

function metWords(met) {
  const [[kind, value]] = Object.entries(met);
  const parties = (groups) => groups.map((group) => group.join(' or ')).join(' and ');
  switch (kind) {
    case 'never':
      return 'nothing but the end of use';
    case 'part':
      return `\`${value}\` of the record`;
    case 'field':
      return `\`${value}\`${met.met ? `: ${met.met.join(', ')}` : ''}`;
    case 'assessment':
      return `assessment: ${value.kinds.join(', ')}${value.everyMonths ? `, every ${value.everyMonths} months` : ''}`;
    case 'assessmentTold':
      return `${value.parties.join(', ')} told of ${value.kinds.join(', ')}`;
    case 'told':
      return `people are told${value.by ? ` by ${value.by.join(', ')}` : ''}, wherever it runs`;
    case 'incidents':
      return `of each incident ${parties(value.parties)} told${
        Object.values(value.days).length > 0
          ? ` within ${Object.entries(value.days)
              .map(([code, days]) => `${days} days${code === '*' ? '' : ` (${code})`}`)
              .join(', ')}`
          : ''
      }`;
    case 'suspensions':
      return `of a suspension for ${value.causes.join(', ')}: ${parties(value.parties)} told`;
    case 'figures':
      return `figures every ${value.everyMonths} months`;
    case 'review':
      return 'the review by its day';
    case 'requests':
      return 'an answer by its day';
    default:
      return 'publication after the last day';
  }
}
