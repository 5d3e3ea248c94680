/** Every reason for a refusal, and what it means. Public: a code never changes its meaning. */
export const refusals = {
  MALFORMED_JSON: 'The body is not JSON.',
  DUPLICATE_JSON_KEY: 'An object in the body names the same field twice.',
  INVALID_UTF8: 'The body is not UTF-8.',
  BODY_TOO_LARGE: 'The body is larger than the register takes.',
  UNSUPPORTED_MEDIA_TYPE: 'The register does not read bodies of this content type.',
  SCHEMA_VIOLATION: 'A field is missing, unknown or of the wrong kind.',
  TEXT_NOT_ALLOWED: 'A text has control characters or broken characters that cannot be stored, or nothing visible.',
  UNKNOWN_COMMAND: 'There is no such command.',
  INVALID_PARAMETER: 'A request parameter has an invalid value.',
  UNAUTHENTICATED: 'Writing needs an API key. None was sent, or it is not a key of this register.',
  KEY_EXPIRED: 'The API key has expired.',
  KEY_REVOKED: 'The API key was revoked.',
  KEY_NOT_CONFIRMED: 'The API key was restored from a backup and stays off until the operator confirms it.',
  ROLE_MAY_NOT: 'The role of this API key does not allow this.',
  OTHER_ORGANISATION: 'The system belongs to a different organisation than the API key.',
  NOT_FOUND: 'There is nothing here.',
  RANGE_NOT_SATISFIABLE: 'The file does not have the requested range of bytes.',
  PRECONDITION_FAILED: 'The file is not the version that the request asks for.',
  DUMP_REMOVED: 'This dump is no longer kept. Its content can be rebuilt from the log.',
  PAYLOAD_ERASED: 'This was erased as the law requires. Its proof remains.',
  ALL_OR_NOTHING: 'Not done, because another item of the same batch was refused.',
  ORGANISATION_UNKNOWN: 'The organisation is not in the register.',
  ORGANISATION_EXISTS: 'The organisation is in the register already.',
  ORGANISATION_CLOSED: 'The organisation no longer exists.',
  NAME_RESERVED: 'The URN ends in a file name extension that is reserved for the formats of records.',
  IDENTIFIER_INVALID: 'An official identifier does not match its scheme.',
  SYSTEM_UNKNOWN: 'The system is not in the register. Register it first.',
  SYSTEM_EXISTS: 'The system is in the register already.',
  SYSTEM_RETIRED:
    'The system is retired. It only takes corrections, confirmations, erasures, assessments, incidents, costs, and what happened while it was in use.',
  OCCURRED_IN_FUTURE: 'The date is in the future.',
  OCCURRED_TOO_EARLY: 'The date is before 1950, most likely a typing error.',
  PERIOD_REVERSED: 'A period ends before it begins.',
  PERIOD_NOT_OVER: 'Figures can only be reported for a period that has ended.',
  PERIOD_AFTER_RETIREMENT: 'The period extends beyond the retirement of the system.',
  PERIOD_OVERLAPS: 'The register already has figures for a different period that overlaps this one.',
  COUNTS_INCONSISTENT: 'The counts contradict each other.',
  PROHIBITED_PRACTICE: 'The system is classified as prohibited and may not be used.',
  DEROGATION_WITH_PROFILING: 'A system that profiles people is always high-risk and cannot use this exception.',
  ANNEX_III_WITHOUT_DEROGATION:
    'A system of Annex III is high-risk, unless the exception of Art 6(3) is claimed: by whom, on which ground, and that it profiles nobody.',
  ARTICLE_5_WITHOUT_EXCEPTION: 'A practice of Art 5 is prohibited, unless the exception that applies is named.',
  GROUNDS_WITHOUT_WORDS: 'The grounds of a classification need words.',
  NOT_A_BREACH: 'The law does not forbid this use by a duty that is named as breached.',
  HIGH_RISK_WITHOUT_OVERSIGHT: 'A high-risk system needs assigned human oversight before production.',
  HIGH_RISK_WITHOUT_ASSESSMENT: 'A high-risk system needs a fundamental-rights impact assessment before production.',
  LOT_OPEN: 'A procurement for this lot is already open.',
  LOT_NOT_OPEN: 'No procurement is open for this lot.',
  OUT_OF_ORDER: 'The status or the organisation changed on a later date. A new change cannot be dated before it.',
  ALREADY_DEPLOYED:
    'The system is already at this stage of use. Another place or service is another deployment (data.deployment); a new version or supplier is recorded with ChangeSystem.',
  NOT_DEPLOYED: 'The system, or the deployment that is named, is not in use.',
  NOT_SUSPENDED: 'The system, or the deployment that is named, is not suspended.',
  ALREADY_SUSPENDED: 'The system, or the deployment that is named, is suspended: resume it first.',
  INCIDENT_EXISTS: 'An incident with this identifier is recorded already.',
  INCIDENT_UNKNOWN: 'There is no incident with this identifier.',
  INCIDENT_CLOSED: 'The incident is closed already.',
  REQUEST_EXISTS: 'A correction request with this identifier is recorded already.',
  REQUEST_UNKNOWN: 'There is no correction request with this identifier.',
  REPORT_DECIDED: 'The reader’s report was decided before.',
  REQUEST_ANSWERED: 'The correction request is answered already.',
  SUCCESSOR_UNKNOWN: 'The successor is not in the register.',
  SUCCESSOR_IN_CIRCLE: 'The chain of successors would lead back to where it starts.',
  SUCCESSOR_IS_ITSELF: 'A system or organisation cannot succeed itself.',
  EVENT_UNKNOWN: 'This system or organisation has no such event.',
  EVENT_OF_OTHER_TYPE: 'The event is of another type than the command says.',
  EVENT_NOT_CORRECTABLE: 'An event of this type cannot be corrected or retracted.',
  ALREADY_RETRACTED: 'The event was retracted already.',
  OTHER_EVENT_DEPENDS: 'With this, another event could not have been recorded. Correct or retract that one first.',
  NOTHING_TO_ERASE: 'The event has no such part, or it was erased already.',
  WRONG_EXPECTED_VERSION: 'Someone else recorded an event in the meantime. Read again, then decide again.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was already used for a different command.',
  EVENT_ID_REUSED: 'An event with this id is in the log already.',
  LEAF_TOO_LARGE: 'The envelope is larger than an entry of the log may be (65,535 bytes).',
  PAYLOAD_TOO_LARGE:
    'The event carries more than 256 KiB, or its command as sent has more than 512 KiB or 5,000 values.',
  EMPTY_APPEND: 'There is nothing to append.',
  TOO_MANY_EVENTS: 'Too many events at once.',
  QUERY_TOO_LARGE: 'The query asks for too much at once.',
  WEBHOOK_UNREACHABLE: 'A webhook needs a public address that starts with https.',
  TOO_MANY_WEBHOOKS: 'The register has reached its maximum number of webhooks.',
  TOO_SLOW: 'Finding the answer would take longer than a request may.',
  TOO_MANY_REQUESTS: 'Too many requests from this address in a short time.',
  STORE_UNAVAILABLE:
    'The database does not answer. Try again in a moment: what you sent, with the same idempotency key.',
  LOG_REFUSES:
    'The database is not the one that the log of the register has signed. Nothing is recorded until the operator has repaired this.',
  EVENTS_LOST:
    'The database has lost acknowledged events because it was replaced by an older state. Nothing is recorded until the operator has restored them or accepted the loss (vitrine status says which).',
  CLOCK_WRONG: 'A clock is wrong, so the event would get a wrong time.',
  INTERNAL_ERROR:
    'Something went wrong in the register. It was logged. Nothing was recorded unless the answer says so.',
} as const;

export type RefusalCode = keyof typeof refusals;

/** `path`: JSON pointer of the field. `source`: the law behind the rule. `problems`: for schema violations, one entry per fault. */
export type RefusalDetails = {
  path?: string;
  source?: string;
  actual?: number;
  problems?: { path: string; message: string }[];
  /** What the law forbids: the duties (schema/duties) that bar it. A command that names them as breaches is taken. */
  duties?: string[];
  /** For PAYLOAD_ERASED: the erasure. */
  erasure?: { event: string; part: string; basis: string; erasedBy: string; position: number; occurredAt: string };
};

/** A request that is not carried out, for a reason that the caller can understand and put right. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: RefusalCode,
    message: string = refusals[code],
    readonly details: RefusalDetails = {},
  ) {
    super(message);
  }
}
