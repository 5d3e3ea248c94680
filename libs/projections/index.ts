export { type Contract, contracts, readContracts, readSuppliers, type SupplierSummary } from './contracts.js';
export { type Gap, readGaps } from './gaps.js';
export { type Organisation, readOrganisations, readOrganisationsById } from './organisations.js';
export { type OversightFigures, type PublishedCount, readOverrideCounts, readOversightFigures } from './oversight.js';
export {
  openReadPool,
  type Progress,
  prepareReadModels,
  project,
  readProjectedPosition,
  rebuild,
} from './projector.js';
export { effectiveFrom, type SystemRecord } from './record.js';
export { readStatistics, type Statistics } from './statistics.js';
export {
  type CurrentSystem,
  decodeCursor,
  readSystem,
  readSystems,
  type SystemFilter,
  type SystemOrder,
  type SystemPage,
  systemOrders,
} from './systems.js';
export {
  fold,
  type RecordVersion,
  readFacts,
  readRecordAsOf,
  readTimeline,
  readVersions,
  type TimelineEntry,
} from './timeline.js';
