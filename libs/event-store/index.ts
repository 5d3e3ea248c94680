export type { KnownEvent, Loss } from './acknowledged.js';
export { type CopyRow, copyRows } from './copy.js';
export { type Database, migrate, openPool, ownDatabase, toTypeOrm } from './database.js';
export { findPrograms } from './embedded-files.js';
export {
  type EmbeddedPostgres,
  findRunningPostgres,
  hasEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres.js';
export { commitment, type Envelope, leafHash, type PayloadPart, toLeaf } from './envelope.js';
export { type EventStore, openEventStore } from './event-store.js';
export { type CommandHandler, createCommandHandler, type Outcome } from './handle.js';
export type { Append, Appended, ExpectedVersion, NewEvent } from './prepare.js';
export { projectRoot } from './project-root.js';
export type { ErasureNote, StoredBundle, StoredEvent } from './read.js';
export type { RecordedEvent } from './recorded-event.js';
export { openRefill, type Refill } from './refill.js';
export { erasedUpTo, type Scrubbed, scrub } from './scrub.js';
export { keyToUuid, uuidv7 } from './uuid.js';
export { parseSubmission, type Submission, schemaFileOf } from './validate.js';
