import { labels } from '#domain';
import type { SystemRecord } from '#projections';
import {
  changedOn,
  linkOf,
  nameOf,
  paragraphs,
  type Standard,
  type StandardField,
  textField,
  textIn,
} from '../standard.js';

const label = (list: 'oversight-mode' | 'algorithm-type', code: string | undefined) =>
  code && (labels[list]?.[code]?.['fr'] ?? code);
const administration: StandardField['value'] = (context) => nameOf(context, 'fr');
const contact: StandardField['value'] = ({ record }) =>
  record.contact?.email ?? record.contact?.url ?? record.contact?.phone;

const sourcesOf = ({ dataSources }: SystemRecord) =>
  dataSources?.map(({ title, url }) => (url ? `${title} (${url})` : title)).join(' ; ');

/** The inventory sheet of algorithms that Etalab recommends to French administrations (2021), by its labels. */
export const frInventory: Standard = {
  id: 'fr-inventaire',
  title: 'Inventaire des algorithmes publics (Etalab)',
  source: 'https://guides.data.gouv.fr/guide-sur-les-algorithmes-publics',
  languages: ['fr'],
  fields: [
    { name: 'Administration', required: true, uses: ['organisation'], value: administration },
    { name: 'Direction ou service', uses: ['department'], value: ({ record }) => record.department },
    { name: 'Contact', required: true, uses: ['contact'], value: contact },
    {
      name: 'Date de mise à jour',
      required: true,
      uses: ['changedAt'],
      value: changedOn,
    },
    textField('Nom de l’algorithme', 'name', { required: true }),
    textField('Contexte général', 'summary', { required: true }),
    textField('Finalité', 'purpose', { required: true }),
    textField('Intervention dans la décision', 'decisionProcess', { required: true }),
    {
      name: 'Niveau d’automatisation',
      required: true,
      uses: ['oversight', 'humanIntervention'],
      value: ({ record, language }) =>
        label('oversight-mode', record.oversight?.at(-1)?.mode) ?? textIn(record.humanIntervention, language),
    },
    {
      name: 'Base légale',
      required: true,
      uses: ['legalBasis', 'legalReferences'],
      value: ({ record, language }) =>
        textIn(record.legalBasis, language) ?? record.legalReferences?.map(({ title }) => title).join(' ; '),
    },
    textField('Personnes concernées', 'affectedPeople', { required: true }),
    textField('Données traitées', 'data', { required: true }),
    {
      name: 'Sources des données',
      uses: ['dataSources'],
      value: ({ record }) => sourcesOf(record),
    },
    {
      name: 'Type d’algorithme',
      uses: ['algorithmType'],
      value: ({ record }) => label('algorithm-type', record.algorithmType),
    },
    textField('Opérations', 'technique'),
    {
      name: 'Ressources',
      uses: ['links', 'id'],
      value: ({ record, url }) =>
        [linkOf(record, 'source-code'), linkOf(record, 'documentation'), url].filter(Boolean).join(' ; '),
    },
  ],
  partial: {
    contact: 'Une seule adresse.',
    oversight: 'Seulement le mode de la dernière désignation.',
    humanIntervention: 'Seulement si aucun mode n’est désigné.',
    legalReferences: 'Sans les liens, et seulement en l’absence de texte sur la base légale.',
    links: 'Code source et documentation.',
  },
};

/**
 * What French law requires for every decision that involves an algorithm: the explicit mention (CRPA L311-3-1, R311-3-1-1), and what a person
 * may ask for (R311-3-1-2).
 */
export const frMention: Standard = {
  id: 'fr-mention',
  title: 'Mention explicite et information individuelle (CRPA L311-3-1, R311-3-1-1, R311-3-1-2)',
  source: 'https://www.legifrance.gouv.fr/codes/section_lc/LEGITEXT000031366350/LEGISCTA000031367689/',
  languages: ['fr'],
  fields: [
    {
      name: 'mention',
      required: true,
      uses: ['id', 'name', 'organisation', 'purpose', 'contact', 'decisions'],
      value: mention,
    },
    {
      name: 'degré et mode de contribution',
      required: true,
      uses: ['humanIntervention', 'oversight', 'decisionProcess'],
      value: ({ record, language }) =>
        [
          label('oversight-mode', record.oversight?.at(-1)?.mode),
          textIn(record.decisionProcess, language),
          textIn(record.humanIntervention, language),
        ]
          .filter(Boolean)
          .join('\n'),
    },
    {
      name: 'données traitées et leurs sources',
      required: true,
      uses: ['data', 'dataSources'],
      value: ({ record, language }) => {
        const data = textIn(record.data, language);
        return data && paragraphs(data, sourcesOf(record));
      },
    },
    // The register has no field for the parameters that were applied to a person, so they are always reported as missing.
    { name: 'paramètres de traitement et pondération', required: true, uses: [], value: () => undefined },
    textField('opérations effectuées', 'technique', { required: true }),
  ],
  partial: {
    contact: 'Une seule adresse.',
    oversight: 'Seulement le mode de la dernière désignation.',
    decisions: 'Seulement la mention elle-même.',
    organisation: 'Seulement le nom.',
  },
};

/**
 * Whether decisions about persons are made with a system, by a French body: only then does the law ask for the mention, and only then is it true. Other
 * countries of the EU have no such text.
 */
export const needsMention = (record: SystemRecord, country: string | undefined): boolean =>
  country === 'FR' && (record.decisions === 'makes' || record.decisions === 'assists');

function mention(context: Parameters<StandardField['value']>[0]): string | undefined {
  const { record, organisation, language, url } = context;
  if (language !== 'fr' || !needsMention(record, organisation?.country)) return undefined;
  const purpose = textIn(record.purpose, 'fr');
  const reach = contact(context) as string | undefined;
  if (!purpose || !reach) return undefined;
  return [
    `Une décision vous concernant a été prise sur le fondement d’un traitement algorithmique : « ${textIn(record.name, 'fr')} ».`,
    `Administration responsable : ${String(administration(context))}.`,
    `Finalité du traitement : ${purpose}`,
    'Vous avez le droit d’obtenir la communication des règles définissant ce traitement et des principales caractéristiques de sa mise en œuvre (articles L311-3-1 et R311-3-1-1 du code des relations entre le public et l’administration).',
    `Pour exercer ce droit : ${reach}. Sans réponse dans le délai d’un mois, vous pouvez saisir la Commission d’accès aux documents administratifs (CADA).`,
    `Pour en savoir plus : ${url}`,
  ].join('\n');
}
