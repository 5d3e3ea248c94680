import type { JsonSchema } from '../parameter.js';
import { refTo } from './components.js';

type Definitions = { [name: string]: JsonSchema };

const text = (description: string, more: object = {}): JsonSchema => ({ type: 'string', description, ...more });
const whole = (description: string, minimum = 0): JsonSchema => ({ type: 'integer', minimum, description });
const many = (items: JsonSchema, description: string): JsonSchema => ({ type: 'array', description, items });
const also = (component: string, description: string): JsonSchema => ({ ...refTo(component), description });
const urn = (description: string) => text(description, { pattern: '^urn:vitrine:' });
const uuid = (description: string) => text(description, { format: 'uuid' });
const time = (description: string) => text(description, { format: 'date-time' });
const day = (description: string) => text(description, { format: 'date' });
const month = text('YYYY-MM', { pattern: '^\\d{4}-\\d\\d$' });

function object(description: string, required: Definitions, optional: Definitions = {}): JsonSchema {
  return {
    type: 'object',
    description,
    ...(Object.keys(required).length > 0 && { required: Object.keys(required) }),
    properties: { ...required, ...optional },
  };
}

/** A part of a record with what may come after it. */
const with_ = (component: string, properties: Definitions): JsonSchema => ({
  allOf: [refTo(component), { type: 'object', properties }],
});

const eventFacts = {
  position: whole('Its place in the log.'),
  eventId: uuid('Its id.'),
  type: text('Its kind.'),
  occurredAt: also('DateOrTime', 'When it was true in the city.'),
  recordedAt: time('When it was recorded.'),
  organisation: urn('The organisation that it belongs to.'),
  actor: refTo('Actor'),
  data: { type: ['object', 'null'], description: 'What it carries; null when it was erased by law.' },
  erased: many({ type: 'string', enum: ['content', 'contact'] }, 'Parts of it that were erased by law.'),
};
const version = {
  ...eventFacts,
  number: whole('From 1, in the order of recording.', 1),
  changed: many({ type: 'string' }, 'Names of the fields that changed.'),
};
const countsOf = (description: string): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties: refTo('PublishedCount'),
});

