import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { canonicalize } from 'json-canonicalize';
import {
  type Command,
  commandWithin,
  type EventType,
  eventKinds,
  eventTypeOf,
  isDate,
  isDateOrTime,
  isPlain,
  isWordCommand,
  Refusal,
  type RefusalDetails,
  settleTexts,
  type WordCommand,
} from '#domain';
import { projectRoot } from '#event-store';

/** A validated command from a caller. `key`: its idempotency key. */
export type Submission = { command: Command; key: string };

const envelopeSchema = {
  type: 'object',
  required: ['type', 'organisation', 'occurredAt', 'idempotencyKey', 'data'],
  additionalProperties: false,
  properties: {
    type: { type: 'string' },
    organisation: { $ref: 'common.schema.json#/$defs/organisationUrn' },
    system: { $ref: 'common.schema.json#/$defs/systemUrn' },
    occurredAt: {
      type: 'string',
      anyOf: [
        { format: 'date' },
        { format: 'date-time', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d([.]\\d{1,3})?Z$' },
      ],
    },
    idempotencyKey: { type: 'string', minLength: 1, maxLength: 200 },
    data: { type: 'object' },
  },
  $id: 'https://vitrine.example/schema/events/command.schema.json',
};

const base = 'https://vitrine.example/schema/events/';
type Schemas = { validators: Map<string, ValidateFunction>; ajv?: Ajv2020 };
const [forFirst, forAll]: [Schemas, Schemas] = [{ validators: new Map() }, { validators: new Map() }];

/**
 * Reads one command from untrusted JSON: settles its texts (settleTexts), then validates the command itself, then its `data` by the schema
 * of its event (schema/events). Throws a Refusal (UNKNOWN_COMMAND, SCHEMA_VIOLATION, TEXT_NOT_ALLOWED, DUPLICATE_JSON_KEY); a
 * SCHEMA_VIOLATION lists up to 50 faults, or only the first if `tellsAll` is false.
 */
export function parseSubmission(input: unknown, tellsAll = true): Submission {
  const hasOnlyPlainTexts = isPlain(input);
  const settled = hasOnlyPlainTexts ? input : settle(input);
  validate('command.schema.json', settled, '', tellsAll);
  const { idempotencyKey, ...command } = settled as Command & { idempotencyKey: string };
  const event = eventTypeOf(command.type);
  if (!event)
    throw new Refusal(
      'UNKNOWN_COMMAND',
      `There is no command "${String(command.type).slice(0, 60)}"${meant(command.type)}.`,
      {
        path: '/type',
      },
    );
  if (!hasOnlyPlainTexts) refuseBadText(settled, '');
  validate(schemaFileOf(event), command.data, '/data', tellsAll);
  if (eventKinds[event].stream === 'system' && command.system === undefined)
    throw new Refusal('UNKNOWN_COMMAND', `${command.type} is not about an organisation: name the system.`, {
      path: '/system',
    });
  if (isWordCommand(command)) validateWord(command, tellsAll);
  return { command: withPlainIds(command), key: idempotencyKey };
}

/** A UUID may be sent in capital letters (RFC 9562); events are known by small ones. */
function withPlainIds(command: Command): Command {
  if (!isWordCommand(command) && command.type !== 'ErasePayload') return command;
  const { event, corrects } = command.data as { event: string; corrects?: string };
  const plain = { event: event.toLowerCase(), ...(corrects !== undefined && { corrects: corrects.toLowerCase() }) };
  return { ...command, data: { ...command.data, ...plain } } as Command;
}

/** The data of a correction are those of the command that would have recorded the event rightly. Throws a Refusal. */
function validateWord(command: WordCommand, tellsAll: boolean): void {
  const within = commandWithin(command);
  const { eventType } = command.data;
  const { stream, version } = eventKinds[eventType];
  if ((command.system === undefined) !== (stream === 'organisation') && stream !== 'either')
    throw new Refusal(
      'UNKNOWN_COMMAND',
      `${eventType} is about ${stream === 'system' ? 'a system: name it' : 'an organisation, not a system'}.`,
      {
        path: '/system',
      },
    );
  if (command.type !== 'CorrectEvent') return;
  if (!within)
    throw new Refusal('EVENT_NOT_CORRECTABLE', `${eventType} cannot be corrected.`, { path: '/data/eventType' });
  const { data, contact, schemaVersion = version } = command.data;
  validate(schemaFileOf(eventType), data, '/data/data', tellsAll);
  const fault = (path: string, message: string) =>
    new Refusal('SCHEMA_VIOLATION', `${path}: ${message}`, { path, problems: [{ path, message }] });
  if (schemaVersion !== version) throw fault('/data/schemaVersion', `must be ${version}`);
  if (contact) throw fault('/data/contact', 'belongs into the data of the event, /data/data/contact');
}

/** Settles all texts except the idempotency key, which is compared as it was sent. */
function settle(input: unknown): unknown {
  const settled = settleTexts(input);
  if (typeof input !== 'object' || input === null || !('idempotencyKey' in input)) return settled;
  return { ...(settled as object), idempotencyKey: input.idempotencyKey };
}

/** A hint for callers who send the name of an event instead of its command. */
function meant(type: string): string {
  const kind = Object.hasOwn(eventKinds, type) ? eventKinds[type as EventType] : undefined;
  return kind ? `; did you mean "${kind.command}"? "${type}" is the event` : '';
}

/** Collects all faults only if there is one and the caller wants them: there may be thousands. */
function validate(name: string, value: unknown, at: string, tellsAll: boolean): void {
  const first = validatorOf(forFirst, name);
  if (first(value)) return;
  if (!tellsAll) throw violation(first.errors, at);
  const all = validatorOf(forAll, name);
  all(value);
  throw violation(all.errors, at);
}

/** Compiles a schema on first use: most processes need few of them, or none. */
function validatorOf(schemas: Schemas, name: string): ValidateFunction {
  let validator = schemas.validators.get(name);
  if (!validator) {
    schemas.ajv ??= readSchemas(schemas === forAll);
    validator = schemas.ajv.getSchema(base + name)!;
    schemas.validators.set(name, validator);
  }
  return validator;
}

function readSchemas(allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    keywords: ['x-stream', 'x-command', 'x-version', 'x-payload-part'],
  });
  formats.default(ajv);
  ajv.addFormat('date', isDate);
  ajv.addFormat('date-time', (text: string) => text.length > 10 && isDateOrTime(text));
  // Ajv compares each item with all others, even in a list that is far too long.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (isWanted: boolean) => (items: unknown[]) =>
      !isWanted || items.length < 2 || new Set(items.map(nameOf)).size === items.length,
    error: { message: 'must NOT have duplicate items' },
  });
  const folder = join(projectRoot, 'schema/events');
  for (const name of readdirSync(folder))
    if (name.endsWith('.schema.json')) ajv.addSchema(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  ajv.addSchema(envelopeSchema);
  return ajv;
}

