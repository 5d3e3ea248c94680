import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  validate,
} from 'graphql';
import { Refusal } from '#domain';
import { toProblem } from '../../http/errors.js';
import { refuseTooComplex } from './limits.js';

/** The maximum number of errors that are reported for a document. */
const maxErrors = 10;

/** Validates a document. Throws a GraphQLError or DocumentErrors. */
export function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  asGraphQLError(() => refuseTooComplex(document));
  const errors = validate(schema, document, undefined, { maxErrors });
  if (errors.length > 0)
    throw new DocumentErrors(
      errors.map(
        ({ message, nodes }) =>
          new GraphQLError(message, { nodes, ...badRequest(ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED) }),
      ),
    );
}

/** All validation errors of a document. */
export class DocumentErrors extends Error {
  constructor(readonly errors: GraphQLError[]) {
    super(errors[0]!.message);
  }
}

/** The operation to be executed: the only one, or the one of this name; an empty name counts as none. Throws a GraphQLError. */
export function findOperation(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name || undefined);
  if (operation) return operation;
  const what = name
    ? `There is no operation "${name.slice(0, 100)}" in the document.`
    : 'The document has several operations, or none: "operationName" says which one is meant.';
  throw new GraphQLError(what, badRequest(ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE));
}

export const badRequest = (code: string) => ({ extensions: { code, http: { status: 400 } } });

/** Turns a Refusal that `work` throws into a GraphQLError. */
export function asGraphQLError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status } = toProblem(error);
    throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status } } });
  }
}
