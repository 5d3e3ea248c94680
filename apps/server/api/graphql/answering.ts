import { hash } from 'node:crypto';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { answerAtOnePosition } from '../../http/answers/at-one-position.js';
import { LeastRecentlyUsed } from '../../http/lru.js';
import type { Register } from '../../register/register.js';
import type { Context } from './context.js';
import { refuseTooLarge } from './limits.js';
import { toPublicError } from './public-error.js';
import { asGraphQLError, badRequest, DocumentErrors, findOperation, refuseInvalid } from './read-document.js';

/** What Apollo's hooks are given once a document is parsed. */
type Given = {
  schema: GraphQLSchema;
  document: DocumentNode;
  queryHash: string;
  request: { variables?: Record<string, unknown>; operationName?: string | null };
  contextValue: Context;
};
type Run = (context: Context, variables: Record<string, unknown>) => Promise<ExecutionResult> | ExecutionResult;

/** The maximum number of remembered queries. A compiled query is some hundred times as long as its text. */
const most = 500;
const maxCompiledText = 256 * 1024;
const maxConditionalText = 2 * 1024 * 1024;

/**
 * Validates and executes queries in place of Apollo: refuses those that ask for too much, before validation and before execution, compiles
 * repeated ones, and determines the log position for which the answer is true. Mutations are executed by Apollo. A query that comes only once is
 * not worth compiling: `compileFrom` is the occurrence from which on a query is compiled.
 */
export function answering(register: Register, compileFrom: number): ApolloServerPlugin<Context> {
  const seen = new LeastRecentlyUsed<number>({ most });
  const compiled = new LeastRecentlyUsed<{ run: Run; length: number }>({
    most,
    room: maxCompiledText,
    cost: ({ length }) => length,
  });
  /** Valid documents, with the variables that serve as conditions in them. */
  const valid = new LeastRecentlyUsed<{ conditions: Set<string>; length: number }>({
    most,
    room: maxConditionalText,
    // The name of a variable may keep the whole text of its document in memory.
    cost: ({ conditions, length }) => (conditions.size > 0 ? length : 0),
  });
  /** Queries without variables that do not ask for too much. */
  const small = new LeastRecentlyUsed<true>({ most });

  return {
    async requestDidStart({ request: asked }) {
      // An empty name counts as none.
      if (asked.operationName === '') delete (asked as { operationName?: string }).operationName;
      return {
        /**
         * A client that accepts only application/json may not know the statuses of GraphQL, so any well-formed answer has status 200 (GraphQL
         * over HTTP, 6.4.1).
         */
        async willSendResponse({ request, response }) {
          const accepted = request.http?.headers.get('accept') ?? '';
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          const isRead = errors?.[0]?.extensions?.['code'] !== ApolloServerErrorCode.BAD_REQUEST;
          if (isRead && response.http.status === 400 && !accepted.includes('application/graphql-response+json'))
            response.http.status = 200;
        },
        async responseForOperation(given) {
          const { http } = given.response;
          try {
            const operation = check(given as Given);
            if (operation.operation === 'mutation') return null;
            const { data, errors } = await answer(register, runOf(given as Given), given as Given);
            // Without data nothing was executed, because the variables are not valid.
            if (data === undefined) http.status = 400;
            return single({
              ...(data === undefined ? {} : { data }),
              ...(errors && {
                errors: errors.map((error) => toPublicError(describe(error, data === undefined), error)),
              }),
            });
          } catch (error) {
            const errors = error instanceof DocumentErrors ? error.errors : [error];
            if (!errors.every((one) => one instanceof GraphQLError)) throw error;
            http.status = (errors[0]!.extensions['http'] as { status: number }).status;
            return single({ errors: errors.map((one) => toPublicError(withoutHttp(one), one)) });
          }

          function single(singleResult: { data?: Record<string, unknown> | null; errors?: GraphQLFormattedError[] }) {
            return { http, body: { kind: 'single' as const, singleResult } };
          }
        },
      };
    },
  };

  /** Checks a request and returns the operation to be executed. Throws GraphQLErrors, DocumentErrors. */
  function check({ schema, document, queryHash, request }: Given): OperationDefinitionNode {
    const { variables = {}, operationName } = request;
    let known = valid.get(queryHash);
    if (!known) {
      refuseInvalid(schema, document);
      known = { conditions: conditionsOf(document), length: document.loc?.end ?? 0 };
      valid.set(queryHash, known);
    }
    const operation = findOperation(document, operationName);
    if (operation.operation === 'subscription')
      throw new GraphQLError(
        'Subscriptions are answered at /graphql/stream, over server-sent events.',
        badRequest(ApolloServerErrorCode.BAD_REQUEST),
      );
    const unknown = [...known.conditions].find((variable) => variables[variable] === null);
    if (unknown !== undefined)
      throw new GraphQLError(
        `Variable "$${unknown}" is a condition and must not be null.`,
        badRequest(ApolloServerErrorCode.BAD_USER_INPUT),
      );
    const isPlain = Object.keys(variables).length === 0;
    const name = nameOf(queryHash, operationName);
    if (isPlain && small.get(name)) return operation;
    asGraphQLError(() => refuseTooLarge(schema, document, operation, variables));
    if (isPlain) small.set(name, true);
    return operation;
  }

  function runOf({ schema, document, queryHash, request }: Given): Run {
    const operationName = request.operationName ?? undefined;
    const key = nameOf(queryHash, operationName);
    const known = compiled.get(key);
    if (known) return known.run;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    const plain: Run = (contextValue, variableValues) =>
      execute({ schema, document, operationName, contextValue, variableValues });
    const length = document.loc?.end ?? 0;
    if (times < compileFrom || length > maxCompiledText / 16 || !isCompilable(document)) return plain;
    const query = compileQuery(schema, document, operationName);
    const run: Run = !isCompiledQuery(query)
      ? plain
      : async (context, variables) => {
          const result = await query.query(undefined, context, variables);
          // Errors are those of graphql-js: the compiled query may report others, or in another order.
          return result.errors ? plain(context, variables) : result;
        };
    compiled.set(key, { run, length });
    return run;
  }
}

