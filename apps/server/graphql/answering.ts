import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { Refusal } from '#domain';
import { answerAtOnePosition } from '../answers/at-one-position.js';
import { toProblem } from '../errors.js';
import type { Register } from '../register.js';
import type { Context } from './context.js';
import { refuseTooLarge } from './limits.js';
import { toPublicError } from './public-error.js';

/** What Apollo's hooks are given once an operation is found in a valid document. */
type Operation = {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  operationName?: string | null;
  queryHash: string;
  request: { variables?: Record<string, unknown> };
  contextValue: Context;
};
type Run = (context: Context, variables: Record<string, unknown>) => Promise<ExecutionResult> | ExecutionResult;

const maxCompiled = 500;

/**
 * Executes queries in Apollo's place: refuses what asks for too much, compiles what comes again, and makes sure of the log
 * position that the answer is true for. Mutations are Apollo's. A query that comes once is not worth compiling: `compileFrom`
 * says from which time on.
 */
export function answering(register: Register, compileFrom: number): ApolloServerPlugin<Context> {
  const seen = new Map<string, number>();
  const compiled = new Map<string, Run>();
  /** Queries without variables that do not ask for too much. */
  const small = new Set<string>();

  return {
    async requestDidStart() {
      return {
        async didResolveOperation(given) {
          const { schema, document, operation, operationName, queryHash, request } = given as Operation;
          if (operation.operation === 'subscription')
            throw new GraphQLError('Subscriptions are answered at /graphql/stream, over server-sent events.', {
              extensions: { code: ApolloServerErrorCode.BAD_REQUEST, http: { status: 400 } },
            });
          const isPlain = Object.keys(request.variables ?? {}).length === 0;
          const name = `${queryHash} ${operationName ?? ''}`;
          if (isPlain && small.has(name)) return;
          try {
            refuseTooLarge(schema, document, operation, request.variables ?? {});
            if (small.size >= maxCompiled) small.clear();
            if (isPlain) small.add(name);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            const { status } = toProblem(error);
            throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status } } });
          }
        },
        /** Who asks for application/json may know nothing of statuses for GraphQL: an answer is an answer (GraphQL over HTTP, 6.4.1). */
        async willSendResponse({ request, response }) {
          const accepted = request.http?.headers.get('accept') ?? '';
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          const isRead = errors?.[0]?.extensions?.['code'] !== ApolloServerErrorCode.BAD_REQUEST;
          if (isRead && response.http.status === 400 && !accepted.includes('application/graphql-response+json'))
            response.http.status = 200;
        },
        async responseForOperation(given) {
          if (given.operation.operation !== 'query') return null;
          const operation = given as Operation;
          const { data, errors } = await answer(register, runOf(operation), operation);
          // Without data nothing was executed: the variables do not fit.
          if (data === undefined) given.response.http.status = 400;
          return {
            http: given.response.http,
            body: {
              kind: 'single',
              singleResult: {
                ...(data === undefined ? {} : { data }),
                ...(errors && {
                  errors: errors.map((error) => toPublicError(describe(error, data === undefined), error)),
                }),
              },
            },
          };
        },
      };
    },
  };

  function runOf({ schema, document, operationName, queryHash }: Operation): Run {
    const key = `${queryHash} ${operationName ?? ''}`;
    const times = (seen.get(key) ?? 0) + 1;
    forgetSome(seen);
    seen.set(key, times);
    const known = compiled.get(key);
    if (known) return known;
    const plain: Run = (contextValue, variableValues) =>
      execute({ schema, document, operationName: operationName ?? undefined, contextValue, variableValues });
    if (times < compileFrom) return plain;
    const query = compileQuery(schema, document, operationName ?? undefined);
    const run: Run = !isCompiledQuery(query)
      ? plain
      : async (context, variables) => {
          const result = await query.query(undefined, context, variables);
          // What is wrong with variables is said in graphql-js's words.
          return result.data === undefined ? plain(context, variables) : result;
        };
    forgetSome(compiled);
    compiled.set(key, run);
    return run;
  }
}

async function answer(register: Register, run: Run, { contextValue, request }: Operation): Promise<ExecutionResult> {
  const { result, ...answered } = await answerAtOnePosition(register, () => run(contextValue, request.variables ?? {}));
  contextValue.request.answer = { ...answered, isStable: answered.isStable && !result.errors };
  return result;
}

function describe(error: GraphQLError, beforeExecution: boolean): GraphQLFormattedError {
  const formatted = error.toJSON();
  if (!beforeExecution) return formatted;
  return { ...formatted, extensions: { ...formatted.extensions, code: ApolloServerErrorCode.BAD_USER_INPUT } };
}

function forgetSome(map: Map<string, unknown>): void {
  if (map.size >= maxCompiled) map.delete(map.keys().next().value as string);
}
