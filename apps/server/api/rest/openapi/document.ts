import { maxRows } from '../../../http/parameters.js';
import type { Published } from '../../../http/published.js';
import { apiVersion } from '../../../http/version.js';
import { reportComponents, reportPaths } from '../../reports/openapi.js';
import { webhookComponents, webhookMessages, webhookPaths } from '../../webhooks/openapi.js';
import { pageParameters } from '../answer.js';
import { formats } from '../format.js';
import { isList, type List, type Operation, tags } from '../operation.js';
import type { Parameters } from '../parameter.js';
import { events } from '../resources/events.js';
import { operations } from '../resources/index.js';
import { answerComponents } from './answers.js';
import { refTo, schemaComponents, usedComponents } from './components.js';
import { commandComponents, eventPaths } from './events.js';
import { loggedComponents } from './logged.js';
import { oversightComponents } from './oversight.js';
import { answerHeaders, componentHeaders, describeParameter, header, refusalsOf } from './responses.js';

/** The OpenAPI 3.1 description of everything under /v1, made from the same declarations as its routes. */
export function openApi({ url, contact }: Omit<Published, 'themes'>): object {
  const { components, commands, description } = schemaComponents();
  const shared: Shared = new Map();
  const paths = {
    ...Object.fromEntries(operations.map((operation) => [operation.path, { get: describe(operation, shared) }])),
    ...eventPaths(describe(events, shared)),
    ...reportPaths,
    ...webhookPaths,
    '/openapi.json': { get: describeItself() },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vitrine: register of AI systems',
      version: apiVersion,
      description: about,
      contact: { name: 'Operator of the register', url, ...(contact && { email: contact }) },
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: `${url}/v1`, description: 'This register.' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    security: [],
    paths,
    webhooks: webhookMessages,
    components: {
      schemas: usedComponents(
        {
          ...components,
          ...commandComponents(commands),
          ...answerComponents(description),
          ...oversightComponents,
          ...loggedComponents,
          ...webhookComponents,
          ...reportComponents,
        },
        { paths, webhookMessages },
      ),
      parameters: Object.fromEntries(
        [...shared].map(([name, parameter]) => [name, describeParameter(name, parameter)]),
      ),
      headers: componentHeaders,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key. Only writing needs one.' },
      },
    },
  };
}

const about = [
  'Which AI systems cities use, and every step of their lives. Reading needs no key.',
  'Every answer is true for one position of the log: the header Vitrine-Log-Position; the ETag stays as long as the log does not grow, on one day (UTC).',
  `Lists come as JSON in pages (\`limit\`, \`after\`; \`next\` and the Link header lead on), and as CSV or XLSX in one go, up to ${maxRows} rows: by \`Accept\`, or by a suffix of the address (\`/systems.csv\`). For everything there are the dumps under /exports.`,
  'Errors are problem documents (RFC 9457) with a stable `code`. Times are UTC.',
].join('\n\n');

function describe(operation: Operation, shared: Shared) {
  const { id, tag, summary, path } = operation;
  const parameters = isList(operation) ? { ...operation.parameters, ...pageParameters } : operation.parameters;
  const statuses = path.includes('{') ? [400, 404] : [400];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: summary,
    parameters: Object.entries(parameters).map(([name, parameter]) => referTo(shared, name, parameter)),
    responses: {
      200: {
        description: 'What was asked for.',
        headers: { ...answerHeaders, ...(isList(operation) && { Link: header('Link') }) },
        content: isList(operation)
          ? listContent(operation)
          : { 'application/json': { schema: refTo(operation.schema) } },
      },
      304: { description: 'Nothing has changed since the answer with this ETag.', headers: answerHeaders },
      ...refusalsOf(...statuses),
    },
  };
}

/** The parameters that become components, by name. */
type Shared = Map<string, Parameters[string]>;

/** A reference to a parameter component; if an operation means something else by the same name, the parameter itself. */
function referTo(shared: Shared, name: string, parameter: Parameters[string]): object {
  if (!shared.has(name)) shared.set(name, parameter);
  return shared.get(name) === parameter
    ? { $ref: `#/components/parameters/${name}` }
    : describeParameter(name, parameter);
}

function listContent({ id, name, schema }: List): object {
  return {
    'application/json': {
      schema: {
        type: 'object',
        required: ['logPosition', name],
        properties: {
          logPosition: { type: 'integer', minimum: -1, description: 'The position of the log that it is true for.' },
          total: { type: 'integer', minimum: 0, description: 'How many there are on all pages.' },
          ...(id === 'listSystems' && {
            matched: refTo('Matched'),
            replaced: { type: 'array', items: refTo('ReplacedWord') },
          }),
          next: { type: 'string', description: 'Cursor of the next page, for `after`; absent on the last.' },
          [name]: { type: 'array', items: refTo(schema) },
        },
      },
    },
    'text/csv': { schema: { type: 'string', description: 'RFC 4180, with a header.' } },
    [formats.xlsx]: { schema: { type: 'string', format: 'binary', description: 'A workbook of one sheet.' } },
  };
}

function describeItself(): object {
  return {
    operationId: 'getOpenApi',
    tags: ['codelists'],
    summary: 'This description.',
    description: 'This description.',
    responses: {
      200: {
        description: 'OpenAPI 3.1.',
        headers: { 'API-Version': header('ApiVersion') },
        content: { 'application/json': { schema: { type: 'object' } } },
      },
      ...refusalsOf(400),
    },
  };
}
