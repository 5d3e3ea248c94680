// What readers come for, done by a real browser as they would: on a desktop and on a phone, in three languages, without JavaScript where none is needed, each
// in at most three steps (what is typed or chosen, and what is pressed, is one step) from the address in a letter.   npm run check:tasks
import type { Browser, Page } from 'playwright-core';
import { withSite } from './site.js';

const system = 'urn:vitrine:sys:nl-tooi:gm0363:cctv-analysis';
const most = 3;
const devices = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};
const faults: string[] = [];
let done = 0;

/** A reader with a browser, who counts the steps. `words`: the texts of the site, in the reader's language. */
class Reader {
  steps = 0;
  constructor(
    readonly page: Page,
    readonly url: string,
    readonly language: string,
  ) {}

  /** The address from a letter is where every task begins: it is no step. */
  async open(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  /** Follows a link within what is shown, by its address. */
  async follow(href: string | RegExp): Promise<void> {
    this.steps++;
    const links = await this.page.locator('a[href]').all();
    for (const link of links) {
      const found = (await link.getAttribute('href'))!;
      const isIt = typeof href === 'string' ? found === href : href.test(found);
      if (!isIt || !(await link.isVisible())) continue;
      await link.click();
      await this.page.waitForLoadState();
      return;
    }
    throw new Error(`there is no link ${href} on ${this.page.url()}`);
  }

  async submit(form: string, fields: { [selector: string]: string }): Promise<void> {
    this.steps++;
    for (const [selector, value] of Object.entries(fields)) await this.page.fill(selector, value);
    await this.page.click(`${form} button[type=submit]`);
    await this.page.waitForLoadState();
  }

  async sees(selector: string, pattern = /\S/): Promise<void> {
    const text = (await this.page.locator(selector).allInnerTexts()).join('\n');
    if (!pattern.test(text)) throw new Error(`${selector} does not say ${pattern}: ${text.slice(0, 200)}`);
  }
}

/** `isRare`: on a phone in one language only, because one client may do it five times an hour. */
type Task = { name: string; needsScript?: boolean; isRare?: boolean; do(reader: Reader, code: string): Promise<void> };

const tasks: Task[] = [
  {
    name: '(a) a letter has a code: what is it, does a person decide, what can I do?',
    async do(reader, code) {
      await reader.open(`/r/${code}`);
      await reader.sees('h1');
      // Six answers, above everything else.
      await reader.sees('.answers > div:nth-child(1) dd');
      await reader.sees('.answers > div:nth-child(3) dd');
      await reader.sees('.status');
    },
  },
  {
    name: '(a) I have only the code: the search field takes it',
    async do(reader, code) {
      await reader.open(`/${reader.language}`);
      await reader.submit('form', { 'input[type=search]': code.toLowerCase() });
      await reader.follow(`/${reader.language}/systems/${system}`);
      await reader.sees('.answers > div:nth-child(1) dd');
    },
  },
  {
    name: '(a) what applied on the day of my decision, for my objection',
    async do(reader, code) {
      await reader.open(`/r/${code}`);
      await reader.submit('form.day', { '#day': '2025-06-01' });
      await reader.sees('.banner', /2025/);
      await reader.sees('.status', /\S/);
      // The receipt of that day, to keep.
      const href = await reader.page.locator('a[download]').getAttribute('href');
      const receipt = (await (await fetch(reader.url + href!)).json()) as { record: { status: string } };
      if (receipt.record.status !== 'suspended') throw new Error(`the receipt says ${receipt.record.status}`);
    },
  },
  {
    name: '(a) something is wrong: report it',
    isRare: true,
    async do(reader, code) {
      await reader.open(`/r/${code}`);
      await reader.follow(/\/report$/);
      await reader.page.waitForTimeout(3200);
      await reader.submit('form[method=post]', { '#words': 'The deadline for complaints is not right.' });
      if (!reader.page.url().includes('/reports/')) throw new Error(`the report was not taken: ${reader.page.url()}`);
      await reader.sees('blockquote', /deadline/);
    },
  },
  {
    name: '(b) a journalist: every step with its day, what changed between two days, the supplier, the data',
    async do(reader, code) {
      await reader.open(`/r/${code}`);
      await reader.sees('section[aria-labelledby=history] li time');
      await reader.sees('section[aria-labelledby=money]', /Voorbeeld Vision/);
      await reader.follow(/\/compare/);
      await reader.submit('main form', { '[name=from]': '2024-06-01', '[name=to]': '2025-06-01' });
      await reader.sees('.change h2, .change h3');
    },
  },
  {
    name: '(b) a journalist: all that this supplier has sold, and all data at once',
    async do(reader) {
      await reader.open(`/${reader.language}/suppliers`);
      await reader.follow(/\/suppliers\/Voorbeeld/);
      await reader.sees('table', /Amsterdam/);
      await reader.open(`/${reader.language}/data`);
      await reader.sees('a[href*="/exports/"]');
    },
  },
  {
    name: '(e) an auditor: duties not met on a day, with their articles',
    async do(reader) {
      await reader.open(`/${reader.language}/duties?kind=practice`);
      await reader.submit('main form', { '#day': '2024-06-01' });
      await reader.sees('.banner', /2024/);
      await reader.sees('table tbody tr');
    },
  },
  {
    name: '(e) an auditor: what the register itself said on a day, not what is known since',
    async do(reader, code) {
      await reader.open(`/r/${code}`);
      const today = new Date().toISOString().slice(0, 10);
      await reader.submit('form.day', { '#day': today });
      await reader.follow(/knownOn=/);
      await reader.sees('.banner', new RegExp(today.slice(0, 4)));
    },
  },
  {
    name: '(e) an auditor: is the whole log signed, and nothing changed?',
    needsScript: true,
    async do(reader, code) {
      await reader.open(`/r/${code}`);
      await reader.follow(`/${reader.language}/verify`);
      await reader.page.waitForSelector('#tools:not([hidden])');
      await reader.submit('#of-site', {});
      await reader.page.waitForSelector('#result .banner', { timeout: 60_000 });
    },
  },
];

await withSite(async (url, browser) => {
  const page = await (await fetch(`${url}/en/systems/${system}`)).text();
  const code = /href="\/r\/([^"]+)"/.exec(page)![1]!;
  for (const [device, options] of Object.entries(devices))
    for (const language of ['en', 'fr', 'nl'])
      for (const task of tasks)
        if (!task.isRare || device === 'desktop' || language === 'nl')
          await attempt(browser, task, { url, code, device, options, language });
});
console.log(`${done} tasks done, ${faults.length} not.`);
process.exitCode = faults.length > 0 ? 1 : 0;

type Place = { url: string; code: string; device: string; options: object; language: string };

async function attempt(browser: Browser, task: Task, { url, code, device, options, language }: Place): Promise<void> {
  const locale = { en: 'en-GB', fr: 'fr-FR', nl: 'nl-NL' }[language]!;
  const context = await browser.newContext({ ...options, locale, javaScriptEnabled: task.needsScript === true });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(`${task.name}: ${message.text()}`);
  });
  const reader = new Reader(page, url, language);
  try {
    await task.do(reader, code);
    if (reader.steps > most) throw new Error(`takes ${reader.steps} steps`);
    if (!new URL(page.url()).pathname.startsWith(`/${language}`))
      throw new Error(`ends in another language: ${page.url()}`);
    done++;
    console.log(`done  ${device} ${language} ${task.name} (${reader.steps} steps)`);
  } catch (error) {
    faults.push(task.name);
    console.log(`FAILS ${device} ${language} ${task.name}: ${(error as Error).message.split('\n')[0]}`);
  }
  await context.close();
}