/** The file of an event's newest schema, in schema/events. */
export const schemaFileOf = (type: EventType) => `${type}.v${eventKinds[type].version}.schema.json`;

/** The value by which items are compared. What JSON cannot hold (1e400 is read as infinite) is a fault anyway. */
function nameOf(item: unknown): unknown {
  if (typeof item === 'string') return item;
  try {
    return canonicalize(item);
  } catch {
    return item;
  }
}

function violation(errors: ErrorObject[] | null | undefined, base: string): Refusal {
  const relevant = (errors ?? []).filter(
    (error) => !['if', 'anyOf', 'oneOf', 'const', 'propertyNames', 'false schema'].includes(error.keyword),
  );
  const problems = (relevant.length > 0 ? relevant : (errors ?? [])).slice(0, 50).map((error) => explain(error, base));
  const details: RefusalDetails = { problems };
  if (problems[0]) details.path = problems[0].path;
  return new Refusal(
    'SCHEMA_VIOLATION',
    problems
      .map(({ path, message }) => `${path || '/'}: ${message}`)
      .join('; ')
      .slice(0, 2000),
    details,
  );
}

function explain(
  { instancePath, keyword, params, message, propertyName }: ErrorObject,
  base: string,
): { path: string; message: string } {
  const path = base + instancePath;
  const under = (name: string) => `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  switch (keyword) {
    case 'required':
      return { path: under(params['missingProperty']), message: 'is missing' };
    case 'additionalProperties':
      return { path: under(params['additionalProperty']), message: 'is not a field here' };
    case 'unevaluatedProperties':
      return { path: under(params['unevaluatedProperty']), message: 'is not a field here' };
    case 'enum':
      return propertyName
        ? { path: under(propertyName), message: `is not one of ${listed(params['allowedValues'])}` }
        : { path, message: `must be one of ${listed(params['allowedValues'])}` };
    case 'type':
      return { path, message: `must be of type ${params['type']}` };
    case 'format':
      return { path, message: `is not a valid ${params['format']}` };
    case 'pattern':
      return { path, message: `does not have the form ${params['pattern']}` };
    case 'false schema':
      return { path, message: 'does not belong here' };
    default:
      return { path, message: message ?? keyword };
  }
}

function listed(values: unknown[]): string {
  return values.length > 30 ? `${values.slice(0, 30).join(', ')} ...` : values.join(', ');
}

/** Matches a text with invisible characters and nothing visible. */
const invisible =
  /^[\s\p{Default_Ignorable_Code_Point}]*\p{Default_Ignorable_Code_Point}[\s\p{Default_Ignorable_Code_Point}]*$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Noncharacter_Code_Point}/u;

/** PostgreSQL rejects NUL, UTF-8 lone surrogates, XML and HTML noncharacters; other control characters only hide something. */
function refuseBadText(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (control.test(value) || !value.isWellFormed() || invisible.test(value))
      throw new Refusal('TEXT_NOT_ALLOWED', undefined, { path });
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) {
      refuseBadText(name, path);
      const inner = (value as Record<string, unknown>)[name];
      if (typeof inner === 'string' || typeof inner === 'object') refuseBadText(inner, `${path}/${name}`);
    }
  }
}
