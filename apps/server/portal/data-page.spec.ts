import { expect, test } from '@jest/globals';
import type { Dump } from '#exports';
import { dataPage } from './data-page.js';

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
  const html = dataPage(
    [
      dump(10, removed('erasure')),
      dump(20, removed('age')),
      dump(25, {}),
      dump(30, {
        resources: [
          file('a.csv', 999, 7),
          file('a.jsonl', 2000, 6),
          file('b.csv', 1000),
          file('c.d.csv', 1_500_000, 12_345),
          file('c.d.zip', 2_500_000_000),
        ],
      }),
      dump(40, removed('erasure')),
    ],
    'en',
    at,
  );
  const told = html.slice(html.indexOf('As of:'), html.indexOf('<h2>What the columns mean'));
  const rows = [...told.matchAll(/<tr><th scope="row">(.*?)<[/]tr>/gs)].map(([, row]) => row!.replace(/<[^>]*>/g, '|'));
  expect(rows.map((row) => row.replace(/[|\n]+/g, '|'))).toEqual([
    'a|csv| (7 rows, 999 bytes) · |jsonl| (6 rows, 2 kB)|',
    'b|csv| (1 kB)|',
    'c.d|csv| (12,345 rows, 1.5 MB) · |zip| (2.5 GB)|',
  ]);
  expect(html).toContain('As of: 2 January 2026 at 03:04 UTC (30)');
  const older = [...html.matchAll(/<li>(?:<a[^>]*>)?[^<]*?[(](\d+)[)]/g)].map(([, position]) => Number(position));
  expect(older).toEqual([40, 25, 20, 10]);
  expect(html).toContain('<a href="/exports/25/datapackage.json">');
  expect(html).not.toContain('/exports/20/');
});

test('where there is none yet, that is told', () => {
  const html = dataPage([], 'en', at);
  expect(html).toContain('No dump has been made yet.');
  expect(html).not.toMatch(/exports[/](10|latest)[/](?!')/);
  expect(dataPage([dump(10, {})], 'en', at)).toContain('https://test.example/exports/10/');
});
