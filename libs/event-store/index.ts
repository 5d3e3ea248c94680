export type { Loss } from './acknowledged.js';
export { commitment, type Envelope, leafHash, type PayloadPart, toLeaf } from './envelope.js';
export { type EventStore, openEventStore } from './event-store.js';
export { openKurrent } from './kurrent/log.js';
export { type ConditionalLog, openOrderedLog } from './ordered-log.js';
export type { Erasure, KnownEvent, OpenStorage, StoredBundle, StoredEvent } from './port.js';
export { type Condition, readCondition, tryToWrite } from './postgres/condition.js';
export { type CopyRow, copyRows } from './postgres/copy.js';
export { type Database, migrate, openPool, ownDatabase, toTypeOrm } from './postgres/database.js';
export { findPrograms } from './postgres/embedded-files.js';
export {
  type EmbeddedPostgres,
  findRunningPostgres,
  hasEmbeddedPostgres,
  startEmbeddedPostgres,
} from './postgres/embedded-postgres.js';
export { eventSql, lineSelect } from './postgres/event-sql.js';
export { locks } from './postgres/locks.js';
export { isOrderedElsewhere } from './postgres/log-copy.js';
export { dropPastDays, pastDayPrefix, readPastDays } from './postgres/past-days.js';
export { openRefill, type Refill } from './postgres/refill.js';
export { erasedUpTo, type Scrubbed, scrub } from './postgres/scrub.js';
export { readLeafHashes, readOrigin, readPositions, readRecordedAt, readStreamsAfter } from './postgres/snapshot.js';
export { type Append, type Appended, type ExpectedVersion, type NewEvent, type Prepared, prepare } from './prepare.js';
export { projectRoot } from './project-root.js';
export type { ErasureNote, RecordedEvent } from './recorded-event.js';
export { isSameAppend, isSameEvent } from './repeated.js';
export { keyToUuid, uuidv7 } from './uuid.js';
