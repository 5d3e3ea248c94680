// Every kind of page in a real browser, in seven languages, light and dark: axe (WCAG 2.2 A and AA, and good practice), 320 px and text of double size without
// sideways scroll, forced colours, all by keyboard, no script needed, nothing from elsewhere, no cookie, no violation of its own policy, and what it weighs.
//   npm run check:pages [-- LANGUAGE ...]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { englishPages, languages, pages, withSite } from './site.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** With its style, in bytes: of a system's page, and of any. */
const limits = { system: 25_000, any: 60_000 };
const wanted = process.argv.slice(2);

const faults: string[] = [];
let looked = 0;
const weights = new Map<string, number>();

await withSite(async (url, browser) => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const language of languages.filter((one) => wanted.length === 0 || wanted.includes(one))) {
      console.log(`${language}, ${colorScheme} ...`);
      for (const [kind, path] of Object.entries({ ...pages, ...(language === 'en' && englishPages) })) {
        const address = `${url}${kind in pages ? `/${language}` : ''}${path}`;
        await check(browser, address, `${kind} ${language} ${colorScheme}`, colorScheme);
        looked++;
        if (colorScheme === 'light') await weigh(address, kind, language);
      }
    }
});
for (const fault of faults) console.log(fault);
const [heaviest, most] = [...weights].sort(([, a], [, b]) => b - a)[0]!;
console.log(`The heaviest page: ${heaviest}, ${most.toLocaleString('en')} bytes with its style, compressed.`);
console.log(`${looked} pages looked at, ${faults.length} faults.`);
process.exitCode = faults.length > 0 ? 1 : 0;

async function check(browser: Browser, address: string, name: string, colorScheme: 'light' | 'dark') {
  const fault = (what: string) => faults.push(`${name}: ${what}`);
  // First as it is, with its policy and without scripts: what does it ask for, what does it complain of?
  const plain = await browser.newContext({
    colorScheme,
    javaScriptEnabled: false,
    viewport: { width: 320, height: 700 },
  });
  const page = await plain.newPage();
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(address).origin)) fault(`asks for ${request.url()}`);
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) fault(message.text());
  });
  await page.goto(address);
  if ((await plain.cookies()).length > 0) fault('sets a cookie');
  await plain.close();
  const open = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 1280, height: 900 } });
  const scripted = await open.newPage();
  await scripted.goto(address);
  await scripted.addScriptTag({ content: axe });
  const { violations } = (await scripted.evaluate(`axe.run({ runOnly: ${JSON.stringify(rules)} })`)) as {
    violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
  };
  for (const { id, nodes } of violations) fault(`${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`);
  if (colorScheme === 'light') {
    await checkWidth(scripted, 320, fault);
    await scripted.addStyleTag({ content: 'html{font-size:200%!important}' });
    await checkWidth(scripted, 1280, fault);
    await checkKeyboard(scripted, fault);
    await scripted.emulateMedia({ forcedColors: 'active' });
    await checkForcedColours(scripted, fault);
  }
  await open.close();
}

async function checkWidth(page: Page, width: number, fault: (what: string) => void) {
  await page.setViewportSize({ width, height: 900 });
  const scrolled = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  if (scrolled > width) fault(`${scrolled} px wide on ${width} px`);
}

/** Everything that can be used is reached with the tab key, in the order of the page, and is seen to be where one is. */
async function checkKeyboard(page: Page, fault: (what: string) => void) {
  await page.evaluate('document.activeElement.blur(), window.scrollTo(0, 0)');
  const reach = `[...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex="0"]')].filter((one) => one.checkVisibility())`;
  const count = (await page.evaluate(`${reach}.length`)) as number;
  let last = -1;
  for (let n = 0; n < count + 20; n++) {
    await page.keyboard.press('Tab');
    const { at, seen, isFrame } = (await page.evaluate(`(() => {
      const one = document.activeElement, style = getComputedStyle(one);
      return { at: ${reach}.indexOf(one), seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, isFrame: one.tagName === 'IFRAME' };
    })()`)) as { at: number; seen: boolean; isFrame: boolean };
    // What is in a frame has an order of its own, and the keyboard goes through it.
    if (isFrame) continue;
    if (at === -1) break;
    if (!seen) fault(`the focus on element ${at} is not seen`);
    // A date has a field for day, month and year, and a button.
    if (at < last) fault(`element ${at} comes after ${last}`);
    last = at;
    if (at === count - 1) return;
  }
  if (last !== count - 1) fault(`the keyboard reaches ${last + 1} of ${count}`);
}

/** In colours that the reader forces, a status is still a word in a frame. */
async function checkForcedColours(page: Page, fault: (what: string) => void) {
  const bare = (await page.evaluate(
    `[...document.querySelectorAll('.status')].filter((one) => getComputedStyle(one).borderStyle === 'none').length`,
  )) as number;
  if (bare > 0) fault(`${bare} statuses without a frame in forced colours`);
}

async function weigh(address: string, kind: string, language: string) {
  const html = await (await fetch(address, { headers: { accept: 'text/html' } })).text();
  const style = /<link rel="stylesheet" href="([^"]+)"/.exec(html)?.[1];
  const css = style ? await (await fetch(new URL(style, address))).text() : '';
  const bytes = gzipSync(html).length + gzipSync(css).length;
  weights.set(`${kind} ${language}`, bytes);
  const most = kind.startsWith('system') ? limits.system : limits.any;
  if (bytes > most) faults.push(`${kind} ${language}: ${bytes} bytes, more than ${most}`);
}
