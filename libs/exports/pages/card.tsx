import { renderToString } from 'preact-render-to-string';
import type { Organisation } from '#projections';
import { labelOf, say, type TextLanguage, textOf } from '../texts.js';
import { type AnswerFacts, Decides } from './answers.js';
import { Notices, Status, TextIn } from './elements.js';
import { Html, type Place, pathIn } from './layout.js';
import { sinceHtml } from './record-html.js';
import { styleName } from './style.js';
import { systemSubpage } from './system-subpage.js';
import type { Theme } from './theme.js';

/** What the card and the badge of a system are made of, for a page of another site. */
export type CardFacts = Omit<AnswerFacts, 'language' | 'figures'> & {
  organisation: Organisation | undefined;
  at: Place;
  theme: Theme | undefined;
};

type Facts = CardFacts & { language: TextLanguage };

/** The size of a card in pixels, unless a page asks for less. */
export const cardSize = { width: 480, height: 300 };

const nameOf = ({ record, language }: Facts) => textOf(record.name, language)?.value ?? record.id;
const addressOf = ({ record, at, language }: Facts) => at.url + pathIn(language, `/systems/${record.id}`);

/** The card of a system: the one page that other sites may show in a frame. Its links leave the frame. */
export function cardPage(facts: CardFacts, language: TextLanguage): string {
  const { record, organisation, theme } = facts;
  const all = { ...facts, language };
  return `<!doctype html>${renderToString(
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        <title>{nameOf(all)}</title>
        <base target="_top" />
        <link rel="canonical" href={addressOf(all)} />
        <link rel="stylesheet" href={`/assets/${styleName}`} />
        {theme?.style && <link rel="stylesheet" href={`/assets/${theme.style.name}`} />}
      </head>
      <body class="card">
        <main>
          <Notices of={organisation ? [organisation] : []} language={language} />
          {record.incomplete && <p>{say(language, 'page.incomplete', { n: record.incomplete.length })}</p>}
          <p>
            <Status of={record.status} language={language} />{' '}
            <Html as="span" of={sinceHtml(record, record.statusSince, language)} />
          </p>
          <h1>
            <a href={addressOf(all)}>
              <TextIn of={record.name ?? { [language]: record.id }} language={language} />
            </a>
          </h1>
          <div>
            <p class="note">{say(language, 'answer.decide')}</p>
            <Decides {...all} figures={undefined} isShort />
          </div>
          <p class="note">
            {organisation && (
              <>
                <TextIn of={organisation.names} language={language} />
                {' · '}
              </>
            )}
            {textOf(theme?.name, language)?.value ?? say(language, 'register.title')}
          </p>
        </main>
      </body>
    </html>,
  )}`;
}

function CardFrame({ of: facts, size, style }: { of: Facts; size: typeof cardSize; style?: string }) {
  const src = `${facts.at.url}${pathIn(facts.language, `/systems/${facts.record.id}/card`)}`;
  return <iframe src={src} title={nameOf(facts)} {...size} loading="lazy" style={style} />;
}

/** HTML that shows the card of a system on another page, at most as large as asked for. */
export function cardHtml(facts: CardFacts, language: TextLanguage, size = cardSize): string {
  return renderToString(<CardFrame of={{ ...facts, language }} size={size} style="border:0" />);
}

/** The colours of a badge by status: white text has at least 4.5:1 on each. */
const colours: { [status: string]: string } = { 'in-use': '#1b6a3a', piloted: '#1b6a3a', suspended: '#854500' };

/** A badge: the word for AI, and the status of a system. Widths are an estimate, to which the text is fitted. */
export function badgeSvg({ record }: CardFacts, language: TextLanguage): string {
  const words = [say(language, 'embed.word'), labelOf('system-status', record.status, language)];
  const [left, right] = words.map((word) => Math.round(word.length * 7 + 16)) as [number, number];
  const text = (word: string, x: number, width: number) => (
    <text x={x + width / 2} y="15" textLength={width - 16}>
      {word}
    </text>
  );
  return renderToString(
    <svg xmlns="http://www.w3.org/2000/svg" width={left + right} height="22" role="img" aria-label={words.join(': ')}>
      <title>{words.join(': ')}</title>
      <rect width={left} height="22" fill="#30363d" />
      <rect x={left} width={right} height="22" fill={colours[record.status] ?? '#4a5259'} />
      <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="12" text-anchor="middle">
        {text(words[0]!, 0, left)}
        {text(words[1]!, left, right)}
      </g>
    </svg>,
  );
}

/** HTML that shows the badge of a system on another page, with a link to its record. */
export function badgeHtml(facts: CardFacts, language: TextLanguage): string {
  const all = { ...facts, language };
  const status = labelOf('system-status', facts.record.status, language);
  return renderToString(
    <a href={addressOf(all)}>
      <img
        src={`${facts.at.url}/systems/${facts.record.id}/badge.svg?language=${language}`}
        alt={`${nameOf(all)}: ${status}`}
        height={22}
      />
    </a>,
  );
}

/** The page that shows how another page can show a system: as a card, and as a badge. */
export function embedPage(facts: CardFacts, language: TextLanguage): string {
  const { record, at, theme } = facts;
  const { id: system, name } = record;
  const own = { ...facts, at: { ...at, url: '' } };
  return systemSubpage(
    { system, name, title: say(language, 'embed.title'), at, theme },
    language,
    <>
      <p class="lead">{say(language, 'embed.lead')}</p>
      <h2>{say(language, 'embed.card')}</h2>
      <div class="scroll">
        <CardFrame of={{ ...own, language }} size={cardSize} />
      </div>
      <Copied html={cardHtml(facts, language)} language={language} />
      <h2>{say(language, 'embed.badge')}</h2>
      <Html as="p" of={badgeHtml(own, language)} />
      <Copied html={badgeHtml(facts, language)} language={language} />
    </>,
  );
}

function Copied({ html, language }: { html: string; language: TextLanguage }) {
  return (
    <>
      <p>{say(language, 'embed.copy')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre class="copied" tabIndex={0}>
        <code>{html}</code>
      </pre>
    </>
  );
}
