import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { FastifyRequest } from 'fastify';
import type { DocumentNode } from 'graphql';
import { projectRoot } from '#event-store';
import type { Register } from '../../register/register.js';
import { answering } from './answering.js';
import type { Batches } from './batches.js';
import { createContext } from './context.js';
import { resolveTextsAndCodes } from './fields.js';
import { KeyValues } from './key-values.js';
import { limits } from './limits.js';
import { toPublicError } from './public-error.js';
import { createResolvers } from './resolvers.js';

/** Bytes that a parsed document takes per character of its text. */
const astBytes = 100;

/** Apollo Server on Fastify; the contract is written by hand in schema/graphql. */
export function graphqlOptions(register: Register, batches: Batches, compileFrom: number): ApolloDriverConfig {
  const folder = join(projectRoot, 'schema/graphql');
  return {
    driver: ApolloDriver,
    path: '/graphql',
    typeDefs: readdirSync(folder)
      .sort()
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n'),
    transformSchema: resolveTextsAndCodes,
    resolvers: createResolvers(register) as NonNullable<ApolloDriverConfig['resolvers']>,
    introspection: true,
    // Queries may be sent by GET from a link. Writing needs an Authorization header and JSON, which no page of another site can send unasked.
    csrfPrevention: false,
    playground: false,
    includeStacktraceInErrorResponses: false,
    // Validation happens in place of Apollo's (answering.ts, read-document.ts).
    dangerouslyDisableValidation: true,
    // Caches of persisted queries and of parsed documents. Those of Apollo would keep 30 MiB each, or more.
    persistedQueries: { cache: new KeyValues<string>((query) => query.length), ttl: null },
    documentStore: new KeyValues((document: DocumentNode) => astBytes * (document.loc?.end ?? 0)),
    plugins: [ApolloServerPluginCacheControlDisabled(), answering(register, compileFrom)],
    parseOptions: { maxTokens: limits.tokens },
    context: (request: FastifyRequest) => createContext(register, batches, request),
    formatError: toPublicError,
  };
}
