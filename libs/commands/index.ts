export { breathe } from './breath.js';
export { type CommandHandler, createCommandHandler, type Outcome } from './handle.js';
export { maxCommands, parseInPieces, parseJson, tooManyCommands } from './parse-json.js';
export { parseSubmission, type Submission, schemaFileOf } from './submission.js';
