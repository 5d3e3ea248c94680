import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type EventType, eventKinds, Refusal, settleTexts } from '#domain';

const types = Object.keys(eventKinds);
const position = { type: 'integer', minimum: -1, maximum: Number.MAX_SAFE_INTEGER };

/** The body that creates a webhook (JSON Schema). */
export const webhookSchema = {
  type: 'object',
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', minLength: 8, maxLength: 2000, description: 'Where to POST. https, and a public address.' },
    types: {
      type: 'array',
      minItems: 1,
      maxItems: types.length,
      uniqueItems: true,
      items: { type: 'string', enum: types },
      description: 'Only these kinds of events. Without it: all.',
    },
    about: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      items: { type: 'string', pattern: '^urn:vitrine:(org|sys):[\\w.:-]{1,300}$' },
      description: 'Only events of these organisations and systems. Without it: of all.',
    },
    after: { ...position, description: 'From this position of the log on. Without it: from now on. -1: everything.' },
  },
};
/** The body that changes a webhook (JSON Schema). */
export const changeSchema = {
  type: 'object',
  required: ['state'],
  additionalProperties: false,
  properties: {
    state: { type: 'string', const: 'active', description: 'Go on telling it what is new, at once.' },
    after: { ...position, description: 'Tell it everything after this position again.' },
  },
};
/** The body that sends an event once more (JSON Schema). */
export const redeliverySchema = {
  type: 'object',
  required: ['event'],
  additionalProperties: false,
  properties: { event: { type: 'string', format: 'uuid', description: 'Id of the event.' } },
};

/** The allowed values, if the schema lists them. */
function allowed(params: Record<string, unknown>): string {
  const values =
    params['allowedValues'] ?? (params['allowedValue'] === undefined ? undefined : [params['allowedValue']]);
  return Array.isArray(values) ? `: ${values.join(', ')}` : '';
}

export type AskedWebhook = { url: string; types?: EventType[]; about?: string[]; after?: number };

const ajv = new Ajv2020({ allErrors: true, validateFormats: false });
const validators = new Map<object, ValidateFunction>();

/** Checks untrusted JSON by a schema, and normalises its texts as the register stores them. Throws a Refusal that names every field at fault. */
export function parseBody<T>(schema: object, sent: unknown): T {
  const body = settleTexts(sent);
  let validate = validators.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    validators.set(schema, validate);
  }
  if (validate(body)) return body as T;
  const problems = (validate.errors ?? []).map(({ instancePath, message, params }) => ({
    path:
      `${instancePath}${'additionalProperty' in params ? `/${String(params['additionalProperty']).slice(0, 60)}` : ''}` ||
      '/',
    message: `${message ?? 'is not what is asked for'}${allowed(params)}`,
  }));
  const detail = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new Refusal('SCHEMA_VIOLATION', detail.slice(0, 1000), { path: problems[0]!.path, problems });
}
