import { refTo } from '../rest/openapi/components.js';
import { describeParameter, header, refusalsOf } from '../rest/openapi/responses.js';
import { choiceParameter, pathParameter } from '../rest/parameter.js';
import { publicationSchema, refusalSchema } from './schemas.js';

type Schema = { [keyword: string]: unknown };
const json = (schema: Schema) => ({ 'application/json': { schema } });
const reportId = describeParameter(
  'reportId',
  pathParameter('Id of the report (UUID).', '00000000-0000-4000-8000-000000000000'),
);
const state = describeParameter('state', choiceParameter('Those that wait, or all.', ['open', 'all'], 'open'));

function operation(
  operationId: string,
  summary: string,
  more: { parameters?: object[]; body?: Schema; status?: number; answer?: Schema; also?: number[] },
) {
  const { parameters = [], body, status = 200, answer, also = [] } = more;
  return {
    operationId,
    tags: ['oversight'],
    summary,
    description: `${summary} For editors and administrators: reports to their organisation. What readers wrote is private.`,
    security: [{ key: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [status]: {
        description: 'Done.',
        headers: { 'API-Version': header('ApiVersion') },
        ...(answer && { content: json(answer) }),
      },
      ...refusalsOf(400, 401, 403, ...(body ? [413, 415, 422] : []), ...also),
    },
  };
}

/** The paths by which officers read readers' reports and decide on them. */
export const reportPaths = {
  '/reports': {
    get: operation('listReports', 'What readers reported, the oldest first: at most 1,000.', {
      parameters: [state],
      answer: {
        type: 'object',
        required: ['reports'],
        properties: { reports: { type: 'array', items: refTo('Report') } },
      },
    }),
  },
  '/reports/{reportId}': {
    get: operation('getReport', 'A report.', { parameters: [reportId], answer: refTo('Report'), also: [404] }),
  },
  '/reports/{reportId}/publication': {
    post: operation('publishReport', 'Publish a report, in your own words and with a deadline.', {
      parameters: [reportId],
      body: publicationSchema,
      answer: {
        type: 'object',
        required: ['request'],
        properties: {
          request: { type: 'string', description: 'Under this name it is published; AnswerCorrection answers it.' },
        },
      },
      also: [404, 409],
    }),
  },
  '/reports/{reportId}/refusal': {
    post: operation('declineReport', 'Do not publish a report, and tell its reader why.', {
      parameters: [reportId],
      body: refusalSchema,
      status: 204,
      also: [404, 409],
    }),
  },
};

const text = (description: string, orNull = false) => ({ type: orNull ? ['string', 'null'] : 'string', description });
const time = (description: string, orNull = false) => ({ ...text(description, orNull), format: 'date-time' });

export const reportComponents: { [name: string]: Schema } = {
  Report: {
    type: 'object',
    description: 'What a reader says is wrong with a record. Private.',
    required: [
      'id',
      'organisation',
      'system',
      'about',
      'language',
      'words',
      'receivedAt',
      'endsAt',
      'request',
      'reply',
    ],
    properties: {
      id: { type: 'string', format: 'uuid', description: 'Its id.' },
      organisation: text('URN of the organisation that it is to.'),
      system: text('URN of the system.'),
      about: text('The field in question.', true),
      language: text('Language of the page on which it was written.'),
      words: text('What the reader wrote.'),
      receivedAt: time('When it came.'),
      endsAt: time('When it is deleted.'),
      request: text('Published under this name.', true),
      reply: text('Not published, and what its reader is told.', true),
      decidedAt: time('When that was decided.', true),
    },
  },
};
