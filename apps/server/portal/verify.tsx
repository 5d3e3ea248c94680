import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type CodelistName, codelists } from '#domain';
import { projectRoot } from '#event-store';
import { DataBlock, firstOf, labelOf, localeOf, renderPage, say, type TextKey, type TextLanguage } from '#exports';
import { formatVerifierKey, keysOf, shortForm, type VerifierKey } from '#log';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Asked, servePage } from './serve-page.js';

/** What apps/verifier/bundle.mjs makes. */
const file = join(projectRoot, 'dist/apps/verifier/verify.bundle.js');

/** The script of the page, under a name that changes with it; undefined if it was not made. */
function readScript(): { name: string; content: string } | undefined {
  if (!existsSync(file)) return undefined;
  const content = readFileSync(file, 'utf8');
  return { name: `verify.${createHash('sha256').update(content).digest('hex').slice(0, 12)}.js`, content };
}

/** Checks in the reader's browser: a receipt, a statement, a decision receipt, the whole log; and the keys of the log. */
export function serveVerifier(routes: FastifyInstance, register: Register, published: Published): void {
  const script = readScript();
  if (script)
    routes.get(`/assets/${script.name}`, (_, reply) =>
      reply
        .header('content-type', 'text/javascript; charset=utf-8')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(script.content),
    );
  // The keys may change while the log stands still.
  servePage(routes, register, '/verify', async (asked) => makePage(register, published, script?.name, asked), {
    isKept: false,
  });
}

/** The texts that the script says, without the part before the dot; and the lists whose labels it shows. */
const said = [
  ...['progress', 'holds', 'fails', 'unreadable', 'unfinished', 'proved', 'word', 'notChecked', 'event', 'state'],
  ...['stream', 'alone', 'noContent', 'missing', 'events', 'contents', 'erased', 'onlyLog', 'sameForAll', 'fold'],
  ...['details', 'whole', 'noKey', 'otherKey'],
];
const lists = [
  'system-status',
  'risk-class',
  'oversight-mode',
  'duty-status',
  'obligation',
  'event-type',
] as const satisfies CodelistName[];

/** Its words and labels for the script. Each place in a text is filled in by the script. */
function wordsIn(language: TextLanguage): { [member: string]: unknown } {
  const places = new Proxy({}, { get: (_, name) => `{${String(name)}}`, has: () => true });
  const words = said.map((key) => [key, say(language, `verify.${key}` as TextKey, places)]);
  const labels = lists.map((list) => [
    list,
    Object.fromEntries(codelists[list].map((code) => [code, labelOf(list, code, language)])),
  ]);
  return {
    words: { ...Object.fromEntries(words), first: firstOf(language), since: say(language, 'column.since') },
    labels: Object.fromEntries(labels),
    locale: localeOf(language),
  };
}

/** Makes an input take a folder with all that is in it (https://wicg.github.io/entries-api/). */
const wholeFolder = { webkitdirectory: true };

function makePage(
  { log, origin }: Register,
  { url, themes }: Published,
  script: string | undefined,
  { language, position, query }: Asked,
): string {
  only(query as Record<string, unknown>, []);
  const keys = log ? keysOf(log.keyFolder, `${origin}/log`) : [];
  const [first, ...earlier] = keys;
  const key = first ? formatVerifierKey(first) : '';
  const title = say(language, 'verify.title');
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${origin}`,
      at: { url, position, path: '/verify' },
      theme: themes.register,
      description: say(language, 'verify.lead'),
      script,
    },
    <>
      <p class="lead">{say(language, 'verify.lead')}</p>
      <h2 id="key">{say(language, 'verify.key')}</h2>
      <p>{say(language, 'verify.keyLead')}</p>
      {first && <p>{shortIn(first, language)}</p>}
      {earlier.length > 0 && (
        <details>
          <summary>{say(language, 'verify.earlier')}</summary>
          {earlier.map((one) => (
            <p>
              <code>{formatVerifierKey(one)}</code>
              <br />
              {say(language, 'verify.short', { short: shortForm(one) })}
            </p>
          ))}
        </details>
      )}
      <p id="no-script" class="banner">
        {say(language, 'verify.noScript', { command: '' })}
        <code>{`vitrine verify ${url} --key ${key}`}</code>
      </p>
      <div id="tools" hidden>
        <label for="vkey">{say(language, 'verify.key')}</label>
        <input id="vkey" class="wide" value={key} spellcheck={false} autocomplete="off" />
        <form id="of-file">
          <h2>{say(language, 'verify.fileTitle')}</h2>
          <label for="file">{say(language, 'verify.file')}</label>
          <div class="row">
            <input id="file" type="file" required />
            <button type="submit">{say(language, 'verify.checkFile')}</button>
          </div>
        </form>
        <h2>{say(language, 'verify.whole')}</h2>
        <p>{say(language, 'verify.wholeLead')}</p>
        <form id="of-site">
          <button type="submit">{say(language, 'verify.here')}</button>
        </form>
        <form id="of-folder">
          <label for="folder">{say(language, 'verify.folder')}</label>
          <div class="row">
            <input id="folder" type="file" multiple required {...wholeFolder} />
            <button type="submit">{say(language, 'verify.checkFolder')}</button>
          </div>
        </form>
      </div>
      <div id="result" role="status" tabIndex={-1} />
      <DataBlock id="words" of={{ ...wordsIn(language), keys: keys.map(formatVerifierKey) }} />
    </>,
  );
}

/** The short form of the key that is used; the script writes there that of another one. */
function shortIn(key: VerifierKey, language: TextLanguage) {
  const [before, after] = say(language, 'verify.short', { short: '|' }).split('|');
  return (
    <strong>
      {before}
      <span id="short">{shortForm(key)}</span>
      {after}
    </strong>
  );
}
