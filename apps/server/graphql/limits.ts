import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { Refusal } from '#domain';

/** What one query may ask for. `cost`: values in the answer, at most, as far as the query tells. */
export const limits = { depth: 15, aliases: 60, fields: 1500, cost: 30_000, tokens: 6000 };

/** Of a list that does not say how long a page is. */
const expectedLength = 10;

/**
 * Refuses a query that would ask for too much (QUERY_TOO_LARGE), before any of it is executed. The document is valid, so
 * fragments do not lead back to themselves.
 */
export function refuseTooLarge(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): void {
  const fragments = new Map(
    document.definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  // Variables that are not given may have a default. Those that do not fit are told when the query is executed.
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables).coerced ?? variables;
  let [aliases, fields] = [0, 0];
  const root = schema.getRootType(operation.operation);
  if (root) refuseOver('cost', costOf(root, operation.selectionSet, 1));

  /** How many values a selection gives for each of its objects. */
  function costOf(type: GraphQLCompositeType, { selections }: SelectionSetNode, depth: number): number {
    refuseOver('depth', depth);
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)!;
        cost += costOf(typeNamed(fragment.typeCondition.name.value), fragment.selectionSet, depth);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = selection.typeCondition ? typeNamed(selection.typeCondition.name.value) : type;
        cost += costOf(inner, selection.selectionSet, depth);
      } else {
        refuseOver('fields', ++fields);
        if (selection.alias) refuseOver('aliases', ++aliases);
        const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
        cost += 1;
        const named = field && getNamedType(field.type);
        if (!field || !isCompositeType(named) || !selection.selectionSet) continue;
        const inner = costOf(named, selection.selectionSet, depth + 1);
        const { first } = firstOf(() => getArgumentValues(field, selection, coerced));
        const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
        // A connection's page multiplies what is below it; its edges, nodes and pageInfo do not once more.
        const times = typeof first === 'number' ? Math.max(first, 1) : isList && !isPage(type) ? expectedLength : 1;
        cost += inner * times;
      }
      refuseOver('cost', cost);
    }
    return cost;
  }

  function typeNamed(name: string): GraphQLCompositeType {
    return schema.getType(name) as GraphQLCompositeType;
  }
}

const isPage = (type: GraphQLCompositeType) => type.name.endsWith('Connection');

/** Arguments that cannot be read are told when the query is executed. */
function firstOf(read: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return read();
  } catch {
    return {};
  }
}

function refuseOver(limit: keyof typeof limits, value: number): void {
  if (value <= limits[limit]) return;
  throw new Refusal(
    'QUERY_TOO_LARGE',
    `The query goes over the limit of ${limits[limit]} for ${limit}. Ask for less at a time (smaller pages, fewer fields); for everything take the dumps under /exports.`,
    { path: limit },
  );
}
