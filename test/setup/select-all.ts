import { type GraphQLSchema, getNamedType, isObjectType, isRequiredArgument } from 'graphql';

/** All fields of a type that need no arguments, except connections and objects of the types in `stop`. */
export function selectAll(schema: GraphQLSchema, type: string, stop: string[], depth = 8): string {
  const object = schema.getType(type);
  if (!isObjectType(object)) return '';
  const parts = Object.values(object.getFields()).map((field) => {
    const inner = getNamedType(field.type);
    if (field.args.some(isRequiredArgument)) return '';
    if (!isObjectType(inner)) return field.name;
    if (stop.includes(inner.name) || inner.name.endsWith('Connection') || depth === 0) return '';
    return `${field.name} { ${selectAll(schema, inner.name, stop, depth - 1)} }`;
  });
  return parts.join(' ');
}
