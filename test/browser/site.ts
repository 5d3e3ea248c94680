import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { freePort, startServer } from '../harness/server.js';

export const languages = ['en', 'fr', 'de', 'nl', 'es', 'ca', 'it'] as const;

const system = '/systems/urn:vitrine:sys:es-ine:08019:chatbot';
/** A page of each kind, in any language: the path after /{language}. */
export const pages: { [kind: string]: string } = {
  start: '',
  list: '/systems',
  'list-found': '/systems?search=camera&status=in-use',
  'list-empty': '/systems?search=zzzzzz',
  'list-day': '/systems?asOf=2025-01-01',
  system,
  'system-retired': '/systems/urn:vitrine:sys:fr-insee:67482:video-analysis',
  'system-day': `${system}?asOf=2025-01-01`,
  'system-compared': `${system}/compare?from=2024-09-01&to=2025-09-01`,
  changes: '/changes',
  duties: '/duties?kind=practice',
  organisations: '/organisations',
  organisation: '/organisations/urn:vitrine:org:es-ine:08019',
  suppliers: '/suppliers',
  contracts: '/contracts',
  themes: '/themes',
  figures: '/figures',
  data: '/data',
  verify: '/verify',
  withheld: '/withheld',
  about: '/about',
  accessibility: '/accessibility',
  privacy: '/privacy',
  status: '/status',
  sign: `${system}/sign`,
  letter: `${system}/letter`,
  embed: `${system}/embed`,
  card: `${system}/card`,
  report: `${system}/report`,
  'no-such-page': '/systems/none',
};
/** Pages that are there in English only. */
export const englishPages: { [kind: string]: string } = { refusals: '/docs/refusals', api: '/docs/api' };

/** Where Chromium is: CHROMIUM, or where Debian puts it. */
const program = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** The demonstration as `npm start` serves it, and a real browser. */
export async function withSite(use: (url: string, browser: Browser) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-browser-'));
  const server = await startServer(home, await freePort(), '1');
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  try {
    await use(server.url, browser);
  } finally {
    await browser.close();
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
