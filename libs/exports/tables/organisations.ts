import type { Organisation } from '#projections';
import type { Column } from './column.js';

const json = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));

/** The columns of the table of organisations, which has one row per organisation. */
export const organisationTable: Column<Organisation>[] = [
  { name: 'id', type: 'string', description: 'URN of the organisation.', cell: ({ id }) => id },
  { name: 'names', type: 'object', description: 'Its names by language, as JSON.', cell: ({ names }) => json(names) },
  { name: 'kind', type: 'string', description: 'Its kind (code list organisation-kind).', cell: ({ kind }) => kind },
  { name: 'country', type: 'string', description: 'ISO 3166-1 alpha-2.', cell: ({ country }) => country },
  { name: 'nuts', type: 'string', description: 'NUTS code.', cell: ({ nuts }) => nuts },
  { name: 'lau', type: 'string', description: 'LAU code.', cell: ({ lau }) => lau },
  { name: 'website', type: 'string', description: 'Its website.', cell: ({ website }) => website },
  {
    name: 'status',
    type: 'string',
    description: 'open, or closed: it has ceased to be.',
    cell: ({ status }) => status,
  },
  {
    name: 'registered_at',
    type: 'string',
    description: 'When it joined the register: a date, or a UTC time.',
    cell: ({ registeredAt }) => registeredAt,
  },
  {
    name: 'languages',
    type: 'array',
    description: 'Languages in which it publishes, as JSON.',
    cell: ({ languages }) => json(languages),
  },
  {
    name: 'identifiers',
    type: 'array',
    description: 'Official identifiers, as JSON.',
    cell: ({ identifiers }) => json(identifiers),
  },
  { name: 'contact', type: 'object', description: 'How to reach it, as JSON.', cell: ({ contact }) => json(contact) },
  {
    name: 'former_names',
    type: 'array',
    description: 'Names that it had, as JSON.',
    cell: ({ formerNames }) => json(formerNames),
  },
];
