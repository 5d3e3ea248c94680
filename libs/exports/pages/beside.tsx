import { say, type TextLanguage } from '../texts.js';
import { Html, pathIn } from './layout.js';
import type { Part, SystemFacts } from './system-facts.js';
import { contactHtml } from './values.js';

/** What stands beside the page of a system: its parts, whom to ask, what to take along. */
export function Beside({
  record,
  alternates,
  parts,
  asOf,
  code,
  isAlone,
  language,
}: SystemFacts & { parts: Part[]; language: TextLanguage }) {
  const feed = `/feeds/system.atom?id=${encodeURIComponent(record.id)}&language=${language}`;
  return (
    <aside>
      <h2>{say(language, 'aside.page')}</h2>
      <ul>
        {parts.map(({ id, title }) => (
          <li>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
      </ul>
      {record.contact && (
        <>
          <h2>{say(language, 'aside.ask')}</h2>
          <Html as="p" of={contactHtml(record.contact)} />
        </>
      )}
      {isAlone || asOf !== undefined ? null : (
        <p>
          <a href={pathIn(language, `/systems/${record.id}/report`)}>{say(language, 'report.title')}</a>
        </p>
      )}
      {code && asOf === undefined && <OnPaper id={record.id} code={code} language={language} />}
      <h2>{say(language, 'aside.take')}</h2>
      <ul>
        {alternates.map(({ href, type, title }) => (
          <li>
            <a href={href} type={type}>
              {title}
            </a>
          </li>
        ))}
        {isAlone || asOf !== undefined ? null : (
          <li>
            <a href={pathIn(language, `/systems/${record.id}/embed`)}>{say(language, 'embed.title')}</a>
          </li>
        )}
        {isAlone || asOf !== undefined ? null : (
          <li>
            <a href={feed} type="application/atom+xml">
              {say(language, 'aside.feed')}
            </a>
          </li>
        )}
      </ul>
    </aside>
  );
}

/** From the register to paper, and back by the short code. */
function OnPaper({ id, code, language }: { id: string; code: string; language: TextLanguage }) {
  const path = `/systems/${id}`;
  return (
    <>
      <h2>{say(language, 'code.title')}</h2>
      <p>
        <a href={`/r/${code}`} class="code">
          {code}
        </a>
      </p>
      <ul>
        <li>
          <a href={pathIn(language, `${path}/letter`)}>{say(language, 'letter.title')}</a>
        </li>
        <li>
          <a href={pathIn(language, `${path}/sign`)}>{say(language, 'sign.title')}</a>
        </li>
        <li>
          {say(language, 'code.files')}: <a href={`${path}/qr.svg`}>SVG</a>, <a href={`${path}/qr.png`}>PNG</a>
        </li>
      </ul>
    </>
  );
}
