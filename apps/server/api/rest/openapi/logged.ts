import { refTo } from './components.js';
import { also, type Definitions, many, object, text, time, urn, uuid, whole } from './schema.js';

/** The components of the log, of the results of commands, and of refusals. */
export const loggedComponents: Definitions = {
  Envelope: object(
    'The permanent, public envelope of an event: the leaf of the log.',
    {
      format: { type: 'string', const: 'vitrine/envelope/v1' },
      origin: text('The register.'),
      id: uuid('UUIDv7.'),
      organisation: urn('The organisation that it belongs to.'),
      streamVersion: whole('Its place among the events of its system or organisation.'),
      type: text('Its kind.'),
      schemaVersion: whole('Version of the schema under which it was recorded.', 1),
      occurredAt: also('DateOrTime', 'When it was true in the city.'),
      recordedAt: time('When it was recorded.'),
      actor: refTo('Actor'),
      previous: { type: ['string', 'null'], description: 'SHA-256 (hex) of the leaf before it on the same stream.' },
      parts: many(
        object('A part of what it carries.', {
          role: text('Which.', { enum: ['content', 'contact'] }),
          commitment: text('SHA-256("vitrine/commit/v1\\n" || salt || body), hex.'),
        }),
        'What it carries, or carried.',
      ),
    },
    { system: urn('The system that it is about.') },
  ),
  LoggedEvent: object('An event as it was recorded.', {
    position: whole('Its place in the log.'),
    envelope: refTo('Envelope'),
    payload: {
      type: 'object',
      description: 'Part (content, contact) to what it carries; a part that was erased is absent.',
      additionalProperties: object('A part.', {
        salt: text('Salt of its commitment, hex.'),
        body: { type: 'object', description: 'What it carries.' },
      }),
    },
  }),
  Outcome: object(
    'What came of a command.',
    {
      eventId: uuid('Id of the event.'),
      eventType: text('Its kind.'),
      position: whole('Where the event is in the log.'),
      version: whole('Where it is in the stream of its system or organisation.'),
      recordedAt: time('When it was recorded.'),
      repeated: { type: 'boolean', description: 'The same command was done before; this is its first result.' },
    },
    {
      warnings: many(
        object('Something to look at, though it was recorded.', {
          code: text(
            'RECORDED_BEFORE: the same type, day and content is there already, under another idempotency key. CORRECTION_REPEATS: another event, about the same as the erased one, may repeat its words.',
            {
              enum: ['RECORDED_BEFORE', 'CORRECTION_REPEATS'],
            },
          ),
          message: text('In words.'),
          eventId: uuid('The first such event.'),
          position: whole('Where it is in the log.'),
        }),
        'If you sent it twice by mistake, withdraw one of them.',
      ),
    },
  ),
  BatchResult: object('What came of each command of a batch.', {
    recorded: whole('How many were recorded.'),
    repeated: whole('How many had been done before.'),
    refused: whole('How many were refused.'),
    results: many(
      {
        oneOf: [
          {
            allOf: [
              refTo('Outcome'),
              object('What came of it.', { status: text('What came of it.', { enum: ['recorded', 'repeated'] }) }),
            ],
          },
          object('Why it was refused.', {
            status: text('What came of it.', { const: 'refused' }),
            problem: refTo('Refusal'),
          }),
        ],
      },
      'In the order of the commands.',
    ),
  }),
  Problem: object('Why a request was refused (RFC 9457).', {
    type: text('Address of what is said of this kind of refusal, relative to the register.', {
      format: 'uri-reference',
    }),
    title: text('The kind of refusal.'),
    status: whole('HTTP status.', 400),
    detail: text('What happened, and what to do next.'),
  }),
  Refusal: {
    description: 'A problem with what this register adds to it (extension members of RFC 9457).',
    allOf: [
      refTo('Problem'),
      object(
        'What this register adds.',
        { code: text('The kind of refusal: stable, see /docs/refusals.') },
        {
          path: text('The parameter or field at fault.'),
          source: text('The law or standard behind the rule.'),
          problems: many(
            object('A field at fault.', { path: text('JSON Pointer.'), message: text('What is wrong with it.') }),
            'All fields at fault.',
          ),
          erasure: { type: 'object', description: 'What was erased, and by which event.' },
        },
      ),
    ],
  },
};
