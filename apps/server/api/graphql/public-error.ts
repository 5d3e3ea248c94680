import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Refusal } from '#domain';
import { toProblem, toRefusal } from '../../http/errors.js';

const ofTheQuery = new Set<unknown>([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_USER_INPUT,
  ApolloServerErrorCode.BAD_REQUEST,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
]);

/** An error as it is published. A refusal keeps its code and field; an error of the query itself keeps Apollo's message. */
export function toPublicError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  if (ofTheQuery.has(formatted.extensions?.['code'])) return formatted;
  if (isOfPersistedQuery(error))
    return { message: formatted.message, extensions: { code: ApolloServerErrorCode.BAD_REQUEST } };
  if (isArgumentError(error)) return { ...formatted, extensions: { code: ApolloServerErrorCode.BAD_USER_INPUT } };
  const {
    detail,
    title: _,
    ...extensions
  } = toProblem(toRefusal(causeOf(error), `GraphQL ${formatted.path?.join('.') ?? ''}`));
  const { locations, path } = formatted;
  return { message: detail, ...(locations && { locations }), ...(path && { path }), extensions };
}

/** A hash that does not match the query, or an unsupported form of persisted query: Apollo reports these without a code. */
const isOfPersistedQuery = (error: unknown) =>
  error instanceof GraphQLError && /^(provided sha does not|Unsupported persisted query)/.test(error.message);

/** The original error, thrown in a resolver or before any was called. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError instanceof Refusal
    ? error.originalError
    : unwrapResolverError(error);
}

/** A nullable variable that is null where the argument must not be: graphql-js notices only during execution. */
const isArgumentError = (error: unknown) =>
  error instanceof GraphQLError &&
  (error.originalError === undefined || error.originalError instanceof GraphQLError) &&
  error.message.startsWith('Argument "');
