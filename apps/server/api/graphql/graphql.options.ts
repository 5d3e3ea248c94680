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

/** So many bytes a document takes for each character of its text. */
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
    // Queries may be sent by GET from a link. Writing needs a header of its own (Authorization) and JSON, which no foreign page can send unasked.
    csrfPrevention: false,
    playground: false,
    includeStacktraceInErrorResponses: false,
    // Both are looked at before and in place of Apollo (answering.ts, read-document.ts).
    dangerouslyDisableValidation: true,
    // Queries by their hashes, and documents once parsed: 30 MiB each, and more, is what Apollo would keep.
    persistedQueries: { cache: new KeyValues<string>((query) => query.length), ttl: null },
    documentStore: new KeyValues((document: DocumentNode) => astBytes * (document.loc?.end ?? 0)),
    plugins: [ApolloServerPluginCacheControlDisabled(), answering(register, compileFrom)],
    parseOptions: { maxTokens: limits.tokens },
    context: (request: FastifyRequest) => createContext(register, batches, request),
    formatError: toPublicError,
  };
}
