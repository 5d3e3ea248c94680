import { type RefusalCode, refusals } from '#domain';
import {
  type Listed,
  Notices,
  numberOf,
  type PagePlace,
  page,
  pathIn,
  renderPage,
  SearchForm,
  SystemList,
  say,
  type TextKey,
  type TextLanguage,
  type Theme,
  textOf,
  toHtml,
} from '#exports';
import type { Organisation } from '#projections';
import { statusOf } from '../http/errors.js';

/** What the home page tells: the numbers of systems by status, of gaps and of events; and the systems that changed last. */
export type HomeFacts = {
  origin: string;
  at: PagePlace;
  theme: Theme;
  statuses: { key: string; count: number }[];
  gaps: number;
  events: number;
  notices: Pick<Organisation, 'names' | 'notice'>[];
  latest: Listed[];
};

/** The home page: one question, one field, what there is, and where everything else is. */
export function homePage(facts: HomeFacts, language: TextLanguage): string {
  const { origin, at, theme, notices, latest } = facts;
  const title = textOf(theme.name, language)?.value ?? say(language, 'register.title');
  return renderPage(
    {
      language,
      heading: say(language, 'home.question'),
      title: `${title} · ${origin}`,
      at,
      theme,
      part: 'home',
      description: say(language, 'home.lead'),
      about: {
        '@context': 'https://schema.org',
        '@type': 'WebSite',
        name: title,
        url: `${at.url}${pathIn(language, '/')}`,
        inLanguage: language,
        potentialAction: {
          '@type': 'SearchAction',
          target: `${at.url}${pathIn(language, '/systems')}?search={search}`,
          'query-input': 'required name=search',
        },
      },
    },
    <>
      <p class="lead">{say(language, 'home.lead')}</p>
      <SearchForm search="" language={language} />
      <Tiles {...facts} language={language} />
      <Notices of={notices} language={language} />
      <h2>{say(language, 'home.latest')}</h2>
      <SystemList systems={latest} language={language} />
      <p>
        <a class="button" href={pathIn(language, '/systems')}>
          {say(language, 'find.clear')}
        </a>
      </p>
      <h2>{say(language, 'home.data')}</h2>
      <ul>
        {linksOf(language).map(([href, text]) => (
          <li>
            <a href={href}>{text}</a>
          </li>
        ))}
      </ul>
      <p class="note">Vitrine · {origin}</p>
    </>,
  );
}

function Tiles({ statuses, gaps, events, language }: HomeFacts & { language: TextLanguage }) {
  const count = (...of: string[]) =>
    statuses.filter(({ key }) => of.includes(key)).reduce((sum, { count }) => sum + count, 0);
  const systemsOf = (...of: string[]) =>
    pathIn(language, '/systems', `?${of.map((status) => `status=${status}`).join('&')}`);
  const tiles: [number, TextKey, string][] = [
    [count('in-use'), 'home.tile.inUse', systemsOf('in-use')],
    [count('suspended'), 'home.tile.suspended', systemsOf('suspended')],
    [count('stopped', 'retired'), 'home.tile.ended', systemsOf('stopped', 'retired')],
    [gaps, 'home.tile.gaps', pathIn(language, '/duties')],
    [events, 'home.tile.events', pathIn(language, '/changes')],
  ];
  return (
    <ul class="tiles">
      {tiles.map(([n, key, href]) => (
        <li>
          <a href={href}>
            <b>{numberOf(n, language)}</b> {say(language, key, { n })}
          </a>
        </li>
      ))}
    </ul>
  );
}

const linksOf = (language: TextLanguage): [string, string][] => [
  ['/v1/systems.csv', say(language, 'home.table')],
  ['/exports/events.jsonl', say(language, 'home.events')],
  [pathIn(language, '/data'), say(language, 'home.dumps')],
  ['/docs/refusals', say(language, 'home.docs')],
];

/** Every refusal code with its HTTP status and meaning. */
export function refusalsPage(): string {
  const entries = (Object.keys(refusals) as RefusalCode[]).map(
    (code) =>
      `<dt id="${code.toLowerCase()}"><code>${code}</code> (${statusOf(code)})</dt><dd>${toHtml(refusals[code])}</dd>`,
  );
  const lead = 'Why the register may refuse a request. A code never changes its meaning; the text beside it may.';
  const body = `<p>${lead}</p><dl>${entries.join('')}</dl>`;
  return page({ language: 'en', heading: 'Refusals', title: 'Refusals · Vitrine', body });
}
