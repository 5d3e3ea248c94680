// Pictures of every kind of page, to look at: en, fr and nl, 1280 and 390 px wide, light and dark, and as printed (PDF).   npm run screenshots [-- FOLDER [KIND ...]]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#event-store';
import { englishPages, pages, withSite } from './site.js';

const [folder = join(projectRoot, 'dist/screenshots'), ...kinds] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
let count = 0;
await withSite(async (url, browser) => {
  for (const width of [1280, 390])
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      for (const language of ['en', 'fr', 'nl'])
        for (const [kind, path] of Object.entries({ ...pages, ...(language === 'en' && englishPages) })) {
          if (kinds.length > 0 && !kinds.includes(kind)) continue;
          await page.goto(`${url}${kind in pages ? `/${language}` : ''}${path}`);
          const name = join(folder, `${kind}.${language}.${width}.${colorScheme}`);
          await page.screenshot({ path: `${name}.png`, fullPage: true });
          count++;
          if (width !== 1280 || colorScheme !== 'light') continue;
          await page.pdf({ path: join(folder, `${kind}.${language}.print.pdf`), format: 'A4' });
          count++;
        }
      await context.close();
    }
});
console.log(`${count} pictures in ${folder}`);
