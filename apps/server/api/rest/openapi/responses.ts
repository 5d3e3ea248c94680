import type { JsonSchema, Parameters } from '../parameter.js';
import { refTo } from './components.js';

/** Headers of answers. */
export const componentHeaders = {
  ApiVersion: { description: 'Version of this interface.', schema: { type: 'string' } },
  LogPosition: {
    description: 'The position of the log that the answer is true for.',
    schema: { type: 'integer', minimum: -1 },
  },
  ETag: {
    description: 'Send it back in If-None-Match: 304 as long as nothing has changed.',
    schema: { type: 'string' },
  },
  Link: { description: 'rel="next": the next page, relative to this one.', schema: { type: 'string' } },
  RetryAfter: { description: 'After so many seconds.', schema: { type: 'integer' } },
};
export const header = (name: keyof typeof componentHeaders) => ({ $ref: `#/components/headers/${name}` });

/** The headers of every answer from the read models. */
export const answerHeaders = {
  'API-Version': header('ApiVersion'),
  'Vitrine-Log-Position': header('LogPosition'),
  ETag: header('ETag'),
};

/** The refusals with these statuses, and with 429, 500 and 503, which any request may get. */
export function refusalsOf(...statuses: number[]): object {
  const meanings: Record<number, string> = {
    400: 'A parameter or the body makes no sense; or the answer would be too large.',
    401: 'A key is missing, unknown or past its date.',
    403: 'The key may not do this.',
    404: 'There is no such thing in this register.',
    409: 'It contradicts what was recorded before.',
    410: 'It was erased by law.',
    413: 'The body is too large.',
    415: 'The register does not read bodies of this content type.',
    422: 'It is against a rule of the register.',
    429: 'Too many requests came from this address.',
    500: 'The register made a mistake.',
    503: 'The database does not answer, or not in time.',
  };
  return Object.fromEntries(
    [...statuses, 429, 500, 503].map((status) => [
      status,
      {
        description: meanings[status],
        headers: {
          'API-Version': header('ApiVersion'),
          ...([429, 503].includes(status) && { 'Retry-After': header('RetryAfter') }),
        },
        content: { 'application/problem+json': { schema: refTo('Refusal') } },
      },
    ]),
  );
}

/** The OpenAPI description of a parameter. */
export function describeParameter(name: string, parameter: Parameters[string]): object {
  const { description, schema, explode, example } = parameter;
  const place = parameter.in ?? 'query';
  return {
    name,
    in: place,
    description,
    ...((place === 'path' || isNeeded(schema)) && { required: true }),
    schema,
    ...(explode === undefined ? {} : { explode }),
    ...(example === undefined ? {} : { example }),
  };
}

/** A number without a default is required. */
function isNeeded(schema: JsonSchema): boolean {
  return schema['type'] === 'integer' && schema['default'] === undefined;
}
