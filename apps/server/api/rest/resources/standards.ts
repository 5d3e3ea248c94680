import { inStandard, irisOf, lossTable } from '#exports';
import { readOrganisationsById, readSystem, type SystemRecord } from '#projections';
import { standards as allStandards, isFor, languagesOf, missingFor, type Standard } from '#standards';
import { list, pageOf, resource } from '../operation.js';
import { choiceParameter, language, systemId } from '../parameter.js';

const ids = Object.keys(allStandards);
const standard = { ...choiceParameter('Id of the standard.', ids, 'nl-1.0'), in: 'path' as const, example: 'nl-1.0' };

/** The standards of others, what they cannot hold, and single records in them; all records are in the dumps (standard-<id>.json, .csv). */
export const standards = [
  list({
    id: 'listStandards',
    path: '/standards',
    tag: 'standards',
    summary: 'Standards in which records are available, with what each cannot express.',
    parameters: {},
    name: 'standards',
    schema: 'Standard',
    read: async (_register, _values, page) => pageOf(Object.values(allStandards), page),
    toJson: (one) => JSON.stringify(describe(one)),
    columns: { id: ({ id }) => id, title: ({ title }) => title, source: ({ source }) => source },
  }),
  resource({
    id: 'getInStandard',
    path: '/systems/{systemId}/standards/{standard}',
    tag: 'standards',
    summary:
      'The record of a system in a standard, by its field names, and what is missing for it: once per language of the standard.',
    parameters: { systemId, standard, language },
    schema: 'InStandard',
    async read({ pool, origin }, values) {
      const found = await readSystem(pool, values.systemId);
      if (!found) return undefined;
      const record = JSON.parse(found.record) as SystemRecord;
      const [organisation] = await readOrganisationsById(pool, [record.organisation]);
      const wanted = allStandards[values.standard]!;
      const records = inStandard(wanted, record, organisation, origin, values.language);
      return {
        standard: wanted.id,
        isMeantFor: isFor(wanted, record, organisation),
        records: languagesOf(wanted, record, values.language).map((own, i) => ({
          language: own,
          record: records[i]!.record,
          missing: missingFor(wanted, { record, organisation, language: own, url: irisOf(origin).system(record.id) }),
        })),
      };
    },
  }),
];

const describe = (one: Standard) => ({
  id: one.id,
  title: one.title,
  source: one.source,
  languages: one.languages ?? [],
  losses: lossTable(one),
});
