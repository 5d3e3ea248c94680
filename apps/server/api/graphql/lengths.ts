import { type GraphQLCompositeType, type GraphQLField, isListType, isNonNullType } from 'graphql';
import { codelists } from '#domain';

/** The expected length of a list about one system or organisation that has no page size. */
const expected = 10;
const sizes = Object.values(codelists).map(({ length }) => length);
const known: Record<string, number> = {
  'Query.codelists': sizes.length,
  'Codelist.codes': Math.max(...sizes),
  // Per month and status; per month and kind of event.
  'Statistics.statusByMonth': 300,
  // Each reads and judges the life of a system.
  'System.duties': 100,
  'System.dutyHistory': 300,
  // Each reads the figures of a system and the incidents of its suppliers.
  'System.signals': 30,
  'Query.duties': 40,
  'Statistics.eventsByMonth': 300,
  // The number of values asked for (`limit`) is an argument of `facets`.
  'SystemConnection.facets': 20,
  'Facet.values': 20,
};

/** The number of objects that a field gives per parent object, as far as the query, the schema and experience tell. */
export function lengthOf(
  type: GraphQLCompositeType,
  field: GraphQLField<unknown, unknown>,
  args: Record<string, unknown>,
): number {
  if (typeof args['first'] === 'number') return Math.max(args['first'], 1);
  if (!isListType(isNonNullType(field.type) ? field.type.ofType : field.type)) return 1;
  if (Array.isArray(args['ids'])) return args['ids'].length;
  if (typeof args['limit'] === 'number') return Math.max(args['limit'], known[`${type.name}.${field.name}`] ?? 1);
  // The page size of a connection multiplies everything below it, so its edges and nodes do not multiply again.
  return known[`${type.name}.${field.name}`] ?? (type.name.endsWith('Connection') ? 1 : expected);
}
