import { refTo } from '../rest/openapi/components.js';
import { describeParameter, header, refusalsOf } from '../rest/openapi/responses.js';
import { numberParameter, pathParameter } from '../rest/parameter.js';
import { changeSchema, redeliverySchema, webhookSchema } from './asked.js';

type Schema = { [keyword: string]: unknown };
const json = (schema: Schema) => ({ 'application/json': { schema } });
const headers = { 'API-Version': header('ApiVersion') };
const webhookId = describeParameter(
  'webhookId',
  pathParameter('Id of the webhook (UUID).', '00000000-0000-4000-8000-000000000000'),
);
const limit = describeParameter('limit', numberParameter('Page size.', { min: 1, max: 1000, otherwise: 100 }));

function operation(
  operationId: string,
  summary: string,
  more: { parameters?: object[]; body?: Schema; status?: number; answer?: Schema; also?: number[] },
) {
  const { parameters = [], body, status = 200, answer, also = [] } = more;
  return {
    operationId,
    tags: ['webhooks'],
    summary,
    description: `${summary} For administrators.`,
    security: [{ key: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [status]: { description: 'Done.', headers, ...(answer && { content: json(answer) }) },
      ...refusalsOf(400, 401, 403, ...(body ? [413, 415, 422] : []), ...also),
    },
  };
}

/** The paths for managing webhooks. */
export const webhookPaths = {
  '/webhooks': {
    get: operation('listWebhooks', 'Webhooks.', {
      answer: {
        type: 'object',
        required: ['webhooks'],
        properties: { webhooks: { type: 'array', items: refTo('Webhook') } },
      },
    }),
    post: operation('createWebhook', 'Create a webhook. Its secret is shown only in this answer.', {
      body: webhookSchema,
      status: 201,
      answer: {
        allOf: [
          refTo('Webhook'),
          {
            type: 'object',
            required: ['secret'],
            properties: {
              secret: { type: 'string', description: 'whsec_: for signatures of version v1 (HMAC-SHA256).' },
            },
          },
        ],
      },
    }),
  },
  '/webhooks/{webhookId}': {
    get: operation('getWebhook', 'A webhook and its delivery status.', {
      parameters: [webhookId],
      answer: refTo('Webhook'),
      also: [404],
    }),
    patch: operation('changeWebhook', 'Resume a disabled webhook, or send everything after a log position again.', {
      parameters: [webhookId],
      body: changeSchema,
      answer: refTo('Webhook'),
      also: [404],
    }),
    delete: operation('deleteWebhook', 'Delete a webhook.', { parameters: [webhookId], status: 204, also: [404] }),
  },
  '/webhooks/{webhookId}/deliveries': {
    get: operation('listDeliveries', 'Deliveries, newest first.', {
      parameters: [webhookId, limit],
      answer: {
        type: 'object',
        required: ['deliveries'],
        properties: { deliveries: { type: 'array', items: refTo('Delivery') } },
      },
      also: [404],
    }),
    post: operation('redeliver', 'Send one event again now.', {
      parameters: [webhookId],
      body: redeliverySchema,
      answer: {
        type: 'object',
        required: ['delivered', 'status', 'detail'],
        properties: {
          delivered: { type: 'boolean', description: 'The receiver answered 2xx.' },
          status: { type: ['integer', 'null'], description: 'Status of its answer, if there was one.' },
          detail: { type: ['string', 'null'], description: 'What went wrong.' },
        },
      },
      also: [404],
    }),
  },
};

const time = (description: string, orNull = false) => ({
  type: orNull ? ['string', 'null'] : 'string',
  format: 'date-time',
  description,
});

export const webhookComponents: { [name: string]: Schema } = {
  Webhook: {
    type: 'object',
    description: 'Who is told of new events, and how it goes.',
    required: [
      'id',
      'url',
      'owner',
      'types',
      'about',
      'createdAt',
      'position',
      'state',
      'reason',
      'attempts',
      'failingSince',
      'nextAttempt',
      'publicKey',
    ],
    properties: {
      id: { type: 'string', format: 'uuid', description: 'Its id.' },
      url: { type: 'string', description: 'Where to.' },
      owner: {
        type: ['string', 'null'],
        description: 'URN of the organisation that made it; null: the operator of the register.',
      },
      types: {
        type: ['array', 'null'],
        items: { type: 'string' },
        description: 'Only these kinds of events; null: all.',
      },
      about: {
        type: ['array', 'null'],
        items: { type: 'string' },
        description: 'Only of these organisations and systems; null: of all.',
      },
      createdAt: time('When it was made.'),
      position: { type: 'integer', minimum: -1, description: 'Everything up to here was delivered, or given up.' },
      state: { type: 'string', enum: ['active', 'disabled'], description: 'Whether it is told anything.' },
      reason: { type: ['string', 'null'], description: 'Why it is disabled.' },
      attempts: { type: 'integer', minimum: 0, description: 'Rounds without any success, in a row.' },
      failingSince: time('Since when nothing comes through.', true),
      nextAttempt: time('Not before then.'),
      publicKey: { type: 'string', pattern: '^whpk_', description: 'For signatures of version v1a (Ed25519).' },
    },
  },
  EventMessage: {
    type: 'object',
    description: 'What a receiver is told of an event: a CloudEvent 1.0.',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'timestamp', 'data'],
    properties: {
      specversion: { type: 'string', const: '1.0' },
      id: { type: 'string', format: 'uuid', description: 'Id of the event.' },
      source: { type: 'string', format: 'uri', description: 'The register.' },
      type: { type: 'string', pattern: '^vitrine\\.', description: 'vitrine. and the kind of event.' },
      subject: { type: 'string', description: 'URN of the system, or of the organisation.' },
      time: time('When it was recorded.'),
      datacontenttype: { type: 'string', const: 'application/json' },
      timestamp: time('The same, as Standard Webhooks calls it.'),
      data: {
        type: 'object',
        description: 'Where the event is, and where to fetch what it carries.',
        required: ['position', 'occurredAt', 'recordedAt', 'organisation', 'event', 'receipt'],
        properties: {
          position: { type: 'integer', minimum: 0, description: 'Its place in the log.' },
          occurredAt: refTo('DateOrTime'),
          recordedAt: time('When it was recorded.'),
          organisation: { type: 'string', description: 'The organisation that it belongs to.' },
          system: { type: 'string', description: 'The system that it is about.' },
          event: { type: 'string', format: 'uri', description: 'The event, with what it carries.' },
          record: { type: 'string', format: 'uri', description: 'The record of the system.' },
          receipt: { type: 'string', format: 'uri', description: 'Its receipt, within a second or two.' },
        },
      },
    },
  },
  Delivery: {
    type: 'object',
    description: 'An attempt to tell a receiver of an event.',
    required: ['position', 'event', 'at', 'outcome', 'status', 'detail', 'milliseconds'],
    properties: {
      position: { type: 'integer', minimum: 0, description: 'Position of the event in the log.' },
      event: { type: 'string', format: 'uuid', description: 'Id of the event.' },
      at: time('When.'),
      outcome: {
        type: 'string',
        enum: ['delivered', 'failed', 'down', 'given-up'],
        description: 'What came of it; down: the receiver took nothing at all at that time.',
      },
      status: { type: ['integer', 'null'], description: 'Status of its answer, if there was one.' },
      detail: { type: ['string', 'null'], description: 'What went wrong.' },
      milliseconds: { type: 'integer', minimum: 0, description: 'How long it took.' },
    },
  },
};

const signatureHeaders = [
  ['webhook-id', 'Id of the event: the same again is the same event.'],
  ['webhook-timestamp', 'When it was sent, in seconds since 1970.'],
  ['webhook-signature', 'v1 (HMAC-SHA256) and v1a (Ed25519) over "id.timestamp.body", base64, with a space between.'],
].map(([name, description]) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } }));

/** The messages that receivers get. */
export const webhookMessages = {
  event: {
    post: {
      operationId: 'receiveEvent',
      tags: ['webhooks'],
      summary: 'A new event.',
      description:
        'A CloudEvent 1.0, signed by Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature. The same id again is the same event. What the event carries is fetched from `data.event`.',
      parameters: signatureHeaders,
      requestBody: { required: true, content: { 'application/cloudevents+json': { schema: refTo('EventMessage') } } },
      responses: { 204: { description: 'Taken. Any 2xx will do.', headers: {} } },
    },
  },
};