/** The cache key of an operation of a document. A name may be nearly as long as a document, so a long one is hashed. */
function nameOf(queryHash: string, operationName: string | null | undefined): string {
  const name = operationName ?? '';
  return `${queryHash} ${name.length > 64 ? hash('sha256', name, 'base64url') : name}`;
}

/** The compiler loses fields of fragments that are spread under several conditions, so documents with directives are not compiled. */
function isCompilable(document: DocumentNode): boolean {
  let hasConditions = false;
  visit(document, {
    [Kind.DIRECTIVE]() {
      hasConditions = true;
    },
  });
  return !hasConditions;
}

/** The variables that serve as conditions in a document (`@skip`, `@include`). */
function conditionsOf(document: DocumentNode): Set<string> {
  const found = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]({ arguments: given = [] }) {
      for (const { value } of given) if (value.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  return found;
}

async function answer(register: Register, run: Run, { contextValue, request }: Given): Promise<ExecutionResult> {
  const { result, ...answered } = await answerAtOnePosition(register, () => run(contextValue, request.variables ?? {}));
  contextValue.request.answer = { ...answered, isStable: answered.isStable && !result.errors };
  return result;
}

function describe(error: GraphQLError, beforeExecution: boolean): GraphQLFormattedError {
  const formatted = error.toJSON();
  if (!beforeExecution) return formatted;
  return { ...formatted, extensions: { ...formatted.extensions, code: ApolloServerErrorCode.BAD_USER_INPUT } };
}

function withoutHttp(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...formatted } = error.toJSON();
  const { http: _, ...rest } = extensions ?? {};
  return { ...formatted, extensions: rest };
}