/** What answers are made of. `description`: the fields of a description of a system (schema/events). */
export const answerComponents = (description: Definitions): Definitions => ({
  DateOrTime: {
    description: 'A date, or a UTC time.',
    oneOf: [
      { type: 'string', format: 'date' },
      { type: 'string', format: 'date-time', pattern: 'Z$' },
    ],
  },
  Actor: object('Who recorded an event: never a person.', {
    organisation: urn('URN of the organisation; urn:vitrine:register is the operator of the register.'),
    role: text('editor, integrator or administrator.'),
  }),
  Erasure: object('What is left of a part of an event that was erased by law.', {
    event: uuid('Id of the event that carried it.'),
    part: text('Which part.', { enum: ['content', 'contact'] }),
    basis: refTo('ErasureBasis'),
    erasedBy: uuid('Id of the event that says so.'),
    occurredAt: also('DateOrTime', 'When it was erased.'),
  }),
  SystemRecord: object(
    'What the register says of a system. A field that is absent is unknown.',
    {
      id: urn('URN of the system: urn:vitrine:sys:<scheme>:<id>:<name>.'),
      organisation: urn('URN of the organisation in charge.'),
      status: refTo('SystemStatus'),
      statusSince: also('DateOrTime', 'Since when.'),
      registeredAt: also('DateOrTime', 'When it came into the register.'),
    },
    {
      ...description,
      contact: refTo('Contact'),
      procurements: many(with_('ProcurementStarted', { ended: refTo('ProcurementEnded') }), 'Procurements.'),
      contracts: many(refTo('ContractAwarded'), 'Contracts.'),
      risk: also('RiskClassified', 'Its risk class, with grounds.'),
      assessments: many(refTo('AssessmentRecorded'), 'Assessments, made or not.'),
      oversight: many(refTo('OversightAssigned'), 'Who oversees it.'),
      deployment: also('DeploymentStarted', 'Its last deployment.'),
      suspension: also('DeploymentSuspended', 'Its last suspension.'),
      resumption: also('DeploymentResumed', 'Its last resumption.'),
      incidents: many(with_('IncidentReported', { closed: refTo('IncidentClosed') }), 'Incidents.'),
      costs: many(refTo('CostReported'), 'What it cost.'),
      energy: many(refTo('EnergyReported'), 'How much electricity it used.'),
      consultations: many(refTo('ConsultationHeld'), 'Who was asked.'),
      confirmedAt: also('DateOrTime', 'When the record was last confirmed to be correct.'),
      nextReview: day('When it is to be looked at again.'),
      corrections: many(refTo('Correction'), 'What was corrected.'),
      correctionRequests: many(
        with_('CorrectionRequested', { answered: refTo('CorrectionAnswered') }),
        'What readers reported.',
      ),
      withheld: {
        type: 'object',
        description: 'Fields that are not published, with legal basis and reason.',
        additionalProperties: { type: 'object' },
      },
      retirement: also('SystemRetired', 'Its end.'),
      erasures: many(refTo('Erasure'), 'What was erased by law.'),
      statusBefore: also('SystemStatus', 'While suspended: to which status a resumption leads back.'),
    },
  ),
  Matched: text('How a search was understood: all words are there, most of them, or names that are spelled alike.', {
    enum: ['ALL_WORDS', 'MOST_WORDS', 'SIMILAR_NAMES'],
  }),
  Correction: object(
    'Something in a record was wrong.',
    { occurredAt: also('DateOrTime', 'When it was corrected.') },
    { wrong: also('LanguageMap', 'What was wrong.'), since: also('DateOrTime', 'Since when the right value holds.') },
  ),
  VersionSummary: object('A change of a record.', version),
  Version: object('A record as one event left it.', { ...version, record: refTo('SystemRecord') }),
  Difference: object(
    'A field that differs.',
    { path: text('JSON Pointer (RFC 6901) into the record; texts by language, lists as a whole.') },
    {
      before: { description: 'The earlier value; absent where there was none.' },
      after: { description: 'The later value; absent where there is none any more.' },
    },
  ),
  TimelineEntry: object('An event of a system.', { system: urn('URN of the system.'), ...eventFacts }),
  Organisation: {
    description: 'A city or another body that answers for systems.',
    allOf: [
      refTo('OrganisationRegistered'),
      object(
        'What else the register says of it.',
        {
          id: urn('URN: urn:vitrine:org:<scheme>:<id>.'),
          status: text('Whether it still is.', { enum: ['open', 'closed'] }),
          registeredAt: also('DateOrTime', 'When it joined the register.'),
          formerNames: many(
            object('Names that it had.', { names: refTo('LanguageMap'), until: also('DateOrTime', 'Until then.') }),
            'Names that it had, the oldest first.',
          ),
        },
        { closed: refTo('OrganisationClosed'), erasures: many(refTo('Erasure'), 'What was erased by law.') },
      ),
    ],
  },
  SupplierSummary: object('Who supplies systems.', {
    name: text('Its name: suppliers are told apart by it.'),
    contracts: whole('How many contracts.', 1),
    systems: whole('About how many systems.', 1),
    organisations: whole('With how many organisations.', 1),
  }),
  SystemContract: {
    description: 'A contract about a system.',
    ...with_('ContractAwarded', {
      system: urn('URN of the system.'),
      organisation: urn('URN of the organisation in charge.'),
      number: whole('From 0, in the order of effect within the system.'),
    }),
  },
  PublishedCount: {
    description:
      'A number; "suppressed": from 1 to 9, or it would give away a count that is: it was never recorded; null: nobody reported it. That is not zero.',
    oneOf: [{ type: 'integer', minimum: 0 }, { type: 'string', const: 'suppressed' }, { type: 'null' }],
  },
  OversightFigures: object(
    'What human oversight of a system came to in a period.',
    {
      system: urn('URN of the system.'),
      period: refTo('Period'),
      measured: { type: 'boolean', description: 'False: nobody counted.' },
      outputs: also('PublishedCount', 'Outputs of the system in the period: the denominator of all that follows.'),
      reviewed: also('PublishedCount', 'Outputs that a person reviewed.'),
      overridden: also('PublishedCount', 'Outputs that a person disregarded, reversed or corrected.'),
      overriddenByReason: countsOf('Overridden, by code of override-reason.'),
      overriddenByOutcome: countsOf('Overridden, by code of override-outcome.'),
      objections: also('PublishedCount', 'Objections by people concerned.'),
      objectionsByOutcome: countsOf('Objections, by code of objection-outcome.'),
      position: whole('Position in the log of the report.'),
    },
    { note: also('LanguageMap', 'How it was counted, or why not.') },
  ),
  OverrideCount: object('Override acts of a month.', {
    system: urn('URN of the system.'),
    month,
    act: refTo('OverrideAct'),
    reason: refTo('OverrideReason'),
    count: whole('How often.', 1),
  }),
  Gap: object('A duty with no event behind it.', {
    system: urn('URN of the system.'),
    organisation: urn('URN of the organisation in charge.'),
    obligation: refTo('Obligation'),
    since: day('The first day on which it was missing.'),
    bindingFrom: {
      type: ['string', 'null'],
      format: 'date',
      description: 'From which day the law binds this system; null where the duty is not one of law.',
    },
  }),
  Totals: object('How much the register holds.', {
    systems: whole('Systems that the filter leaves.'),
    organisations: whole('Organisations, of the whole register.'),
    events: whole('Events, of the whole register.'),
  }),
  Count: object('How many systems have a value.', {
    value: text('The value: a code, a URN, a name.'),
    count: whole('How many.', 1),
  }),
  StatusCount: object('Systems in a status at the end of a month.', {
    month,
    status: refTo('SystemStatus'),
    systems: whole('How many.', 1),
  }),
  EventCount: object('Events of a month.', { month, type: text('The kind.'), events: whole('How many.', 1) }),
  Codelist: object('A code list.', { name: text('Its name.'), codes: whole('How many codes it has.', 1) }),
  Code: object('A code.', {
    code: text('The code: stable, the same in every language.'),
    labels: { type: 'object', description: 'Language to label.', additionalProperties: { type: 'string' } },
  }),
  Envelope: object(
    'The permanent, public envelope of an event: the leaf of the log.',
    {
      format: { type: 'string', const: 'vitrine/envelope/v1' },
      origin: text('The register.'),
      id: uuid('UUIDv7.'),
      organisation: urn('The organisation that it belongs to.'),
      streamVersion: whole('Its place among the events of its system or organisation.'),
      type: text('Its kind.'),
      schemaVersion: whole('Version of the schema of what it carries.', 1),
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
  Outcome: object('What came of a command.', {
    eventId: uuid('Id of the event.'),
    eventType: text('Its kind.'),
    position: whole('Where the event is in the log.'),
    version: whole('Where it is in the stream of its system or organisation.'),
    recordedAt: time('When it was recorded.'),
    repeated: { type: 'boolean', description: 'The same command was done before; this is its first result.' },
  }),
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
});
