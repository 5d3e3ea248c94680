import { type Standard, type StandardField, textIn } from '../standard.js';

/** DTPR purposes by policy domain; any other domain gets the general purpose. */
const purposes: { [domain: string]: string } = {
  'culture-and-recreation': 'arts_culture',
  economy: 'commerce',
  'migration-and-integration': 'border_immigration',
  'nature-and-environment': 'ecology',
  'education-and-science': 'education',
  'public-order-and-safety': 'safety_security',
  law: 'enforcement',
  'social-security': 'eligibility_benefits',
  'traffic-and-mobility': 'mobility',
  work: 'employment',
  'health-and-care': 'healthcare',
  'public-services': 'inform',
  'family-and-youth': 'social',
};
const processing: { [technology: string]: string } = {
  'AIH-0201': 'classification_prediction',
  'AIH-0202': 'speech_audio',
  'AIH-0203': 'language_models',
  'AIH-0204': 'computer_vision',
  'AIH-0205': 'optimization',
  'AIB-0201': 'biometric_recognition',
  'AIB-0202': 'biometric_recognition',
  'AIB-0203': 'affect_emotion_analysis',
};
const functional: { [technology: string]: string } = {
  'AIH-0101': 'analytical_mode',
  'AIH-0201': 'analytical_mode',
  'AIH-0202': 'perceptive_mode',
  'AIH-0203': 'semantic_mode',
  'AIH-0204': 'perceptive_mode',
  'AIH-0301': 'generative_mode',
  'AIB-0201': 'perceptive_mode',
  'AIB-0202': 'perceptive_mode',
  'AIB-0203': 'perceptive_mode',
};

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
      record.domain
        ? [
            {
              category: 'purpose',
              element: purposes[record.domain] ?? 'planning_decision_making',
              ...variables({ additional_description: textIn(record.purpose, language) }),
            },
          ]
        : [],
    ),
    list('accountable', ['organisation', 'provider', 'summary'], true, ({ record, organisation, language }) => [
      {
        category: 'accountable',
        element: 'institution',
        context: { role: 'deployer' },
        ...variables({
          title: textIn(organisation?.names, language) ?? record.organisation,
          description: textIn(record.authority, language) ?? record.department ?? textIn(record.summary, language),
        }),
      },
      ...(record.provider
        ? [
            {
              category: 'accountable',
              element: 'organization',
              context: { role: 'vendor' },
              ...variables({ title: record.provider, description: record.provider }),
            },
          ]
        : []),
    ]),
    list('affected', ['affectedPeople'], true, ({ record, language }) =>
      record.affectedPeople
        ? [
            {
              category: 'affected',
              element: 'people',
              context: { relationship: 'subject' },
              ...variables({
                title: textIn(record.affectedPeople, language)!.split(/(?<=[.!?])\s/)[0]!,
                description: textIn(record.affectedPeople, language),
              }),
            },
          ]
        : [],
    ),
    list('functional_modes', ['technologies', 'oversight', 'humanIntervention'], true, ({ record, language }) => {
      const autonomy = record.oversight?.at(-1)?.mode.replaceAll('-', '_');
      const modes = new Set((record.technologies ?? []).flatMap((code) => functional[code] ?? []));
      return [...modes].map((element) => ({
        category: 'functional_modes',
        element,
        ...(autonomy && { context: { autonomy } }),
        ...variables({ additional_description: textIn(record.humanIntervention, language) }),
      }));
    }),
    list('risks_mitigation', ['risks'], false, ({ record, language }) =>
      record.risks
        ? [
            {
              category: 'risks_mitigation',
              element: 'civil_liberties',
              ...variables({ risk: textIn(record.risks, language) }),
            },
          ]
        : [],
    ),
    list('rights', ['appeal', 'humanIntervention'], false, ({ record, language }) => [
      ...(record.appeal
        ? [{ category: 'rights', element: 'right_contest', ...variables({ rights: textIn(record.appeal, language) }) }]
        : []),
      ...(record.humanIntervention
        ? [
            {
              category: 'rights',
              element: 'right_to_human_review',
              ...variables({ rights: textIn(record.humanIntervention, language) }),
            },
          ]
        : []),
    ]),
    list('input_dataset', ['data', 'personalData'], false, ({ record, language }) =>
      record.data
        ? [
            {
              category: 'input_dataset',
              element: 'input_operational_data',
              ...(record.personalData === 'yes' && { context: { pii: 'identifiable' } }),
              ...variables({ additional_description: textIn(record.data, language) }),
            },
          ]
        : [],
    ),
    list('processing', ['technologies', 'technique'], false, ({ record, language }) =>
      [...new Set((record.technologies ?? []).flatMap((code) => processing[code] ?? []))].map((element) => ({
        category: 'processing',
        element,
        ...variables({ additional_description: textIn(record.technique, language) }),
      })),
    ),
  ],
  partial: {
    domain: 'One of thirty purposes; where none is close, planning and decision-making.',
    oversight: 'Only the mode.',
    risks: 'As one harm; the register does not say which of nine it is.',
    data: 'As operational data; the register does not say of which kind.',
    personalData:
      'Only that there are personal data: whether others were made unrecognisable the register does not say.',
    purpose: 'Only beside a domain, from which its kind is known.',
    technologies: 'As one of six modes and twelve techniques.',
  },
};

function list(
  name: string,
  uses: StandardField['uses'],
  required: boolean,
  value: (context: Parameters<StandardField['value']>[0]) => Element[],
): StandardField {
  return { name, uses, required, value };
}

function variables(given: { [name: string]: string | undefined }): { variables?: { [name: string]: string } } {
  const said = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return said.length > 0 ? { variables: Object.fromEntries(said) } : {};
}
