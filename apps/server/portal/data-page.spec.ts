import { expect, test } from '@jest/globals';
import type { Dump } from '#exports';
import { dumpsPage } from './dumps.page.js';

const dump = (at: number, manifest: object): Dump =>
  ({
    at,
    manifest: {
      created: '2026-01-02T03:04:05Z',
      licenses: [{ path: 'https://licence.example/', title: 'CC0' }],
      resources: [],
      ...manifest,
    },
  }) as unknown as Dump;
const at = { url: 'https://test.example', path: '/data' };
const file = (path: string, bytes: number, rows?: number) => ({ path, bytes, ...(rows !== undefined && { rows }) });

test('the newest dump that is there is told with its files, the others in a list, newest first', () => {
  const removed = (because: string) => ({ removed: { because } });
  const html = dumpsPage(
    [
      dump(10, removed('erasure')),
      dump(20, removed('age')),
      dump(25, {}),
      dump(30, { resources: [file('a.csv', 999, 7), file('b.csv', 1000), file('c.csv', 1_500_000, 12_345)] }),
      dump(40, removed('erasure')),
    ],
    'en',
    at,
  );
  const cells = [...html.matchAll(/<td class="n">([^<]*)<[/]td>/g)].map(([, cell]) => cell);
  expect(cells).toEqual(['7', '999 bytes', '', '1 kB', '12,345', '1.5 MB']);
  expect(html).toContain('<strong>2 January 2026 at 03:04</strong> (30)');
  const older = [...html.matchAll(/<li>(?:<a[^>]*>)?[^<]*?[(](\d+)[)]/g)].map(([, position]) => Number(position));
  expect(older).toEqual([40, 25, 20, 10]);
  expect(html).toContain('<a href="/exports/25/datapackage.json">');
  expect(html).not.toContain('/exports/20/');
});

test('where there is none yet, that is told', () => {
  const html = dumpsPage([], 'en', at);
  expect(html).not.toMatch(/<table>|<main.*<li>.*<\/main>/s);
  expect(dumpsPage([dump(10, {})], 'en', at)).toContain('<table>');
});
