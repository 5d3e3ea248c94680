import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { projectRoot } from '#event-store';
import { toProblem, toRefusal } from '../errors.js';
import type { Register } from '../register.js';
import { createContext } from './context.js';
import { createResolvers } from './resolvers.js';

/** Apollo Server on Fastify; the contract is written by hand in schema/graphql. */
export function graphqlOptions(register: Register): ApolloDriverConfig {
  const folder = join(projectRoot, 'schema/graphql');
  return {
    driver: ApolloDriver,
    path: '/graphql',
    typeDefs: readdirSync(folder)
      .sort()
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n'),
    resolvers: createResolvers(register) as NonNullable<ApolloDriverConfig['resolvers']>,
    introspection: true,
    // Queries may be sent by GET from a link. Writing needs a header of its own (Authorization) and JSON, which no foreign page can send unasked.
    csrfPrevention: false,
    playground: false,
    includeStacktraceInErrorResponses: false,
    plugins: [ApolloServerPluginCacheControlDisabled()],
    context: (request: FastifyRequest) => createContext(register, request.headers.authorization),
    formatError,
  };
}

const ofTheQuery = new Set<unknown>([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_USER_INPUT,
  ApolloServerErrorCode.BAD_REQUEST,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
]);

/** A refusal keeps its code and field; what is wrong with the query itself keeps Apollo's words. */
function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  if (ofTheQuery.has(formatted.extensions?.['code'])) return formatted;
  const {
    detail,
    title: _,
    ...extensions
  } = toProblem(toRefusal(unwrapResolverError(error), `GraphQL ${formatted.path?.join('.') ?? ''}`));
  const { locations, path } = formatted;
  return { message: detail, ...(locations && { locations }), ...(path && { path }), extensions };
}
