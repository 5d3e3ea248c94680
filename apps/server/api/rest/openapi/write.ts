import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#event-store';
import { openApi } from './document.js';

/** Writes schema/openapi.json; with --check it fails if the file is out of date. The addresses in it are examples. */
const file = join(projectRoot, 'schema/openapi.json');
const text = `${JSON.stringify(openApi({ url: 'https://register.example', contact: 'register@register.example' }), null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('schema/openapi.json is out of date: run "npm run generate".');
  process.exit(1);
}
