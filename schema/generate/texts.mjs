import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { banner, readCommon, root } from './sources.mjs';

const folder = join(root, 'schema/texts');

/**
 * A TypeScript module with the keys of all texts. Throws if a language lacks a text that English has, has an extra one, takes other arguments or
 * uses a straight apostrophe (which ICU takes for a quote) or, in French, a space at which a line may break before ; : ? !; and if a field, a group, a part or one of its members has no heading.
 */
export function textModule(record, events) {
  const texts = readTexts();
  const english = Object.keys(texts.en);
  const known = new Set([...headings(record, events).flat(), ...headingsOfOthers]);
  const faults = [
    ...headings(record, events)
      .filter((keys) => !keys.some((key) => english.includes(key)))
      .map((keys) => `en: there is no ${keys.at(-1)}`),
    ...english
      .filter((key) => isHeading.test(key) && !known.has(key))
      .map((key) => `en: ${key} is of nothing that there is`),
    ...Object.entries(texts).flatMap(([language, own]) =>
      faultsOf(language, own, texts.en).map((fault) => `${language}: ${fault}`),
    ),
  ];
  if (faults.length > 0) throw new Error(`schema/texts: ${faults.join('; ')}`);
  return [
    `// ${banner}`,
    '/** Languages of the pages (schema/texts). */',
    `export const textLanguages = ${JSON.stringify(['en', ...Object.keys(texts).filter((one) => one !== 'en')])} as const;`,
    '/** Keys of what people read. */',
    'export type TextKey =',
    ...english.map((key) => `  | '${key}'`),
    ';',
    '',
  ].join('\n');
}

/** Shown as one unit on a page, so their members need no headings. */
const inOneLine = ['period', 'money', 'link', 'identifier', 'contact'];

const isHeading = /^(group|field|part|member)[.]/;
/** Headings for what is in a record but is not declared in parts.json. */
const headingsOfOthers = [
  ...['corrections', 'withheld', 'erasures'].map((name) => `part.${name}`),
  ...['occurredAt', 'wrong', 'since', 'basis', 'until'].map((name) => `member.${name}`),
  ...['erasures.event', 'erasures.part', 'erasures.erasedBy'].map((name) => `member.${name}`),
  ...['corrections.event', 'corrections.eventType', 'corrections.retracted'].map((name) => `member.${name}`),
];

const readTexts = () =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
  );

/** Everything that must have a heading: for each, the keys that can provide it, the most general last. */
function headings({ groups, fields, parts }, events) {
  const schemas = new Map(events.map((event) => [event.title, event]));
  const common = readCommon();
  const innerOf = (member, schema) => {
    const target = schema.$ref?.startsWith('common') ? schema.$ref.split('/').pop() : undefined;
    if (inOneLine.includes(target)) return [];
    const { properties = {} } = target ? common[target] : schema;
    return Object.entries(properties)
      .filter(([, { type, properties: own }]) => type !== 'object' || own)
      .map(([inner]) => [`member.${member}.${inner}`, `member.${inner}`]);
  };
  const membersOf = (part, event) =>
    Object.entries(schemas.get(event)?.properties ?? {}).flatMap(([member, schema]) => [
      [`member.${part}.${member}`, `member.${member}`],
      ...innerOf(member, schema.items ?? schema),
    ]);
  return [
    ...groups.map((name) => [`group.${name}`]),
    ...fields.map(({ name }) => [`field.${name}`]),
    ...fields.flatMap(({ name, type }) => (common[type] ? innerOf(name, { $ref: `common#/${type}` }) : [])),
    ...parts.flatMap(({ name, event, members = {}, ends = [] }) => [
      [`part.${name}`],
      [`member.${name}.occurredAt`, 'member.occurredAt'],
      ...Object.keys(members).map((member) => [`member.${name}.${member}`, `member.${member}`]),
      ...membersOf(name, event),
      ...ends.flatMap((end) => [
        [`member.${name}.${end.name}`, `member.${end.name}`],
        ...membersOf(end.name, end.event),
      ]),
    ]),
  ];
}

function faultsOf(language, own, english) {
  const missing = Object.keys(english).filter((key) => !own[key]);
  return [
    ...missing.map((key) => `there is no ${key}`),
    ...Object.keys(own)
      .filter((key) => !(key in english))
      .map((key) => `${key} is in no other language`),
    ...Object.entries(own).flatMap(([key, text]) => [
      ...(text.includes("'") ? [`${key} has a straight apostrophe`] : []),
      ...(language === 'fr' && / [:;?!»]|« /.test(text) ? [`${key} has a space at which a line may break`] : []),
      ...(english[key] && argumentsOf(text) !== argumentsOf(english[key]) ? [`${key} takes other arguments`] : []),
    ]),
  ];
}

/** The type of literal text in a message (intl-messageformat). */
const literal = 0;

/** The names of the arguments of a message, including those within plurals. */
function argumentsOf(text) {
  const found = new Set();
  const look = (elements) => {
    for (const { type, value, options } of elements) {
      if (type !== literal && value !== undefined) found.add(value);
      for (const option of Object.values(options ?? {})) look(option.value);
    }
  };
  look(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst());
  return [...found].sort().join(' ');
}
