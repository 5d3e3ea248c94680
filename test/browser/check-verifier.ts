// The page /verify in a real browser, with the network off once it is loaded: files of the demonstration, and a log of 100,000 events from a folder, each whole
// and with a byte changed.   npm run check:verifier [-- EVENTS]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { migrate, openEventStore, startEmbeddedPostgres } from '#event-store';
import { claimBeginning, createPublisher, formatVerifierKey, signerFromSeed, singleKey } from '#log';
import { seed } from '../harness/seed.js';
import { withSite } from './site.js';

const events = Number(process.argv[2] ?? 100_000);
const signer = signerFromSeed('check.example/log', Buffer.alloc(32, 7));
const home = mkdtempSync(join(tmpdir(), 'vitrine-verifier-'));
const log = join(home, 'log');
const firstOfJune = {
  en: '1 June 2025',
  fr: '1er juin 2025',
  nl: '1 juni 2025',
  de: '1. Juni 2025',
  es: '1 de junio de 2025',
  ca: '1 de juny del 2025',
  it: '1º giugno 2025',
};
let faults = 0;

try {
  console.log(`Making a log of ${events.toLocaleString('en')} events ...`);
  await makeLog();
  await withSite(async (url, browser) => {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) fail(message.text());
    });
    page.on('pageerror', (error) => fail(error.message));
    await page.goto(`${url}/en/verify`);
    const files = await takeFiles(url);
    await page.context().setOffline(true);
    for (const [name, right] of Object.entries(files)) {
      await checkFile(page, name, right, true);
      await checkFile(page, `${name}, changed`, changed(name, right), false);
    }
    await checkDates(url, browser, files['decision receipt']!);
    await page.fill('#vkey', formatVerifierKey(signer.verifier));
    await checkFolder(page, 'the log', true);
    for (const path of ['tile/entries/000', 'payload/000.jsonl', 'tile/0/000', 'checkpoint']) {
      const file = join(log, path);
      const right = readFileSync(file);
      writeFileSync(file, right.with(right.length >> 1, right[right.length >> 1]! ^ 1));
      await checkFolder(page, `a byte of ${path} changed`, false);
      writeFileSync(file, right);
    }
    await page.context().setOffline(false);
    await page.reload();
    await submit(page, 'of-site', 'this website', true);
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(faults === 0 ? 'All as it should be.' : `${faults} faults.`);
process.exitCode = faults === 0 ? 0 : 1;

function fail(what: string): void {
  faults++;
  console.log(`FAILS  ${what}`);
}

async function makeLog(): Promise<void> {
  const postgres = await startEmbeddedPostgres(join(home, 'postgres'), { fsync: 'off', synchronous_commit: 'off' });
  await migrate(postgres.database);
  const store = await openEventStore(postgres.database, 'check.example');
  await seed(store, events);
  const places = { folder: log, scratch: join(home, 'scratch'), claims: join(home, 'claims') };
  await claimBeginning(places.claims, signer.verifier.name);
  const publisher = createPublisher(store, singleKey(signer), places);
  while (await publisher.publish());
  await store.close();
  await postgres.stop();
}

async function takeFiles(url: string): Promise<{ [name: string]: string }> {
  const take = async (path: string) => (await fetch(url + path)).text();
  const system = '/v1/systems/urn:vitrine:sys:es-ine:08019:chatbot';
  return {
    receipt: await take('/log/proof/20.tlog-proof'),
    statement: await take(`${system}/statement?duty=vitrine/legal-basis&on=2026-06-01`),
    'decision receipt': await take(`${system}/decision?on=2025-06-01`),
  };
}

/** One letter of what a file says is another one. */
function changed(name: string, right: string): string {
  return name === 'receipt'
    ? right.replace(/^extra (.{40})./m, (_, before: string) => `extra ${before}_`)
    : right.replace(/"status":"(.)|status (.)/, (found) => `${found.slice(0, -1)}x`);
}

async function checkFile(page: Page, name: string, text: string, holds: boolean): Promise<void> {
  await page.setInputFiles('#file', { name: 'file', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await submit(page, 'of-file', name, holds);
}

async function checkFolder(page: Page, name: string, holds: boolean): Promise<void> {
  await page.setInputFiles('#folder', log);
  await submit(page, 'of-folder', name, holds);
}

/** The first of a month is written as people write it, in each language. */
async function checkDates(url: string, browser: Browser, receipt: string): Promise<void> {
  for (const [language, day] of Object.entries(firstOfJune)) {
    const page = await browser.newPage();
    await page.goto(`${url}/${language}/verify`);
    await page.setInputFiles('#file', { name: 'file', mimeType: 'text/plain', buffer: Buffer.from(receipt) });
    await page.click('#of-file button');
    await page.waitForSelector('#result h3');
    const said = await page.innerText('#result');
    if (said.includes(day)) console.log(`right  ${language}: ${day}`);
    else fail(`${language}: not ${day} in ${said.slice(0, 600)}`);
    await page.close();
  }
}

/** Presses a button, waits for what is said, and compares it with what is so. */
async function submit(page: Page, form: string, name: string, holds: boolean): Promise<void> {
  const begun = performance.now();
  await page.click(`#${form} button`);
  await page.waitForSelector('#result .banner, #result .gap', { timeout: 300_000 });
  const seconds = (performance.now() - begun) / 1000;
  const said = await page.innerText('#result');
  const isRight = said.includes('Everything that was checked holds.') === holds;
  if (!isRight) fail(`${name}: ${said}`);
  else console.log(`${holds ? 'holds' : 'found'}  ${name} (${seconds.toFixed(1)} s)`);
}
