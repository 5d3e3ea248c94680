import { type Organisation, readOrganisations, readOrganisationsById } from '#projections';
import { fromCursor, toCursor } from '../../../http/cursors.js';
import { labelOf, toText } from '../../in-language.js';
import { list, resource } from '../operation.js';
import { organisationId } from '../parameter.js';

export const organisations = [
  list({
    id: 'listOrganisations',
    path: '/organisations',
    tag: 'organisations',
    summary: 'Organisations, by id.',
    parameters: {},
    name: 'organisations',
    schema: 'Organisation',
    async read({ pool }, _, { first, after }) {
      const page = await readOrganisations(pool, first, fromCursor<[string]>(after, 'string')?.[0]);
      const next = page.hasMore ? toCursor(page.organisations.at(-1)!.id) : undefined;
      return { items: page.organisations, next, total: page.total };
    },
    columns: {
      id: ({ id }: Organisation) => id,
      name: ({ names }, wanted) => toText(names, wanted)?.value,
      kind: ({ kind }) => kind,
      kind_label: ({ kind }, wanted) => labelOf({ list: 'organisation-kind', code: kind }, wanted),
      country: ({ country }) => country,
      nuts: ({ nuts }) => nuts,
      lau: ({ lau }) => lau,
      website: ({ website }) => website,
      status: ({ status }) => status,
      registered_at: ({ registeredAt }) => registeredAt,
    },
  }),
  resource({
    id: 'getOrganisation',
    path: '/organisations/{organisationId}',
    tag: 'organisations',
    summary: 'One organisation, with its former names.',
    parameters: { organisationId },
    schema: 'Organisation',
    read: async ({ pool }, values) => (await readOrganisationsById(pool, [values.organisationId]))[0],
  }),
];
