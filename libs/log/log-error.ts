/** What can be wrong with a file of a log, a key, or the log itself. */
export type LogErrorCode =
  | 'KEY_MALFORMED'
  | 'KEY_MISSING'
  | 'KEY_EXISTS'
  | 'KEY_OTHER'
  | 'NOTE_MALFORMED'
  | 'SIGNATURE_INVALID'
  | 'SIGNATURE_MISSING'
  | 'CHECKPOINT_MALFORMED'
  | 'PROOF_MALFORMED'
  | 'PROOF_INVALID'
  | 'STATEMENT_MALFORMED'
  | 'STATEMENT_INVALID'
  | 'POLICY_MALFORMED'
  | 'POLICY_NOT_MET'
  | 'TILE_MISSING'
  | 'TILE_MALFORMED'
  | 'ROOT_DIFFERS'
  | 'DATABASE_DIFFERS'
  | 'FILE_REFUSED'
  | 'LOG_FORKED';

/** A check of the log that failed. `code` is for programs, the message for people. */
export class LogError extends Error {
  constructor(
    readonly code: LogErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'LogError';
  }
}
