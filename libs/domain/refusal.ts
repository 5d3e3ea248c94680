/** Every reason for which something can be refused, and what it means. Public: a code never changes its meaning. */
export const refusals = {
  MALFORMED_JSON: 'The body is not JSON.',
  DUPLICATE_JSON_KEY: 'An object in the body names the same field twice.',
  INVALID_UTF8: 'The body is not UTF-8.',
  BODY_TOO_LARGE: 'The body is larger than the register takes.',
  UNSUPPORTED_MEDIA_TYPE: 'The body is of a kind that is not read here.',
  SCHEMA_VIOLATION: 'A field is missing, unknown or of the wrong kind.',
  TEXT_NOT_ALLOWED:
    'A text holds control characters or half characters that cannot be stored, or nothing that can be seen.',
  UNKNOWN_COMMAND: 'There is no such command.',
  INVALID_PARAMETER: 'A parameter of the request has a value that makes no sense.',
  UNAUTHENTICATED: 'Writing needs an API key; none came, or it is not one of this register.',
  KEY_EXPIRED: 'The API key is past its date.',
  KEY_REVOKED: 'The API key was revoked.',
  KEY_NOT_CONFIRMED: 'The API key came back from a backup and is off until the operator confirms it.',
  ROLE_MAY_NOT: 'The role of this key may not do this.',
  OTHER_ORGANISATION: 'The system belongs to another organisation than the key.',
  NOT_FOUND: 'There is nothing here.',
  RANGE_NOT_SATISFIABLE: 'The file has no such range of bytes.',
  PRECONDITION_FAILED: 'The file is not the one that the request names.',
  DUMP_REMOVED: 'This dump is no longer kept; its content can be made again from the log.',
  PAYLOAD_ERASED: 'This was erased by law. Its proof stays.',
  ALL_OR_NOTHING: 'Not done, because another item of the same batch was refused.',
  ORGANISATION_UNKNOWN: 'The organisation is not in the register.',
  ORGANISATION_EXISTS: 'The organisation is in the register already.',
  ORGANISATION_CLOSED: 'The organisation has ceased to be.',
  NAME_RESERVED: 'The URN ends like a file of a form in which records are given.',
  IDENTIFIER_INVALID: 'An official identifier does not have the form of its scheme.',
  SYSTEM_UNKNOWN: 'The system is not in the register: nothing can be recorded before its registration.',
  SYSTEM_EXISTS: 'The system is in the register already.',
  SYSTEM_RETIRED:
    'The system is retired: only corrections, confirmations, erasures and figures for earlier periods are taken.',
  OCCURRED_IN_FUTURE: 'It cannot have happened yet.',
  OCCURRED_TOO_EARLY: 'The date is before 1950: most likely a slip.',
  PERIOD_REVERSED: 'A period ends before it begins.',
  PERIOD_NOT_OVER: 'Figures are for a period that is over.',
  PERIOD_AFTER_RETIREMENT: 'The period reaches beyond the retirement of the system.',
  PERIOD_OVERLAPS: 'Figures for another period that shares days with this one are in the register.',
  COUNTS_INCONSISTENT: 'The counts contradict each other.',
  PROHIBITED_PRACTICE: 'The system is classified as prohibited and may not be used.',
  DEROGATION_WITH_PROFILING: 'A system that profiles people is always high-risk: the claim is not open to it.',
  HIGH_RISK_WITHOUT_OVERSIGHT: 'A high-risk system needs assigned human oversight before production.',
  HIGH_RISK_WITHOUT_ASSESSMENT:
    'A high-risk system needs a fundamental-rights impact assessment before production, or a stated reason.',
  LOT_OPEN: 'A procurement is open for this lot already.',
  LOT_NOT_OPEN: 'No procurement is open for this lot.',
  OUT_OF_ORDER:
    'The status or the organisation changed later than that: nothing that changes them again can lie before.',
  ALREADY_DEPLOYED: 'The system is at this stage of use already.',
  NOT_DEPLOYED: 'The system is not in use.',
  NOT_SUSPENDED: 'The system is not suspended.',
  ALREADY_SUSPENDED: 'The system is suspended: resume it first.',
  INCIDENT_EXISTS: 'An incident with this identifier is recorded already.',
  INCIDENT_UNKNOWN: 'There is no incident with this identifier.',
  INCIDENT_CLOSED: 'The incident is closed already.',
  REQUEST_EXISTS: 'A correction request with this identifier is recorded already.',
  REQUEST_UNKNOWN: 'There is no correction request with this identifier.',
  REQUEST_ANSWERED: 'The correction request is answered already.',
  SUCCESSOR_UNKNOWN: 'The successor is not in the register.',
  SUCCESSOR_IN_CIRCLE: 'The successor leads back to what it would succeed.',
  SUCCESSOR_IS_ITSELF: 'A system or organisation cannot succeed itself.',
  EVENT_UNKNOWN: 'There is no such event on this stream.',
  NOTHING_TO_ERASE: 'The event has no such part, or it is erased already.',
  WRONG_EXPECTED_VERSION: 'Somebody else recorded something in between. Read again and decide anew.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before, for something else.',
  EVENT_ID_REUSED: 'An event with this id is in the log already.',
  LEAF_TOO_LARGE: 'The envelope is larger than a leaf of the log may be (65,535 bytes).',
  PAYLOAD_TOO_LARGE:
    'The event carries more than 256 KiB, or its command, as it was sent, has more than 512 KiB or 5,000 values.',
  EMPTY_APPEND: 'There is nothing to append.',
  TOO_MANY_EVENTS: 'Too many events at once.',
  QUERY_TOO_LARGE: 'The query asks for more than one query may.',
  WEBHOOK_UNREACHABLE: 'A webhook must lead to a public address by https.',
  TOO_MANY_WEBHOOKS: 'The register has as many webhooks as it takes.',
  TOO_SLOW: 'Finding the answer takes longer than a request may.',
  TOO_MANY_REQUESTS: 'Too many requests came from this address in a short time.',
  STORE_UNAVAILABLE: 'The database does not answer. Try again with the same idempotency key.',
  LOG_REFUSES:
    'The database of the register is not the one that its log has signed. Nothing is recorded until its operator has mended that.',
  EVENTS_LOST:
    'The database no longer holds events that were acknowledged: it was replaced by an older state. Nothing is recorded until the operator has put them back or accepted the loss (vitrine status says which).',
  CLOCK_WRONG: 'A clock is wrong: what is recorded would have a time that is not true.',
  INTERNAL_ERROR: 'The register made a mistake. It is logged; nothing was recorded unless the answer says so.',
} as const;

export type RefusalCode = keyof typeof refusals;

/** `path`: JSON pointer of the field. `source`: the law behind the rule. `problems`: one a field, for schema violations. */
export type RefusalDetails = {
  path?: string;
  source?: string;
  actual?: number;
  problems?: { path: string; message: string }[];
  /** What erased it: PAYLOAD_ERASED. */
  erasure?: { event: string; part: string; basis: string; erasedBy: string; position: number; occurredAt: string };
};

/** Something that was asked for is not done, for a reason that the asker can understand and mend. */
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
