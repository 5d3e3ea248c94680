export type { Progress } from './beside.js';
export { compareReadModels, type OddRow, type ReadModelComparison } from './compare.js';
export {
  type Contract,
  countContracts,
  readContracts,
  readContractsOf,
  readNewestContracts,
  readSuppliers,
  type SupplierSummary,
} from './contracts.js';
export { Days } from './days.js';
export { type Dossier, readDossier } from './dossier.js';
export type { Duty } from './duties/duty.js';
export { isInUnion } from './duties/facts.js';
export { parseDuties } from './duties/parse.js';
export { type DutyState, dutyOf, judgeAll, onDay, readDuties, readDutiesOn } from './duties/read.js';
export {
  fold,
  type Known,
  type Life,
  readFacts,
  readLife,
  readRecordAsOf,
  readRecordBefore,
  readRecordsAsOf,
  type When,
} from './facts.js';
export { countFeed, type FeedEntry, type FeedScope, readFeed, readNewest } from './feed.js';
export {
  countGaps,
  countGapsByObligation,
  countLegalGaps,
  type Gap,
  type GapDays,
  type GapFilter,
  gapStatuses,
  isOfLaw,
  ofLaw,
  readGaps,
  readGapsOf,
} from './gaps.js';
export { duties, notRecordedHere } from './generated/duties.js';
export { type Intake, ownIntake, type TakenEvent } from './intake.js';
export { live, openExportPool, openReadPool, type Reached, readReached, withReadModels } from './live.js';
export {
  foldOrganisations,
  type Organisation,
  readNotices,
  readOrganisationKnown,
  readOrganisations,
  readOrganisationsById,
} from './organisations.js';
export {
  type OverrideCount,
  type OversightFigures,
  type PublishedCount,
  readAllFigures,
  readFiguresKnown,
  readOverrideCounts,
  readOversightFigures,
} from './oversight.js';
export { countRecordsAsOf, readAllRecordsAsOf } from './periods.js';
export { type ProjectionListener, project } from './projector.js';
export { prepareReadModels, rebuild } from './rebuild.js';
export {
  type RecordAt,
  readCurrentRecords,
  readErasuresAfter,
  readRecordPage,
  readRecordsAt,
} from './records-at.js';
export { readRegisteredAt, readRegistration } from './registrations.js';
export type { Matched, Search } from './search/plans.js';
export { prepareSearch } from './search/search.js';
export { readSetAside, type SetAside } from './set-aside.js';
export { readSignals, type Signal, signalsOf } from './signals.js';
export { type Count, readCounts, readEventCounts, readStatusOverTime, readTotals } from './statistics.js';
export { countSystems, type Facet, readFacets } from './system-counts.js';
export { searchStateOf } from './system-cursor.js';
export { readSystems, type SystemOrder, type SystemPage, systemOrders } from './system-list.js';
export type { SystemFilter, SystemQuery } from './system-query.js';
export type { SystemRecord } from './system-record.js';
export { type CurrentSystem, readIds, readSystem, readSystemsById } from './systems.js';
export { type Dimension, dimensions, ofOneValue } from './tags-and-words.js';
export {
  countTimelines,
  type MarkedEntry,
  readSequence,
  readTimeline,
  readTimelines,
  type TimelineEntry,
  type TimelinePage,
} from './timeline.js';
export { type Difference, differences, type RecordVersion, readVersions } from './versions.js';
