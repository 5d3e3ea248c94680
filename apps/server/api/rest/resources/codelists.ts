import { codelists as allCodelists, type CodelistName, labels } from '#domain';
import { labelOf } from '../../in-language.js';
import { list, pageOf } from '../operation.js';
import { choiceParameter } from '../parameter.js';

const names = Object.keys(allCodelists) as CodelistName[];
const name = {
  ...choiceParameter('Name of the list.', names, 'risk-class'),
  in: 'path' as const,
  example: 'risk-class',
};

export const codelists = [
  list({
    id: 'listCodelists',
    path: '/codelists',
    tag: 'codelists',
    summary: 'All code lists.',
    parameters: {},
    name: 'codelists',
    schema: 'Codelist',
    read: async (_register, _values, page) => {
      const all = names.map((one) => ({ name: one, codes: allCodelists[one].length }));
      return pageOf(all, page);
    },
    columns: { name: (row) => row.name, codes: ({ codes }) => codes },
  }),
  list({
    id: 'listCodes',
    path: '/codelists/{name}/codes',
    tag: 'codelists',
    summary: 'The codes of a list, in order, with their labels in each language.',
    parameters: { name },
    name: 'codes',
    schema: 'Code',
    read: async (_register, values, page) => {
      const all = allCodelists[values.name].map((code) => ({
        code: code as string,
        labels: labels[values.name]?.[code] ?? {},
        list: values.name,
      }));
      return pageOf(all, page);
    },
    toJson: ({ code, labels: texts }) => JSON.stringify({ code, labels: texts }),
    columns: { code: ({ code }) => code, label: (code, wanted) => labelOf(code, wanted) },
  }),
];
