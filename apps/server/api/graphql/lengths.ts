import { type GraphQLCompositeType, type GraphQLField, isListType, isNonNullType } from 'graphql';
import { codelists } from '#domain';

/** Of a list about one system or organisation that does not say how long a page is. */
const expected = 10;
const sizes = Object.values(codelists).map(({ length }) => length);
const known: Record<string, number> = {
  'Query.codelists': sizes.length,
  'Codelist.codes': Math.max(...sizes),
  // Months, by status and by kind of event.
  'Statistics.statusByMonth': 300,
  'Statistics.eventsByMonth': 300,
  // With as many values as were asked for.
  'SystemConnection.facets': 20,
  'Facet.values': 20,
};

/** How many objects a field gives for each object that has it, as far as the query, the schema and experience tell. */
export function lengthOf(
  type: GraphQLCompositeType,
  field: GraphQLField<unknown, unknown>,
  args: Record<string, unknown>,
): number {
  if (typeof args['first'] === 'number') return Math.max(args['first'], 1);
  if (!isListType(isNonNullType(field.type) ? field.type.ofType : field.type)) return 1;
  if (Array.isArray(args['ids'])) return args['ids'].length;
  if (typeof args['limit'] === 'number') return Math.max(args['limit'], known[`${type.name}.${field.name}`] ?? 1);
  // A connection's page multiplies what is below it; its edges and nodes do not once more.
  return known[`${type.name}.${field.name}`] ?? (type.name.endsWith('Connection') ? 1 : expected);
}
