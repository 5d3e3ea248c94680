import { maxCommands } from '#commands';
import type { JsonSchema } from '../parameter.js';
import { choiceParameter, pathParameter } from '../parameter.js';
import { refTo } from './components.js';
import { describeParameter, header, refusalsOf } from './responses.js';

type CommandSchema = JsonSchema & { description: string; 'x-command': string; 'x-stream': string };

const eventId = pathParameter('Id of the event (UUID).', '0197b5f0-0000-7000-8000-000000000000');
const part = { ...choiceParameter('Which part.', ['content', 'contact'], 'content'), in: 'path' as const };
const atomic = choiceParameter('Record the whole batch or nothing.', ['true', 'false'], 'false');
const version = { 'API-Version': header('ApiVersion') };
const json = (schema: JsonSchema) => ({ 'application/json': { schema } });

/** The paths for recording events and for reading them one by one and byte for byte. `list`: the description of the log in pages. */
export function eventPaths(list: { responses: { 200: { content: object } } }): object {
  const { 200: found, ...others } = list.responses;
  const lines = {
    schema: { type: 'string', description: 'JSON Lines, to the end of the log or `limit`: one event a line.' },
  };
  const responses = { 200: { ...found, content: { ...found.content, 'application/x-ndjson': lines } }, ...others };
  return {
    '/events': { get: { ...list, responses }, post: recording },
    '/events/{eventId}': {
      get: {
        operationId: 'getEvent',
        tags: ['events'],
        summary: 'One event as it was recorded.',
        description: 'One event as it was recorded.',
        parameters: [describeParameter('eventId', eventId)],
        responses: {
          200: { description: 'The event.', headers: version, content: json(refTo('LoggedEvent')) },
          ...refusalsOf(400, 404),
        },
      },
    },
    '/events/{eventId}/payload/{part}': {
      get: {
        operationId: 'getPayload',
        tags: ['events'],
        summary: 'The data of an event, byte for byte as it was hashed.',
        description: 'RFC 8785 canonical JSON. The salt of its commitment is in the header Vitrine-Salt.',
        parameters: [describeParameter('eventId', eventId), describeParameter('part', part)],
        responses: {
          200: {
            description: 'What it carries.',
            headers: { ...version, 'Vitrine-Salt': { description: 'Hex.', schema: { type: 'string' } } },
            content: json({ type: 'object' }),
          },
          ...refusalsOf(400, 404, 410),
        },
      },
    },
  };
}

const recording = {
  operationId: 'recordEvents',
  tags: ['events'],
  summary: `Record what happened: one command, or up to ${maxCommands}.`,
  description: 'Repeating an idempotency key changes nothing and returns the first result.',
  security: [{ key: [] }],
  parameters: [describeParameter('atomic', atomic)],
  requestBody: {
    required: true,
    content: json({
      oneOf: [refTo('Command'), { type: 'array', minItems: 1, maxItems: maxCommands, items: refTo('Command') }],
    }),
  },
  responses: {
    200: {
      description: 'A command that was done before; or what came of each command of a batch.',
      headers: version,
      content: json({ oneOf: [refTo('Outcome'), refTo('BatchResult')] }),
    },
    201: { description: 'A command was done.', headers: version, content: json(refTo('Outcome')) },
    ...refusalsOf(400, 401, 403, 409, 413, 415, 422),
  },
};

/** Commands as they are sent: one schema per command, distinguished by `type`. */
export function commandComponents(commands: CommandSchema[]): { [name: string]: JsonSchema } {
  const schemas = commands.map((schema) => {
    const needsSystem = schema['x-stream'] === 'system';
    return {
      type: 'object',
      title: schema['x-command'],
      description: schema.description,
      required: ['type', 'organisation', ...(needsSystem ? ['system'] : []), 'occurredAt', 'idempotencyKey', 'data'],
      additionalProperties: false,
      properties: {
        type: { type: 'string', const: schema['x-command'] },
        organisation: { ...refTo('OrganisationUrn'), description: 'The organisation that it belongs to.' },
        ...(schema['x-stream'] !== 'organisation' && {
          system: { ...refTo('SystemUrn'), description: 'The system that it is about.' },
        }),
        occurredAt: { ...refTo('DateOrTime'), description: 'When it was true in the city.' },
        idempotencyKey: { type: 'string', minLength: 1, maxLength: 200, description: 'Makes its repetition harmless.' },
        data: refTo(schema['x-command']),
      },
    };
  });
  return { Command: { description: 'What happened, and to what.', oneOf: schemas } };
}
