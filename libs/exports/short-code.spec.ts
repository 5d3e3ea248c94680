import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { positionOf, shortCodeOf } from './short-code.js';

const position = fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: 10_000_000_000 }));

test('a code leads to its position, however it is typed', () => {
  fc.assert(
    fc.property(position, fc.nat(), (at, cut) => {
      const code = shortCodeOf(at);
      expect(code).toMatch(/^[2-9CDFGHJKMNPRTVWX]{5,}$/);
      const [head, tail] = [code.slice(0, cut % code.length), code.slice(cut % code.length)];
      for (const typed of [code, code.toLowerCase(), ` ${head} ${tail}`, `${head}-${tail}`, `${head}–${tail}\n`])
        expect([typed, positionOf(typed)]).toEqual([typed, at]);
    }),
  );
});

test('one wrong sign, or two that are swapped, make no other code', () => {
  fc.assert(
    fc.property(position, (at) => {
      const code = shortCodeOf(at);
      for (let i = 0; i < code.length; i++) {
        for (const other of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')
          if (other !== code[i]) expect(positionOf(code.slice(0, i) + other + code.slice(i + 1))).toBeUndefined();
        for (let j = i + 1; j < code.length; j++) {
          if (code[i] === code[j]) continue;
          const signs = [...code];
          [signs[i], signs[j]] = [signs[j]!, signs[i]!];
          expect(positionOf(signs.join(''))).toBeUndefined();
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('what is no code is none', () => {
  for (const typed of ['', '2', '2222', 'camera', '99999999999999999999', '𝟐𝟐𝟐𝟐𝟐', 'ß2222', `2222${'2'.repeat(8)}`])
    expect([typed, positionOf(typed)]).toEqual([typed, undefined]);
  // Each system has one code only.
  expect(new Set(Array.from({ length: 5000 }, (_, at) => shortCodeOf(at))).size).toBe(5000);
});
