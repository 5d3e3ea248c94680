import { parts } from '#domain';
import type { SystemRecord } from '#projections';
import { type Field, system } from '../rdf/fields.js';
import { hasText, labelOf, say, type TextKey, type TextLanguage } from '../texts.js';
import { Html } from './layout.js';
import { withheldName } from './record-html.js';
import { valueHtml } from './values.js';

/** What became of one field or part of a record: in a word, and as HTML what it said before and says after. */
export type Change = {
  kind: 'added' | 'changed' | 'removed' | 'withheld' | 'erased';
  title: string;
  before: string;
  after: string;
};

/** What only says when, or is told by other fields; who is in charge is told by those who know the names. */
const toldOtherwise = new Set<string>([
  'organisation',
  'statusSince',
  'statusBefore',
  'changedAt',
  'source',
  'withheld',
  'erasures',
  'incomplete',
  ...parts.flatMap((part) => ('deprecated' in part ? [part.name] : [])),
]);
const compared = system.fields.filter(({ name }) => !toldOtherwise.has(name));

/** What is different between the records of two days; without a record, everything is. Of lists, the entries that only one of them has. */
export function changesBetween(
  before: SystemRecord | undefined,
  after: SystemRecord | undefined,
  language: TextLanguage,
): Change[] {
  const changed = compared.flatMap((field): Change[] => {
    const [old, now] = onlyIn(before?.[field.name as 'name'], after?.[field.name as 'name']);
    const [was, is] = [htmlOf(field, old, language), htmlOf(field, now, language)];
    if (was === is) return [];
    const kind = was === '' ? 'added' : is === '' ? 'removed' : 'changed';
    return [{ kind, title: titleOf(field.name, language), before: was, after: is }];
  });
  const hidden = Object.keys(after?.withheld ?? {}).filter((field) => before?.withheld?.[field] === undefined);
  const erased = (after?.erasures ?? []).slice(before?.erasures?.length ?? 0);
  return [
    ...changed,
    ...hidden.map((field): Change => {
      const { basis } = after!.withheld![field]!;
      const why = basis === undefined ? '' : labelOf('withholding-basis', basis, language);
      return { kind: 'withheld', title: withheldName(field, language), before: '', after: why };
    }),
    ...erased.map(({ part, basis }): Change => {
      const title = say(language, part === 'contact' ? 'page.part.contact' : 'page.part.content');
      return { kind: 'erased', title, before: '', after: labelOf('erasure-basis', basis, language) };
    }),
  ];
}

/** Of two lists, the entries that the other does not have; other values as they are. */
function onlyIn(before: unknown, after: unknown): [unknown, unknown] {
  if (!Array.isArray(before ?? []) || !Array.isArray(after ?? [])) return [before, after];
  const [old, now] = [before ?? [], after ?? []] as [unknown[], unknown[]];
  const missing = (one: unknown[], other: unknown[]) => {
    const known = new Set(other.map((entry) => JSON.stringify(entry)));
    const rest = one.filter((entry) => !known.has(JSON.stringify(entry)));
    return rest.length === 0 ? undefined : rest;
  };
  return [missing(old, now), missing(now, old)];
}

const htmlOf = (field: Field, value: unknown, language: TextLanguage) =>
  value === undefined ? '' : valueHtml(field, value, language);

function titleOf(name: string, language: TextLanguage): string {
  const keys: { [name: string]: TextKey } = {
    status: 'page.status',
    registeredAt: 'page.registered',
    confirmedAt: 'page.confirmed',
    nextReview: 'member.nextReview',
    contact: 'page.part.contact',
  };
  const key = [keys[name], `field.${name}`, `part.${name}`].find((one) => one !== undefined && hasText(one));
  return key === undefined ? name : say(language, key as TextKey);
}

const words: { [kind in Change['kind']]: TextKey } = {
  added: 'compare.added',
  changed: 'history.changed',
  removed: 'history.removed',
  withheld: 'compare.withheld',
  erased: 'compare.erased',
};

type Props = { changes: Change[]; from: string; to: string; language: TextLanguage };

/** Each difference under the name of its field: a word, and what stood on either day. `from`, `to`: the days, in words. */
export function Changes({ changes, from, to, language }: Props) {
  if (changes.length === 0) return <p>{say(language, 'compare.none')}</p>;
  return (
    <>
      {changes.map(({ kind, title, before, after }) => (
        <section class={`change ${kind}`}>
          <h2>{title}</h2>
          <p>
            <b>{say(language, words[kind])}</b>
          </p>
          {before !== '' && (
            <>
              <h3>{from}</h3>
              <Html of={before} />
            </>
          )}
          {after !== '' && (
            <>
              {before !== '' && <h3>{to}</h3>}
              <Html of={after} />
            </>
          )}
        </section>
      ))}
    </>
  );
}
