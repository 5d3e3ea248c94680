export {
  type Actor,
  type Command,
  type CommandType,
  type Context,
  type DomainEvent,
  type EventType,
  eventTypeOf,
  operator,
  type Role,
  roles,
  streamOf,
} from './command.js';
export { eventOf, toDomainEvent } from './events.js';
export { effectiveFrom, type Fact, inOrderOfEffect, isAbout, isWord, readWords, settle, type Word } from './facts.js';
export { applicationDates, type Code, type CodelistName, codelists } from './generated/codelists.js';
export { type Count, countries, type EventData, eventKinds } from './generated/events.js';
export { labels } from './generated/labels.js';
export { facets, fields, groups, parts } from './generated/record.js';
export { decideOrganisation } from './organisation/decide.js';
export { evolveOrganisation, initialOrganisation, type OrganisationState } from './organisation/state.js';
export { type RuleAcrossStreams, refuseByOtherStreams, type State } from './other-streams.js';
export {
  isTextField,
  type PartialDateField,
  partialDateFields,
  type StringField,
  stringFields,
  type TextField,
  textFields,
} from './record.js';
export { Refusal, type RefusalCode, type RefusalDetails, refusals } from './refusal.js';
export { refuseReader, refuseWithoutRight } from './rights.js';
export { isPlain, settleText, settleTexts } from './settle-texts.js';
export { decideSystem } from './system/decide.js';
export { dutyDate } from './system/deployment.js';
export {
  type Deployment,
  type DeploymentEvent,
  deploymentOf,
  evolveDeployment,
  leading,
  replace,
  statusOf,
  withSystemStatus,
} from './system/deployments.js';
export { nameReasons, recordedData, suppressAllCounts, suppressSmallCounts } from './system/recorded-data.js';
export { evolveSystem, initialSystem, type SystemState } from './system/state.js';
export { endOf, firstDayOf, isDate, isDateOrTime, startOf } from './time.js';
export { commandWithin, isWordCommand, type WordCommand } from './word-commands.js';
