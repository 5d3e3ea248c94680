export { breathe } from './breath.js';
export { type CommandHandler, createCommandHandler } from './handle.js';
export type { Outcome } from './outcome.js';
export { maxCommands, parseInPieces, parseJson, tooManyCommands } from './parse-json.js';
export { parseSubmission, type Submission, schemaFileOf } from './submission.js';
