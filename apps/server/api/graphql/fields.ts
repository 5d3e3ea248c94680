import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { settleTexts } from '#domain';
import { type CodeValue, toText } from '../in-language.js';

type Resolver = GraphQLFieldResolver<unknown, unknown, { language?: string | null }>;

/**
 * Resolves every field of type Text to one of its languages, gives every field of type Code its list (@codelist), and normalises arguments as
 * the register stores texts. So resolvers, and the records themselves, deal with bare texts and codes only.
 */
export function resolveTextsAndCodes(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      // A text or id in an argument means the one that the register stores, however it is written.
      if (field.args.some(({ type: given }) => takesTexts(given))) {
        const own = (field.resolve ?? defaultFieldResolver) as Resolver;
        field.resolve = (source, args, ...rest) => own(source, settleTexts(args), ...rest);
      }
      const inner = (field.resolve ?? defaultFieldResolver) as Resolver;
      const named = getNamedType(field.type).name;
      if (named === 'Text')
        field.resolve = (source, args, ...rest) => toText(inner(source, args, ...rest), args.language);
      const list = field.astNode?.directives?.find(({ name }) => name.value === 'codelist')?.arguments?.[0]?.value;
      if (named === 'Code' && list?.kind === 'StringValue')
        field.resolve = (source, args, ...rest) => toCodes(inner(source, args, ...rest), list.value);
    }
  }
  return schema;
}

/** Whether an argument is a text or an id, or may contain one. */
function takesTexts(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  return named.name === 'String' || named.name === 'ID' || isInputObjectType(named);
}

function toCodes(value: unknown, list: string): CodeValue | CodeValue[] | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((code: string) => ({ list, code }));
  return { list, code: value as string };
}
