import { refTo } from './components.js';
import { also, type Definitions, day, many, month, object, text, time, urn, uuid, whole, with_ } from './schema.js';

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
/** The components of answers. `description`: the fields of a description of a system (schema/events). */
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
      changedAt: also('DateOrTime', 'When something in it last changed.'),
    },
    {
      ...description,
      contact: refTo('Contact'),
      procurements: many(with_('ProcurementStarted', { ended: refTo('ProcurementEnded') }), 'Procurements.'),
      contracts: many(refTo('ContractAwarded'), 'Contracts.'),
      risk: also('RiskClassified', 'Its risk class, with grounds.'),
      assessments: many(refTo('AssessmentRecorded'), 'Assessments, made or not.'),
      oversight: many(refTo('OversightAssigned'), 'Who oversees it.'),
      deployments: many(refTo('Deployment'), 'Where it is used, or was: each place or service with its status.'),
      changes: many(refTo('SystemChanged'), 'What was changed in the system itself.'),
      deployment: { ...also('DeploymentStarted', 'The deployment that gives the status.'), deprecated: true },
      suspension: { ...also('DeploymentSuspended', 'The last suspension of that deployment.'), deprecated: true },
      resumption: { ...also('DeploymentResumed', 'The last resumption of that deployment.'), deprecated: true },
      incidents: many(with_('IncidentReported', { closed: refTo('IncidentClosed') }), 'Incidents.'),
      costs: many(refTo('CostReported'), 'What it cost.'),
      energy: many(refTo('EnergyReported'), 'How much electricity it used.'),
      consultations: many(refTo('ConsultationHeld'), 'Who was asked.'),
      signalAnswers: many(refTo('SignalAnswered'), 'What the organisation says to signals.'),
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
      incomplete: many(
        object('An event that this program could not take in: the record lacks what it says, the log has it.', {
          event: uuid('Id of the event.'),
          type: text('Its kind.'),
          position: whole('Where it is in the log.'),
        }),
        'What the record lacks.',
      ),
      statusBefore: also('SystemStatus', 'While suspended: to which status a resumption leads back.'),
    },
  ),
  Deployment: {
    description: 'A use of a system in a place or a service: what its events say, its status, and since when.',
    ...with_('DeploymentStarted', {
      deployment: text('Its id.'),
      status: also('SystemStatus', 'Whether it is in use there: piloted, in-use, suspended or stopped.'),
      since: also('DateOrTime', 'Since when.'),
      suspended: also('DeploymentSuspended', 'Its last suspension.'),
      resumed: also('DeploymentResumed', 'Its last resumption.'),
      ended: also('DeploymentEnded', 'Its end.'),
      statusBefore: also('SystemStatus', 'While suspended: to which status a resumption leads back.'),
    }),
  },
  ReplacedWord: object('A word of a search that is nowhere in the register.', {
    typed: text('The word that was typed.'),
    searchedFor: text('The near one that was looked for instead.'),
  }),
  Matched: text('How a search was understood: all words are there, most of them, or names that are spelled alike.', {
    enum: ['ALL_WORDS', 'MOST_WORDS', 'SIMILAR_NAMES'],
  }),
  Correction: object(
    'Something in a record was wrong.',
    { occurredAt: also('DateOrTime', 'When it was corrected.') },
    {
      wrong: also('LanguageMap', 'What was wrong.'),
      since: also('DateOrTime', 'Since when the right value holds; of a record only.'),
      event: uuid('Id of the event that was wrong; absent for a correction of the record.'),
      eventType: text('Type of that event.'),
      retracted: { type: 'boolean', description: 'Whether that event was retracted.' },
    },
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
  TimelineEntry: object('An event of a system.', {
    system: urn('URN of the system.'),
    ...eventFacts,
    standing: text('The last word on it.', { enum: ['stands', 'corrected', 'retracted'] }),
    correctedBy: many(
      uuid('Id of an event.'),
      'The events that correct or retract it and were not retracted themselves, in the order of recording.',
    ),
  }),
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
  Standard: object('A standard into which records go.', {
    id: text('Its id.'),
    title: text('Its name.'),
    source: text('Where it is described.', { format: 'uri' }),
    languages: many(
      text('ISO 639-1.'),
      'Its languages, a record each; empty: one record, in the language that is asked for.',
    ),
    losses: many(
      object('What it cannot hold.', {
        field: text('Field of the record.'),
        loss: text('All of the field, or a part.', { enum: ['all', 'part'] }),
        why: text('What is lost.'),
      }),
      'What it cannot hold.',
    ),
  }),
  InStandard: object('A record in a standard.', {
    standard: text('Id of the standard.'),
    isMeantFor: { type: 'boolean', description: 'Whether the standard is meant for such a system.' },
    records: many(
      object('The record in one language.', {
        language: text('ISO 639-1.'),
        record: { type: 'object', description: 'By the field names of the standard.' },
        missing: many(
          object(
            'A field that the standard requires and the record does not say.',
            {
              field: text('Its name in the standard.'),
              from: many(text('Field of the record.'), 'Where it would come from.'),
            },
            { languages: many(text('ISO 639-1.'), 'Other languages in which the record says it.') },
          ),
          'What is missing.',
        ),
      }),
      'The record, once a language.',
    ),
  }),
  Codelist: object('A code list.', { name: text('Its name.'), codes: whole('How many codes it has.', 1) }),
  Code: object('A code.', {
    code: text('The code: stable, the same in every language.'),
    labels: { type: 'object', description: 'Language to label.', additionalProperties: { type: 'string' } },
  }),
});
