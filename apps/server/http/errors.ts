import { Refusal, type RefusalCode } from '#domain';
import { logger } from '../register/logger.js';

/** HTTP status of each refusal. Any other is 422: understood, but against a rule of the register. */
const statuses: Partial<Record<RefusalCode, number>> = {
  MALFORMED_JSON: 400,
  DUPLICATE_JSON_KEY: 400,
  INVALID_UTF8: 400,
  SCHEMA_VIOLATION: 400,
  TEXT_NOT_ALLOWED: 400,
  UNKNOWN_COMMAND: 400,
  INVALID_PARAMETER: 400,
  UNAUTHENTICATED: 401,
  KEY_EXPIRED: 401,
  KEY_REVOKED: 401,
  KEY_NOT_CONFIRMED: 401,
  ROLE_MAY_NOT: 403,
  OTHER_ORGANISATION: 403,
  NOT_FOUND: 404,
  DUMP_REMOVED: 410,
  PRECONDITION_FAILED: 412,
  RANGE_NOT_SATISFIABLE: 416,
  PAYLOAD_ERASED: 410,
  WRONG_EXPECTED_VERSION: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  EVENT_ID_REUSED: 409,
  REPORT_DECIDED: 409,
  ORGANISATION_EXISTS: 409,
  SYSTEM_EXISTS: 409,
  BODY_TOO_LARGE: 413,
  PAYLOAD_TOO_LARGE: 413,
  LEAF_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  QUERY_TOO_LARGE: 400,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_ERROR: 500,
  STORE_UNAVAILABLE: 503,
  TOO_SLOW: 503,
  LOG_REFUSES: 503,
  EVENTS_LOST: 503,
  CLOCK_WRONG: 503,
};

export function statusOf(code: RefusalCode): number {
  return statuses[code] ?? 422;
}

/** RFC 9457 problem details. `code` is stable and documented in schema/refusals.md. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: RefusalCode;
  path?: string;
  source?: string;
  problems?: { path: string; message: string }[];
  duties?: string[];
  erasure?: Refusal['details']['erasure'];
};

export function toProblem(refusal: Refusal): Problem {
  const { path, source, problems, duties, erasure } = refusal.details;
  return {
    type: `/docs/refusals#${refusal.code.toLowerCase()}`,
    title: refusal.code.toLowerCase().replaceAll('_', ' '),
    status: statusOf(refusal.code),
    detail: refusal.message,
    code: refusal.code,
    ...(path === undefined ? {} : { path }),
    ...(source === undefined ? {} : { source }),
    ...(problems === undefined ? {} : { problems }),
    ...(duties === undefined ? {} : { duties }),
    ...(erasure === undefined ? {} : { erasure }),
  };
}

/** Errors of the framework and the database in the register's own words; anything else is a bug, logged here once. */
export function toRefusal(error: unknown, tried: string, request?: string): Refusal {
  if (error instanceof Refusal) return error;
  const {
    code = '',
    statusCode,
    status = statusCode,
    message = '',
    cause,
  } = (error ?? {}) as { code?: string; status?: number; statusCode?: number; message?: string; cause?: unknown };
  if (cause instanceof Refusal) return cause;
  if (status === 413) return new Refusal('BODY_TOO_LARGE');
  if (status === 415) return new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send JSON with "Content-Type: application/json".');
  if (status === 400) return new Refusal('MALFORMED_JSON', message.slice(0, 300));
  if (status === 416) return new Refusal('RANGE_NOT_SATISFIABLE', 'The file ends before that range begins.');
  if (status === 412) return new Refusal('PRECONDITION_FAILED');
  // The 403 of the file server: a path that leads out of its folder, or to the folder itself.
  if (status === 403) return new Refusal('NOT_FOUND');
  if (status === 404)
    return new Refusal('NOT_FOUND', `${message.slice(0, 300)}: there is nothing here. What there is: /docs/api.`);
  if (code === '57014')
    return new Refusal('TOO_SLOW', 'Finding this takes too long. Ask for less, or download the dumps under /exports.');
  // The tables of a past day were dropped meanwhile; they are filled again.
  if (
    code === '3F000' ||
    /relation "(read_day_\d+[.])?(system|tag_count)" does not exist|Cannot use a pool after calling end/.test(message)
  )
    return new Refusal('TOO_SLOW', 'This past day has to be prepared again. Ask again in a moment.');
  if (/^22\w{3}$/.test(code))
    return new Refusal('INVALID_PARAMETER', 'A value of the request cannot be read by the database.');
  if (isUnavailable(code, message)) return new Refusal('STORE_UNAVAILABLE');
  // The address by which a reader follows a report is a secret.
  logger.error({ err: error, tried: tried.replace(/(\/reports\/)[\w-]+/, '$1...'), request });
  return new Refusal('INTERNAL_ERROR');
}

/** PostgreSQL classes 08 (connection), 53 (resources), 57P (shutdown), and Node's own connection errors. */
function isUnavailable(code: string, message: string): boolean {
  return (
    /^(08(?!P01)|53|57P)|^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/.test(code) ||
    /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Query read timeout/.test(
      message,
    )
  );
}
