import dcat from '@vocabulary/dcat';
import dcterms from '@vocabulary/dcterms';
import foaf from '@vocabulary/foaf';
import prov from '@vocabulary/prov';
import skos from '@vocabulary/skos';
import vcard from '@vocabulary/vcard';
import N3 from 'n3';

/**
 * Terms of vocabularies that are not in any package, as far as the register uses them: AIRO 1.0, DPV 2.3 with its AI and EU AI Act extensions.
 * `npm run check:real:dpv` compares them with the whole of DPV.
 */
const airo = [
  'AISystem',
  'AIDeployer',
  'AIProvider',
  'AISubject',
  'Purpose',
  'Risk',
  'hasAISubject',
  'hasPurpose',
  'hasRisk',
  'isDeployedBy',
  'isProvidedBy',
];
const dpv = [
  'ActivityCompleted',
  'ActivityHalted',
  'ActivityOngoing',
  'ActivityPlanned',
  'HumanInvolvementForDecision',
  'HumanInvolvementForIntervention',
  'HumanNotInvolved',
  'hasActivityStatus',
  'hasHumanInvolvement',
];
const annexIII = '1-a 1-b 1-c 2 3-a 3-b 3-c 3-d 4-a 4-b 5-a 5-b 5-c 5-d 6-a 6-b 6-c 6-d 6-e 7-a 7-b 7-c 7-d 8-a 8-b';
const aiAct = [
  'hasRiskLevel',
  'RiskLevelHigh',
  'RiskLevelMinimal',
  'RiskLevelProhibited',
  'RiskLevelTransparencyRequired',
  ...annexIII.split(' ').map((point) => `HighRiskAISystem-AnnexIII-${point}`),
  ...'abcdefgh'.split('').map((point) => `ProhibitedAISystem-A5-1-${point}`),
];

/** Every term that its vocabulary defines, for the vocabularies that the register uses. */
export const definedTerms = new Set<string>([
  ...[dcat, dcterms, foaf, prov, skos, vcard].flatMap((vocabulary) =>
    (vocabulary({ factory: N3.DataFactory }) as { subject: { value: string } }[]).map(({ subject }) => subject.value),
  ),
  ...airo.map((term) => `https://w3id.org/airo#${term}`),
  ...dpv.map((term) => `https://w3id.org/dpv#${term}`),
  'https://w3id.org/dpv/ai#AISystem',
  ...aiAct.map((term) => `https://w3id.org/dpv/legal/eu/aiact#${term}`),
]);
