import type { CodelistName } from '#domain';
import { codeColumn } from '../code-columns.js';
import { type Context, nameOf, type Standard, type StandardField, textIn } from '../standard.js';

type Element = {
  category: string;
  element: string;
  context?: { [name: string]: string };
  variables?: { [name: string]: string };
};

/** The data of a DTPR sign (Digital Trust for Places and Routines, ai@2026-08-12-beta): elements by category, for a sign in the street. */
export const dtpr: Standard = {
  id: 'dtpr-ai',
  title: 'DTPR for AI (2026-08-12 beta)',
  source: 'https://dtpr.io/',
  fields: [
    { name: 'schema', required: true, uses: [], value: () => 'ai@2026-08-12-beta' },
    { name: 'title', required: true, uses: ['name'], value: ({ record, language }) => textIn(record.name, language) },
    { name: 'url', uses: ['id'], value: ({ url }) => url },
    list('purpose', ['domain', 'purpose'], true, ({ record, language }) =>
      elementsOf('purpose', equivalents('domain', [record.domain], 'dtpr_purpose'), textIn(record.purpose, language)),
    ),
    {
      ...list(
        'accountable',
        ['organisation', 'role', 'provider', 'authority', 'department', 'summary'],
        true,
        accountable,
      ),
      // DTPR asks for a title and a description of each.
      isWhole: (all: Element[]) => all.every(({ variables: said }) => said?.['description'] !== undefined),
    },
    list('affected', ['affectedPeople'], true, ({ record, language }) => {
      const people = textIn(record.affectedPeople, language);
      if (!people) return [];
      return [
        {
          category: 'affected',
          element: 'people',
          ...variables({ title: people.split(/(?<=[.!?])\s/)[0]!, description: people }),
        },
      ];
    }),
    list('functional_modes', ['technologies', 'oversight', 'humanIntervention'], true, ({ record, language }) => {
      const autonomy = record.oversight?.at(-1)?.mode.replaceAll('-', '_');
      const modes = equivalents('annex-xiv', record.technologies, 'dtpr_mode');
      const said = elementsOf('functional_modes', modes, textIn(record.humanIntervention, language));
      return said.map((mode) => ({ ...mode, ...(autonomy && { context: { autonomy } }) }));
    }),
    list('rights', ['rights', 'appeal'], false, ({ record, language }) => {
      const how = textIn(record.appeal, language);
      if (!how) return [];
      return equivalents('right', record.rights, 'dtpr_right').map((element) => ({
        category: 'rights',
        element,
        ...variables({ rights: how }),
      }));
    }),
    list('processing', ['technologies', 'technique'], false, ({ record, language }) =>
      elementsOf(
        'processing',
        equivalents('annex-xiv', record.technologies, 'dtpr_processing'),
        textIn(record.technique, language),
      ),
    ),
  ],
  partial: {
    domain: 'Only where one of thirty purposes means the same.',
    role: 'Only that it is the deployer.',
    oversight: 'Only the mode.',
    humanIntervention: 'Only beside a mode, which comes from the technologies.',
    rights: 'Only with a text on what people can do.',
    appeal: 'Only where the rights are stated.',
    purpose: 'Only beside a domain, from which its kind is known.',
    technologies: 'Only where one of six modes or of twelve techniques means the same.',
    technique: 'Only beside a technique, which comes from the technologies.',
  },
};

/** Who answers for a system: the organisation, and who made it. */
function accountable(context: Context): Element[] {
  const { record, language } = context;
  const description = textIn(record.authority, language) ?? record.department ?? textIn(record.summary, language);
  const isDeployer = record.role === 'deployer' || record.role === 'both';
  const body = {
    category: 'accountable',
    element: 'institution',
    ...(isDeployer && { context: { role: 'deployer' } }),
    ...variables({ title: nameOf(context, language), description }),
  };
  const { provider } = record;
  if (!provider) return [body];
  const maker = { category: 'accountable', element: 'organization', context: { role: 'vendor' } };
  return [body, { ...maker, ...variables({ title: provider, description: provider }) }];
}

/** The elements of DTPR that mean the same as codes. */
function equivalents(list: CodelistName, codes: (string | undefined)[] = [], column: string): string[] {
  return [...new Set(codes.flatMap((code) => codeColumn(list, code, column) ?? []))];
}

const elementsOf = (category: string, elements: string[], text: string | undefined): Element[] =>
  elements.map((element) => ({ category, element, ...variables({ additional_description: text }) }));

function list(
  name: string,
  uses: StandardField['uses'],
  required: boolean,
  value: (context: Context) => Element[],
): StandardField {
  return { name, uses, required, value };
}

function variables(given: { [name: string]: string | undefined }): { variables?: { [name: string]: string } } {
  const said = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return said.length > 0 ? { variables: Object.fromEntries(said) } : {};
}
