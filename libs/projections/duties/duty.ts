import type { Code } from '#domain';
import type { SystemRecord } from '../system-record.js';
import type { FactName } from './facts.js';

/**
 * A condition on the facts of a system, in three values (Kleene): true, false or unknown. `is`, `in`: the value of a fact; `known`: its value, and what
 * is unknown is not it; `some`, `someNot`, `every`: the members of a list, an empty one fulfils none; `atLeast`: a number.
 */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { fact: FactName; is: string }
  | { fact: FactName; known: string }
  | { fact: FactName; in: string[] }
  | { fact: FactName; some: string[] }
  | { fact: FactName; someNot: string[] }
  | { fact: FactName; every: string[] }
  | { fact: FactName; atLeast: number };

/**
 * From when a duty binds, by one reading of the law; of several days the first whose condition holds; never, if none does. `legacy`: another day for what was in service or on
 * the market before, unless its design was significantly changed since; only where `if` holds, otherwise never.
 */
export type Reading = {
  reading: string;
  on: {
    if?: Condition;
    from: string | null;
    legacy?: {
      source: string;
      inServiceBefore: string;
      endedBy?: 'significantDesignChange';
      from: string;
      if?: Condition;
    };
  }[];
};

type Field = keyof SystemRecord & string;
/** Parties of whom at least one must have been told; of several groups, one of each. */
type Parties = Code<'notified-party'>[][];

/** What meets a duty. Each is one kind of thing that a record can show (met.ts). */
export type Met =
  | { never: true }
  | { part: 'oversight' | 'risk' }
  | { field: Field; met?: string[]; notDone?: string[] }
  | {
      assessment: {
        kinds: Code<'assessment-kind'>[];
        met: Code<'assessment-result'>[];
        rejected: Code<'assessment-result'>[];
        notDone: Code<'assessment-result'>[];
        perhaps?: Code<'assessment-kind'>[];
        validUntil?: boolean;
        everyMonths?: number;
      };
    }
  | { assessmentTold: { kinds: Code<'assessment-kind'>[]; parties: Code<'notified-party'>[] } }
  | { told: { by?: Code<'transparency-measure'>[] } }
  | {
      incidents: {
        classes: Code<'incident-class'>[];
        parties: Parties;
        days: { [incidentClass: string]: number };
        if?: 'riskToPersons';
      };
    }
  | { suspensions: { causes: Code<'suspension-cause'>[]; parties: Parties } }
  | { figures: { everyMonths: number } }
  | { review: true }
  | { requests: true }
  | { withheldUntil: true };

/** A duty of the law or of good practice (schema/duties). `since`: the day from which this version of the entry was shown. */
export type Duty = {
  id: string;
  version: number;
  since: string;
  obligation: Code<'obligation'>;
  kind: 'law' | 'good-practice';
  article: { cite: string; eli?: string };
  tell: string[];
  binds: Condition;
  applies: Condition;
  dates: Reading[];
  met: Met;
  bars?: true;
  settled: { is: boolean; note: string };
  sources: string[];
};
