import { describe, expect, test } from '@jest/globals';
import { putAssessment } from './lists.js';
import type { ReadRow } from './read-row.js';

/** What a text in the column of an assessment comes to, and what was noted. */
function put(text: string, language: ReadRow['language'] = 'nl') {
  const out = { language, assessments: [] } as unknown as ReadRow;
  const notes: string[] = [];
  putAssessment(out, 'DPIA', text, 'dpia', (_, __, problem) => notes.push(problem ?? ''));
  return { assessments: out.assessments, notes };
}

describe('whether an assessment was made', () => {
  test.each(['Ja', 'yes', 'oui', 'sí', 'sì', 'si', 'JA'])('%s alone says nothing more', (text) => {
    expect(put(text)).toEqual({ assessments: [{ kind: 'dpia', result: 'no-result-published' }], notes: [] });
  });

  test.each(['Ja.!', 'ja, in 2023', 'oui (2024)'])('"%s": what follows is its summary', (text) => {
    expect(put(text).assessments).toEqual([{ kind: 'dpia', result: 'no-result-published', summary: { nl: text } }]);
  });

  test.each(['no', 'non', 'nee', 'nein'])('%s alone gives no reason, and that is said', (text) => {
    expect(put(text).assessments).toEqual([
      { kind: 'dpia', result: 'not-performed', notPerformedReason: { nl: 'De bron noemt geen reden.' } },
    ]);
  });

  test.each(['nee, x', 'nein.', 'No: old'])('"%s": what follows is the reason', (text) => {
    expect(put(text).assessments).toEqual([
      { kind: 'dpia', result: 'not-performed', notPerformedReason: { nl: text } },
    ]);
  });

  test('the reason that is not given is told in the language of the source', () => {
    const said = ['nl', 'en', 'fr', 'de', 'es', 'ca', 'it'].map(
      (language) => Object.entries(put('no', language as ReadRow['language']).assessments[0]!.notPerformedReason!)[0]!,
    );
    expect(said.map(([language]) => language)).toEqual(['nl', 'en', 'fr', 'de', 'es', 'ca', 'it']);
    expect(new Set(said.map(([, text]) => text)).size).toBe(7);
  });

  test.each(['Jazeker', 'nooit', 'misschien', 'yesterday', 'Nonsense'])('%s is neither: it is noted', (text) => {
    const { assessments, notes } = put(text);
    expect([assessments, notes]).toEqual([[], [expect.stringContaining(`"${text}" does not say`)]]);
  });
});
