import { isDate } from '#domain';
import type { Texts } from '../texts.js';

/**
 * What an operator states about the accessibility of its site, as the model of Decision (EU) 2018/1523 asks. `exceptions`: what is not accessible, and why;
 * `enforcement`: the address of the body that handles complaints.
 */
export type AccessibilityStatement = {
  compliance: 'full' | 'partial' | 'none';
  exceptions?: Texts;
  preparedOn: string;
  method: 'self' | 'third-party';
  enforcement?: string;
};

const compliances = ['full', 'partial', 'none'] as const;
const methods = ['self', 'third-party'] as const;

/** Reads the statement from a theme. `toTexts` reads texts by language. Throws an Error that says what is wrong. */
export function toStatement(
  value: { [member: string]: unknown },
  toTexts: (value: unknown, where: string) => { [language: string]: string },
): AccessibilityStatement {
  const { compliance, exceptions, preparedOn, method, enforcement } = value;
  const wrong = (member: string, what: string) => new Error(`"accessibility", "${member}" must be ${what}.`);
  const found = compliances.find((one) => one === compliance);
  if (!found) throw wrong('compliance', `one of ${compliances.join(', ')}`);
  if (found !== 'full' && exceptions === undefined)
    throw wrong('exceptions', 'texts by language that say what is not accessible, unless the compliance is full');
  if (typeof preparedOn !== 'string' || !isDate(preparedOn)) throw wrong('preparedOn', 'a date (2026-11-01)');
  const way = methods.find((one) => one === method);
  if (!way) throw wrong('method', `one of ${methods.join(', ')}`);
  if (enforcement !== undefined && (typeof enforcement !== 'string' || !/^https:\/\/\S+$/.test(enforcement)))
    throw wrong('enforcement', 'an address that starts with https');
  return {
    compliance: found,
    ...(exceptions !== undefined && { exceptions: toTexts(exceptions, '"accessibility", "exceptions"') as Texts }),
    preparedOn,
    method: way,
    ...(typeof enforcement === 'string' && { enforcement }),
  };
}
