import { describe, expect, test } from '@jest/globals';
import { languageOf, negotiate, pickLanguage } from './negotiation.js';

const forms = {
  html: 'text/html',
  json: 'application/json; charset=utf-8',
  ttl: 'text/turtle',
  ld: 'application/ld+json',
};

describe('an Accept header', () => {
  test.each([
    [undefined, 'html'],
    ['*/*', 'html'],
    ['', 'html'],
    ['text/*', 'html'],
    ['application/json, text/turtle;q=0.5', 'json'],
    ['application/json;q=0.9, text/html;q=0.8', 'json'],
    ['application/json, text/html;q=0', 'json'],
    ['text/html;q=0, */*', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['*/*, text/turtle', 'ttl'],
    ['text/turtle;charset="utf-8"', 'ttl'],
    ['Text/Turtle ; q=0.3', 'ttl'],
    ['application/ld+json;profile="a,b;q=0.1";q=0.9, text/turtle;q=0.5', 'ld'],
    ['image/png', undefined],
    ['nonsense', undefined],
    [';;;,,,"', undefined],
  ])('%p leads to %p', (accepted, form) => {
    expect(negotiate(accepted, forms)).toBe(form);
  });

  test('however long it is, it is read before the test times out', () => {
    for (const piece of [';a="', ';a=', ';', '; ', 'a/b;c=\\"', ';a ='])
      negotiate(piece.repeat(16_000 / piece.length), forms);
  });
});

test.each([
  ['de-AT, en;q=0.5', undefined, 'de'],
  ['pt, *;q=0.1', undefined, 'en'],
  ['fr;q=0, nl;q=0.1', undefined, 'nl'],
  [undefined, undefined, 'en'],
  ['pt', undefined, 'en'],
  ['nl', 'it', 'it'],
  ['nl', 'xx', 'nl'],
  ['nl', ['it', 'fr'], 'nl'],
])('of the languages %p, and %p in the address, it is %p', (header, language, picked) => {
  expect(pickLanguage({ url: '/', headers: { 'accept-language': header }, query: { language } })).toBe(picked);
});

test.each([
  ['/ca', 'ca'],
  ['/ca/systems?language=it', 'ca'],
  ['/ca?search=x', 'ca'],
  ['/catalog', undefined],
  ['/pt/systems', undefined],
  ['/', undefined],
])('the language of the address %p is %p', (url, language) => {
  expect(languageOf(url)).toBe(language);
  if (language) expect(pickLanguage({ url, headers: { 'accept-language': 'nl' }, query: {} })).toBe(language);
});
