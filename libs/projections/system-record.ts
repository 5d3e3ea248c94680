import type { Code, Deployment, EventData } from '#domain';

type Dated = { occurredAt: string };
/** Something that a later event ends. If it was erased, only its end is left, with the name by which the end refers to it. */
type Ended<E extends keyof EventData> = Partial<Dated & EventData[E]>;
/** A use of the system: what its events say, its status, and since when it has that. */
export type DeploymentEntry = Omit<Deployment, 'isPartlySuspended'> &
  Ended<'DeploymentStarted'> & {
    since: string;
    suspended?: Dated & EventData['DeploymentSuspended'];
    resumed?: Dated & EventData['DeploymentResumed'];
    ended?: Dated & EventData['DeploymentEnded'];
  };

type Description = NonNullable<EventData['SystemDescribed']['set']>;

/** The record of a system: what its events say of it up to a point. A field that is absent is unknown. */
export type SystemRecord = Description & {
  id: string;
  organisation: string;
  status: Code<'system-status'>;
  statusSince: string;
  registeredAt: string;
  changedAt: string;
  contact?: EventData['SystemRegistered']['contact'];
  procurements?: (Ended<'ProcurementStarted'> & { ended?: Dated & EventData['ProcurementEnded'] })[];
  contracts?: (Dated & EventData['ContractAwarded'])[];
  risk?: Dated & EventData['RiskClassified'];
  assessments?: (Dated & EventData['AssessmentRecorded'])[];
  oversight?: (Dated & EventData['OversightAssigned'])[];
  deployments?: DeploymentEntry[];
  changes?: (Dated & EventData['SystemChanged'])[];
  deployment?: Dated & EventData['DeploymentStarted'];
  suspension?: Dated & EventData['DeploymentSuspended'];
  resumption?: Dated & EventData['DeploymentResumed'];
  incidents?: (Ended<'IncidentReported'> & { closed?: Dated & EventData['IncidentClosed'] })[];
  costs?: EventData['CostReported'][];
  energy?: EventData['EnergyReported'][];
  consultations?: (Dated & EventData['ConsultationHeld'])[];
  signalAnswers?: (Dated & EventData['SignalAnswered'])[];
  confirmedAt?: string;
  nextReview?: string;
  corrections?: (Dated & Correction)[];
  correctionRequests?: (Ended<'CorrectionRequested'> & { answered?: Dated & EventData['CorrectionAnswered'] })[];
  withheld?: { [field: string]: Omit<EventData['FieldWithheld'], 'field'> };
  retirement?: Dated & EventData['SystemRetired'];
  erasures?: (Dated & Erasure)[];
  /** Events that could not be applied: what they say is missing here, but is in the log. */
  incomplete?: { position: number; event: string; type: string }[];
  /** The status to which a resumption returns. */
  statusBefore?: Code<'system-status'>;
};

/** What was wrong; of the record, since when the right value applies; of an event, which one, and whether it was retracted. */
export type Correction = Pick<EventData['RecordCorrected'], 'wrong'> &
  Partial<Pick<EventData['RecordCorrected'], 'since'> & Pick<EventData['EventCorrected'], 'event' | 'eventType'>> & {
    retracted?: true;
  };

/** What is left of a payload part that was erased by law: the event that carried it, the legal basis (code), and the event that erased it. */
export type Erasure = { event: string; part: 'content' | 'contact'; basis: Code<'erasure-basis'>; erasedBy: string };
