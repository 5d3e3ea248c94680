import type { JsonSchema } from '../parameter.js';
import { refTo } from './components.js';
import { also, type Definitions, day, many, month, object, text, urn, whole } from './schema.js';

const orNull = (description: string): JsonSchema => ({ type: ['string', 'null'], format: 'date', description });
const countsOf = (description: string): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties: refTo('PublishedCount'),
});

/** The events of a statement. */
const provedEvents = many(
  object('An event.', {
    receipt: text('Its receipt (c2sp.org/tlog-proof@v1) by that size of the log.'),
    payload: text('The lines of its payload; without those that were erased.'),
  }),
  'All events of the system, then all of its organisation, each in the order of recording.',
);

/** The components of human oversight: figures and acts, duties and what they came to. */
export const oversightComponents: Definitions = {
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
      outputs: also(
        'PublishedCount',
        'Outputs of the system in the period. People reviewed some of them (reviewed); of those they overrode some (overridden).',
      ),
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
  Gap: object('A duty that is not met.', {
    system: urn('URN of the system.'),
    organisation: urn('URN of the organisation in charge.'),
    obligation: also('Obligation', 'What is lacking.'),
    duty: text('Id of the duty: the law and the article.'),
    dutyVersion: whole('Version of its entry.', 1),
    status: also('DutyStatus', 'What it came to.'),
    since: day('The first day on which it was not met.'),
    until: orNull('The first day on which that was over, or will be though nothing happens; null if there is none.'),
    bindingFrom: orNull(
      'From which day every reading of the law binds this system; null where the duty is not one of law, or it cannot be told.',
    ),
  }),
  Duty: object(
    'A duty of the law, or of good practice, as data (schema/duties).',
    {
      id: text('Its name: the law and the article.'),
      version: whole('The version of the entry.', 1),
      since: day('The day from which this version was shown.'),
      obligation: also('Obligation', 'What is lacking if it is not met.'),
      kind: text('law, or good-practice.', { enum: ['law', 'good-practice'] }),
      article: { type: 'object', description: 'Where it stands: cite, and eli (European Legislation Identifier).' },
      tell: many({ type: 'string' }, 'Who is to be told.'),
      binds: { type: 'object', description: 'The condition on who uses it.' },
      applies: { type: 'object', description: 'The condition on the system.' },
      dates: many({ type: 'object' }, 'From when, by each reading of the law.'),
      met: { type: 'object', description: 'What meets it.' },
      settled: {
        type: 'object',
        description: 'Whether it is settled how the law is to be read, and how it is read here.',
      },
      sources: many({ type: 'string' }, 'The texts that were read.'),
    },
    { bars: { type: 'boolean', description: 'Whether the law forbids the use without it.' } },
  ),
  DutyState: object('What a duty of a system came to for some time.', {
    system: urn('URN of the system.'),
    organisation: urn('URN of the organisation in charge.'),
    duty: text('Id of the duty.'),
    dutyVersion: whole('Version of its entry.', 1),
    status: also('DutyStatus', 'What it came to.'),
    lacks: many({ type: 'string' }, 'The facts that are missing to tell.'),
    since: day('From which day.'),
    until: orNull('Until which day (exclusive); null if there is none, as far as is known.'),
    bindingFrom: orNull(
      'From which day every reading of the law binds this system; null where the duty is not one of law, or it cannot be told.',
    ),
  }),
  SystemSignal: object(
    'Something in the figures or events of a system that deserves a question. It accuses nobody: there may be a good reason.',
    { signal: refTo('Signal'), since: day('From which day it holds.') },
    {
      period: refTo('Period'),
      counts: {
        type: 'object',
        description: 'The numbers that it rests on.',
        additionalProperties: { type: 'integer' },
      },
      about: object('An incident with another system of a supplier of this one.', {
        system: urn('URN of that system.'),
        supplier: text('Name of the supplier.'),
        incident: text('Its number there.'),
        on: day('When it happened.'),
      }),
      answer: also('SignalAnswered', 'What the organisation said to it.'),
    },
  ),
  Statement: object(
    'What a duty came to on a day, with what proves it. The tree of the log proves that the events are in it; that their streams have no others, and what follows, is the signed word of the register.',
    {
      note: text(
        'What is signed by the key of the log (c2sp.org/signed-note): the heads of the streams at a size of the log, and what the duty came to.',
      ),
      duty: refTo('Duty'),
      events: provedEvents,
    },
  ),
  DecisionReceipt: object(
    'How a system stood on a day, with what proves it. The tree of the log proves that the events are in it; that their streams have no others, and that the record and the duties follow from them, is the signed word of the register.',
    {
      note: text(
        'What is signed by the key of the log (c2sp.org/signed-note): the heads of the streams at a size of the log, the hash of the record, and what each duty came to.',
      ),
      record: refTo('SystemRecord'),
      duties: many(refTo('Duty'), 'The entries that its duties were judged by, in the order of the note.'),
      events: provedEvents,
    },
  ),
};
