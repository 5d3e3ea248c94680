import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { Refusal } from '#domain';
import { lengthOf } from './lengths.js';

/**
 * The limits of one query. `cost`: the maximum number of values in the answer, as far as the query tells. `selections`, `repetitions`,
 * `definitions`: the work of validation, in all operations and fragments; `repetitions`: pairs of fields with the same name in the same place.
 */
export const limits = {
  depth: 15,
  aliases: 60,
  fields: 1500,
  cost: 30_000,
  tokens: 6000,
  definitions: 100,
  selections: 10_000,
  repetitions: 20_000,
};

/**
 * Refuses a document whose validation alone would take long (QUERY_TOO_LARGE): validation compares each field with all others of its name in its
 * place, and goes through each fragment for each operation. The document is not validated yet, so fragments may be cyclic.
 */
export function refuseTooComplex(document: DocumentNode): void {
  refuseOver('definitions', document.definitions.length);
  const fragments = fragmentsOf(document);
  let [selections, repetitions] = [0, 0];
  for (const definition of document.definitions)
    if ('selectionSet' in definition) compare([definition.selectionSet], 1);

  /** Goes through the fields of one place in the answer, wherever in the document they are selected. */
  function compare(sets: SelectionSetNode[], depth: number): void {
    refuseOver('depth', depth);
    const fields = new Map<string, SelectionSetNode[]>();
    const counts = new Map<string, number>();
    const seen = new Set<string>();
    const collect = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        refuseOver('selections', ++selections);
        if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const { value } = selection.name;
          const fragment = fragments.get(value);
          if (fragment && !seen.has(value)) {
            seen.add(value);
            collect(fragment.selectionSet);
          }
        } else {
          const name = (selection.alias ?? selection.name).value;
          const before = counts.get(name) ?? 0;
          counts.set(name, before + 1);
          repetitions += before;
          refuseOver('repetitions', repetitions);
          if (selection.selectionSet) fields.set(name, [...(fields.get(name) ?? []), selection.selectionSet]);
        }
      }
    };
    for (const set of sets) collect(set);
    for (const inner of fields.values()) compare(inner, depth + 1);
  }
}

/** Refuses a query that asks for too much (QUERY_TOO_LARGE), before any of it is executed. The document is valid, so fragments are not cyclic. */
export function refuseTooLarge(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): void {
  const fragments = fragmentsOf(document);
  // Variables that are not given may have a default. Invalid ones are reported when the query is executed.
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables).coerced ?? variables;
  let [aliases, fields] = [0, 0];
  const root = schema.getRootType(operation.operation);
  if (root) refuseOver('cost', costOf(root, operation.selectionSet, 1));

  /** The number of values that a selection gives per object. */
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
        cost += 1 + costBelow(type, selection, depth, cost);
      }
      refuseOver('cost', cost);
    }
    return cost;
  }

  function costBelow(type: GraphQLCompositeType, selection: FieldNode, depth: number, before: number): number {
    const { value: name } = selection.name;
    const ofSchema = name === '__schema' ? SchemaMetaFieldDef : name === '__type' ? TypeMetaFieldDef : undefined;
    if (ofSchema) return countInSchema(ofSchema, undefined, selection, depth, before);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    const inner = field && getNamedType(field.type);
    if (!field || !isCompositeType(inner) || !selection.selectionSet) return 0;
    const times = lengthOf(type, field, argumentsOf(field, selection));
    return times * costOf(inner, selection.selectionSet, depth + 1);
  }

  /** Introspection is answered from memory, so its values are counted one by one. */
  function countInSchema(
    field: GraphQLField<unknown, unknown>,
    source: unknown,
    selection: FieldNode,
    depth: number,
    before: number,
  ): number {
    refuseOver('depth', depth);
    const inner = getNamedType(field.type);
    if (!selection.selectionSet || !isObjectType(inner)) return 0;
    const value = field.resolve!(source, argumentsOf(field, selection), undefined, { schema } as GraphQLResolveInfo);
    let count = 0;
    const countIn = (object: unknown, { selections }: SelectionSetNode): void => {
      for (const one of selections) {
        if (one.kind === Kind.INLINE_FRAGMENT) countIn(object, one.selectionSet);
        else if (one.kind === Kind.FRAGMENT_SPREAD) countIn(object, fragments.get(one.name.value)!.selectionSet);
        else {
          const below = inner.getFields()[one.name.value];
          refuseOver('cost', before + ++count);
          if (below) count += countInSchema(below, object, one, depth + 1, before + count);
        }
      }
    };
    for (const object of Array.isArray(value) ? value : [value])
      if (object !== null && object !== undefined) countIn(object, selection.selectionSet);
    return count;
  }

  /** Invalid arguments are reported when the query is executed. */
  function argumentsOf(field: GraphQLField<unknown, unknown>, selection: FieldNode): Record<string, unknown> {
    try {
      return getArgumentValues(field, selection, coerced);
    } catch {
      return {};
    }
  }

  function typeNamed(name: string): GraphQLCompositeType {
    return schema.getType(name) as GraphQLCompositeType;
  }
}

function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

function refuseOver(limit: keyof typeof limits, value: number): void {
  if (value <= limits[limit]) return;
  throw new Refusal(
    'QUERY_TOO_LARGE',
    `The query goes over the limit of ${limits[limit]} for ${limit}. Ask for less at a time (smaller pages, fewer fields); for everything take the dumps under /exports.`,
    { path: limit },
  );
}
