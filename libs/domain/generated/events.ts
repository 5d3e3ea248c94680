// Written by schema/generate.mjs. Do not edit.
import type { Code } from './codelists.js';
/** A text in one or more languages: language code (ISO 639-1) to text. */
export type LanguageMap = { [key in Code<'language'>]?: string };
/** A calendar date, YYYY-MM-DD. */
export type Date = string;
/** A year, a month or a day: YYYY, YYYY-MM or YYYY-MM-DD. */
export type PartialDate = string;
/** From the first day to the last, both included. */
export type Period = { from: Date; to: Date };
/** An http or https address. */
export type Url = string;
/** Names one organisation for good. */
export type OrganisationUrn = string;
/** Names one system for good. */
export type SystemUrn = string;
/** An identifier chosen by the city: of a lot, an incident or a request. */
export type LocalId = string;
/** An official identifier. */
export type Identifier = { scheme: Code<'organisation-identifier-scheme'>; id: string };
/** A link to something outside the register. */
export type Link = { kind: Code<'link-kind'>; url: Url; title?: string };
/** An amount with its currency. */
export type Money = { amount: string; currency: string; vat?: "included" | "excluded" | "unknown" };
/** How to reach the office in charge. Functional addresses, not people; kept apart so that it can be erased. */
export type Contact = { email?: string; phone?: string; url?: Url; address?: string; office?: string };
/** Who supplies the system. */
export type Supplier = { name: string; identifiers?: (Identifier)[]; country?: Country };
/** ISO 3166-1 alpha-2, and XK, which the European Union uses for Kosovo. */
export type Country = string;
/** The register from which the record was imported, with the fields that have no counterpart here, word for word. */
export type Source = { register: string; id: string; url?: Url; standard?: string; delistedOn?: Date; fields?: { [key in string]?: string } };
/** A whole number, or "suppressed" if it is so small that a person could be recognised, or would reveal such a number. Send the exact count: what must not be published is suppressed before it is recorded. */
export type Count = number | "suppressed";
/** The description of a system. Every field is optional here; what is absent is unknown. */
export type Description = { name?: LanguageMap; summary?: LanguageMap; purpose?: LanguageMap; considerations?: LanguageMap; impact?: LanguageMap; affectedPeople?: LanguageMap; decisionProcess?: LanguageMap; humanIntervention?: LanguageMap; risks?: LanguageMap; rollback?: LanguageMap; monitoring?: LanguageMap; performance?: LanguageMap; legalBasis?: LanguageMap; appeal?: LanguageMap; data?: LanguageMap; trainingData?: LanguageMap; technique?: LanguageMap; authority?: LanguageMap; notes?: LanguageMap; aiSystem?: Code<'is-ai-system'>; domain?: Code<'domain'>; personalData?: Code<'yes-no-unknown'>; selfLearning?: Code<'yes-no-unknown'>; algorithmType?: Code<'algorithm-type'>; role?: Code<'system-role'>; lawEnforcement?: Code<'yes-no-unknown'>; migrationControl?: Code<'yes-no-unknown'>; atWork?: Code<'yes-no-unknown'>; decisions?: Code<'decision-role'>; publicationCategory?: Code<'publication-category'>; highRiskProcessing?: Code<'yes-no-unknown'>; logsKept?: Code<'log-retention'>; placedOnMarket?: PartialDate; provider?: string; department?: string; area?: string; inUseFrom?: PartialDate; inUseTo?: PartialDate; reviewDue?: Date; workersInformed?: Date; nonPublicRegistration?: Date; euDatabaseUrl?: Url; nationalRegistration?: Url; furtherDomains?: (Code<'domain'>)[]; technologies?: (Code<'annex-xiv'>)[]; languages?: (Code<'language'>)[]; rights?: (Code<'right'>)[]; tags?: (string)[]; links?: (Link)[]; legalReferences?: ({ title: string; url?: Url })[]; dataSources?: ({ title: string; url?: Url })[]; identifiers?: ({ scheme: string; id: string })[]; source?: Source };
/** A field that can be empty. */
export type RemovableField = "summary" | "purpose" | "considerations" | "impact" | "affectedPeople" | "decisionProcess" | "humanIntervention" | "risks" | "rollback" | "monitoring" | "performance" | "legalBasis" | "appeal" | "data" | "trainingData" | "technique" | "authority" | "notes" | "aiSystem" | "domain" | "personalData" | "selfLearning" | "algorithmType" | "role" | "lawEnforcement" | "migrationControl" | "atWork" | "decisions" | "publicationCategory" | "highRiskProcessing" | "logsKept" | "placedOnMarket" | "provider" | "department" | "area" | "inUseFrom" | "inUseTo" | "reviewDue" | "workersInformed" | "nonPublicRegistration" | "euDatabaseUrl" | "nationalRegistration" | "furtherDomains" | "technologies" | "languages" | "rights" | "tags" | "links" | "legalReferences" | "dataSources" | "identifiers" | "contact" | "source";
/** A field that can be withheld, or a part of what is known of its purchase and its assessments. */
export type WithholdableField = "summary" | "purpose" | "considerations" | "impact" | "affectedPeople" | "decisionProcess" | "humanIntervention" | "risks" | "rollback" | "monitoring" | "performance" | "legalBasis" | "appeal" | "data" | "trainingData" | "technique" | "authority" | "notes" | "aiSystem" | "domain" | "personalData" | "selfLearning" | "algorithmType" | "role" | "lawEnforcement" | "migrationControl" | "atWork" | "decisions" | "publicationCategory" | "highRiskProcessing" | "logsKept" | "placedOnMarket" | "provider" | "department" | "area" | "inUseFrom" | "inUseTo" | "reviewDue" | "workersInformed" | "nonPublicRegistration" | "euDatabaseUrl" | "nationalRegistration" | "furtherDomains" | "technologies" | "languages" | "rights" | "tags" | "links" | "legalReferences" | "dataSources" | "identifiers" | "contact" | "source" | "supplier" | "contract-value" | "assessment";
/** ISO 3166-1 alpha-2, and XK, which the European Union uses for Kosovo. */
export const countries: readonly string[] = ["AD","AE","AF","AG","AI","AL","AM","AO","AQ","AR","AS","AT","AU","AW","AX","AZ","BA","BB","BD","BE","BF","BG","BH","BI","BJ","BL","BM","BN","BO","BQ","BR","BS","BT","BV","BW","BY","BZ","CA","CC","CD","CF","CG","CH","CI","CK","CL","CM","CN","CO","CR","CU","CV","CW","CX","CY","CZ","DE","DJ","DK","DM","DO","DZ","EC","EE","EG","EH","ER","ES","ET","FI","FJ","FK","FM","FO","FR","GA","GB","GD","GE","GF","GG","GH","GI","GL","GM","GN","GP","GQ","GR","GS","GT","GU","GW","GY","HK","HM","HN","HR","HT","HU","ID","IE","IL","IM","IN","IO","IQ","IR","IS","IT","JE","JM","JO","JP","KE","KG","KH","KI","KM","KN","KP","KR","KW","KY","KZ","LA","LB","LC","LI","LK","LR","LS","LT","LU","LV","LY","MA","MC","MD","ME","MF","MG","MH","MK","ML","MM","MN","MO","MP","MQ","MR","MS","MT","MU","MV","MW","MX","MY","MZ","NA","NC","NE","NF","NG","NI","NL","NO","NP","NR","NU","NZ","OM","PA","PE","PF","PG","PH","PK","PL","PM","PN","PR","PS","PT","PW","PY","QA","RE","RO","RS","RU","RW","SA","SB","SC","SD","SE","SG","SH","SI","SJ","SK","SL","SM","SN","SO","SR","SS","ST","SV","SX","SY","SZ","TC","TD","TF","TG","TH","TJ","TK","TL","TM","TN","TO","TR","TT","TV","TW","TZ","UA","UG","UM","US","UY","UZ","VA","VC","VE","VG","VI","VN","VU","WF","WS","XK","YE","YT","ZA","ZM","ZW"];
/** What each event carries: the schemas in schema/events. */
export type EventData = {
  /** An assessment was made, or was not, and why. */
  AssessmentRecorded: { kind: Code<'assessment-kind'>; title?: LanguageMap; result: Code<'assessment-result'>; by?: LanguageMap; on?: Date; validUntil?: Date; summary?: LanguageMap; notPerformedReason?: LanguageMap; url?: Url; notified?: ({ party: Code<'notified-party'>; on?: Date })[] };
  /** People were asked. */
  ConsultationHeld: { kind: Code<'consultation-kind'>; period?: Period; who?: LanguageMap; outcome: LanguageMap; links?: (Link)[] };
  /** A supplier, or the city itself, was awarded the work. */
  ContractAwarded: { lot: LocalId; kind: Code<'contract-kind'>; supplier?: Supplier; procedure?: Code<'procurement-procedure'>; value?: Money; from?: Date; to?: Date; contractId?: string; noticeId?: string; ocid?: string; clauseSet?: Code<'clause-set'>; links?: (Link)[] };
  /** The city answered a reader's report. */
  CorrectionAnswered: { request: LocalId; outcome: Code<'correction-outcome'>; answer: LanguageMap };
  /** A reader says that the record is wrong; moderated. */
  CorrectionRequested: { request: LocalId; about?: string; summary?: LanguageMap; due: Date };
  /** What the system cost in a period. */
  CostReported: { kind: Code<'cost-kind'>; period: Period; amount: Money; note?: LanguageMap };
  /** The system is no longer used in a place or a service. It is not retired by that: it may be used elsewhere, or again. */
  DeploymentEnded: { deployment?: LocalId; on?: PartialDate; seen?: boolean; reason?: LanguageMap };
  /** Use resumes after a pause. */
  DeploymentResumed: { deployment?: LocalId; reason?: LanguageMap; measures?: LanguageMap; breaches?: (string)[] };
  /** The system is in use in a place or a service, as a pilot or in production. A system can have several deployments. */
  DeploymentStarted: { deployment?: LocalId; stage: Code<'deployment-stage'>; from?: PartialDate; seen?: boolean; evidence?: Url; where?: LanguageMap; service?: LanguageMap; version?: string; peopleAreToldBy?: (Code<'transparency-measure'>)[]; usedBy?: ({ name: string; organisation?: OrganisationUrn })[]; breaches?: (string)[] };
  /** A use of the system is paused, or a part of it. */
  DeploymentSuspended: { deployment?: LocalId; cause: Code<'suspension-cause'>; reason?: LanguageMap; notified?: (Code<'notified-party'>)[]; part?: LanguageMap };
  /** How much electricity the system used in a period; or that it was not measured. */
  EnergyReported: { period: Period; measured: boolean; kWh?: number; method?: LanguageMap; notMeasuredReason?: LanguageMap };
  /** An event was recorded wrongly. The right data take its place in the record; what was recorded first stays in the history. */
  EventCorrected: { event: string; eventType: Code<'event-type'>; schemaVersion?: number; occurredAt?: string; data: Record<string, unknown>; reason: LanguageMap; contact?: Contact };
  /** An event should not have been recorded. It counts nowhere any more, but stays in the history. To retract a correction or a retraction is to undo it. */
  EventRetracted: { event: string; eventType: Code<'event-type'>; reason: LanguageMap };
  /** From now on the record withholds a field, and shows the legal ground for that. What was published before stays in the history; only an erasure removes it. */
  FieldWithheld: { field: WithholdableField; basis: Code<'withholding-basis'>; reason: LanguageMap; until?: Date };
  /** A person disregarded, reversed or corrected an output, or stopped the system (Art 14(4)(d) and (e)). One act; no free text. */
  HumanOverrideRecorded: { act: Code<'override-act'>; reason: Code<'override-reason'>; outputKind: Code<'output-kind'>; outcome?: Code<'override-outcome'> };
  /** An incident is dealt with. */
  IncidentClosed: { incident: LocalId; measures: LanguageMap; notified?: ({ party: Code<'notified-party'>; on?: Date })[] };
  /** Something went wrong. */
  IncidentReported: { incident: LocalId; class: Code<'incident-class'>; happenedOn: Date; description: LanguageMap; notified?: ({ party: Code<'notified-party'>; on?: Date })[]; riskToPersons?: Code<'yes-no-unknown'> };
  /** An organisation no longer exists. */
  OrganisationClosed: { reason: LanguageMap; successor?: OrganisationUrn };
  /** An organisation joins the register. */
  OrganisationRegistered: { names: LanguageMap; identifiers?: (Identifier)[]; kind: Code<'organisation-kind'>; staff?: number; country: Country; nuts?: string; lau?: string; languages?: (Code<'language'>)[]; website?: Url; notice?: LanguageMap; source?: Source; contact?: Contact };
  /** An organisation has a new name; the old one stays in the history. */
  OrganisationRenamed: { names: LanguageMap; reason?: LanguageMap };
  /** A role was put in charge of human oversight. */
  OversightAssigned: { role: LanguageMap; mode: Code<'oversight-mode'>; authorityToStop: boolean; training?: { given: Code<'yes-no-unknown'>; on?: Date; description?: LanguageMap }; description?: LanguageMap };
  /** How often people reviewed and overrode the system in a period, in counts, or that nobody measured it. Periods must not overlap; reporting exactly the same period again corrects it. Small counts are suppressed before they are recorded. Two things can still be worked out: the number of overrides that are recorded one by one, and the difference between two versions of a count. */
  OversightFiguresReported: { period: Period; measured: boolean; outputs?: Count; reviewed?: Count; overridden?: Count; overriddenByReason?: { [key in Code<'override-reason'>]?: Count }; overriddenByOutcome?: { [key in Code<'override-outcome'>]?: Count }; objections?: Count; objectionsByOutcome?: { [key in Code<'objection-outcome'>]?: Count }; note?: LanguageMap };
  /** The payload of an earlier event was erased by law; its proof stays. */
  PayloadErased: { event: string; part: "content" | "contact"; commitment: string; basis: Code<'erasure-basis'>; corrects?: string; occurredAt?: string; deployment?: LocalId };
  /** A procurement is over, with or without a contract. */
  ProcurementEnded: { lot: LocalId; outcome: Code<'procurement-end'>; reason?: LanguageMap };
  /** The city starts a tender or another procedure to acquire a system. */
  ProcurementStarted: { lot: LocalId; procedure: Code<'procurement-procedure'>; title?: LanguageMap; noticeId?: string; ocid?: string; estimatedValue?: Money; clauseSet?: Code<'clause-set'>; links?: (Link)[] };
  /** The record was checked and is still correct. */
  RecordConfirmed: { note?: LanguageMap; nextReview?: Date };
  /** The record was wrong: what, since when, and what is right. The old text stays in the history. */
  RecordCorrected: { wrong: LanguageMap; since: Date; set?: Description; remove?: (RemovableField)[]; status?: Code<'system-status'>; contact?: Contact };
  /** The system got a risk class under the AI Act, with the grounds. */
  RiskClassified: { class: Code<'risk-class'>; route?: Code<'high-risk-route'>; annexIII?: (Code<'annex-iii'>)[]; article5?: (Code<'article-5'>)[]; article5Exception?: LanguageMap; article50?: (Code<'article-50'>)[]; derogation?: { grounds: (Code<'article-6-3'>)[]; explanation?: LanguageMap }; profiling?: Code<'yes-no-unknown'>; grounds: LanguageMap; classifiedBy?: LanguageMap; nextReview?: Date };
  /** What the organisation says to a signal: why the figures or events are as they are. */
  SignalAnswered: { signal: Code<'signal'>; period?: Period; system?: SystemUrn; incident?: string; answer: LanguageMap };
  /** The system itself was changed: a new version, another model, other data, another supplier or another intended purpose. */
  SystemChanged: { what: (Code<'change-kind'>)[]; deployment?: LocalId; version?: string; description?: LanguageMap; by?: LanguageMap; madeBy?: Code<'change-maker'>; significantDesignChange?: Code<'yes-no-unknown'>; substantialModification?: Code<'yes-no-unknown'> };
  /** The description of a system has changed: a patch with a reason. */
  SystemDescribed: { set?: Description; remove?: (RemovableField)[]; transferTo?: OrganisationUrn; reason: LanguageMap; contact?: Contact };
  /** A system enters the register. */
  SystemRegistered: { contact?: Contact; name: LanguageMap } & Description;
  /** The system is permanently out of use. */
  SystemRetired: { reason: Code<'retirement-reason'>; on?: PartialDate; seen?: boolean; explanation?: LanguageMap; successor?: SystemUrn; dataDisposal: Code<'data-disposal'>; effectOnDecisions?: LanguageMap };
};
/** The command that leads to each event, the kind of stream that the event is on, its schema version. */
export const eventKinds = {
  AssessmentRecorded: { command: 'RecordAssessment', stream: 'system', version: 1 },
  ConsultationHeld: { command: 'RecordConsultation', stream: 'system', version: 1 },
  ContractAwarded: { command: 'AwardContract', stream: 'system', version: 1 },
  CorrectionAnswered: { command: 'AnswerCorrection', stream: 'system', version: 1 },
  CorrectionRequested: { command: 'RequestCorrection', stream: 'system', version: 1 },
  CostReported: { command: 'ReportCost', stream: 'system', version: 1 },
  DeploymentEnded: { command: 'EndDeployment', stream: 'system', version: 1 },
  DeploymentResumed: { command: 'ResumeDeployment', stream: 'system', version: 1 },
  DeploymentStarted: { command: 'StartDeployment', stream: 'system', version: 1 },
  DeploymentSuspended: { command: 'SuspendDeployment', stream: 'system', version: 1 },
  EnergyReported: { command: 'ReportEnergy', stream: 'system', version: 2 },
  EventCorrected: { command: 'CorrectEvent', stream: 'either', version: 1 },
  EventRetracted: { command: 'RetractEvent', stream: 'either', version: 1 },
  FieldWithheld: { command: 'WithholdField', stream: 'system', version: 1 },
  HumanOverrideRecorded: { command: 'RecordHumanOverride', stream: 'system', version: 1 },
  IncidentClosed: { command: 'CloseIncident', stream: 'system', version: 1 },
  IncidentReported: { command: 'ReportIncident', stream: 'system', version: 1 },
  OrganisationClosed: { command: 'CloseOrganisation', stream: 'organisation', version: 1 },
  OrganisationRegistered: { command: 'RegisterOrganisation', stream: 'organisation', version: 1 },
  OrganisationRenamed: { command: 'RenameOrganisation', stream: 'organisation', version: 1 },
  OversightAssigned: { command: 'AssignOversight', stream: 'system', version: 1 },
  OversightFiguresReported: { command: 'ReportOversightFigures', stream: 'system', version: 1 },
  PayloadErased: { command: 'ErasePayload', stream: 'either', version: 1 },
  ProcurementEnded: { command: 'EndProcurement', stream: 'system', version: 1 },
  ProcurementStarted: { command: 'StartProcurement', stream: 'system', version: 1 },
  RecordConfirmed: { command: 'ConfirmRecord', stream: 'system', version: 1 },
  RecordCorrected: { command: 'CorrectRecord', stream: 'system', version: 1 },
  RiskClassified: { command: 'ClassifyRisk', stream: 'system', version: 1 },
  SignalAnswered: { command: 'AnswerSignal', stream: 'system', version: 1 },
  SystemChanged: { command: 'ChangeSystem', stream: 'system', version: 1 },
  SystemDescribed: { command: 'DescribeSystem', stream: 'system', version: 1 },
  SystemRegistered: { command: 'RegisterSystem', stream: 'system', version: 1 },
  SystemRetired: { command: 'RetireSystem', stream: 'system', version: 1 },
} as const;
