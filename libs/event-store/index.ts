export type { KnownEvent, Loss } from './acknowledged.js';
export type { Erasure } from './append-all.js';
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
export { type Append, type Appended, type ExpectedVersion, type NewEvent, type Prepared, prepare } from './prepare.js';
export { projectRoot } from './project-root.js';
export type { ErasureNote, StoredBundle, StoredEvent } from './read.js';
export type { RecordedEvent } from './recorded-event.js';
export { openRefill, type Refill } from './refill.js';
export { isSameAppend, isSameEvent } from './repeated.js';
export { erasedUpTo, type Scrubbed, scrub } from './scrub.js';
export { keyToUuid, uuidv7 } from './uuid.js';
