import type { FastifyInstance } from 'fastify';
import {
  Day,
  eventLabel,
  Html,
  Notices,
  numberOf,
  pathIn,
  renderPage,
  say,
  type TextLanguage,
  withDate,
} from '#exports';
import { countFeed, type FeedEntry, type FeedScope, readFeed } from '#projections';
import { only, wholeNumber } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Named, OrganisationLink, OrganisationName, readNamed, SystemLink } from './named.js';
import { type Asked, servePage } from './serve-page.js';
import { Further } from './table.js';

const eventsAPage = 50;

/** What was recorded last: of the register, or of an organisation. `before`: how many events of it come before those of the page. */
export function serveChanges(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/changes', (asked) => makeChangesPage(register, published, asked));
}

async function makeChangesPage(
  register: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  const { organisation, before } = only(query as Record<string, unknown>, ['organisation', 'before']);
  const { pool } = register;
  const scope: FeedScope =
    organisation === undefined ? { kind: 'register' } : { kind: 'organisation', id: organisation };
  const total = await countFeed(pool, scope);
  const to = Math.min(wholeNumber('before', before, { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: total }), total);
  const from = Math.max(to - eventsAPage, 0);
  const entries = (await readFeed(pool, scope, from, to - from)).reverse();
  const named = await readNamed(pool, entries, { owner: organisation });
  const kept = new URLSearchParams(organisation === undefined ? {} : { organisation });
  const at = (position?: number) => {
    const own = new URLSearchParams(kept);
    if (position !== undefined) own.set('before', String(position));
    return own.size === 0 ? '' : `?${own}`;
  };
  const owner = named.organisations.get(organisation ?? '');
  const title = say(language, 'changes.title');
  const feed =
    organisation === undefined
      ? `/feeds/register.atom?language=${language}`
      : `/feeds/organisation.atom?${new URLSearchParams({ id: organisation, language })}`;
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${register.origin}`,
      at: { url, position, path: '/changes', query: at(to < total ? to : undefined) },
      theme: themes.organisations.get(organisation ?? '') ?? themes.register,
      part: 'changes',
      description: say(language, 'changes.lead'),
      isIndexed: organisation === undefined && to === total,
    },
    <>
      {owner && (
        <p>
          <OrganisationLink id={owner.id} named={named} language={language} />
        </p>
      )}
      <p class="lead">{say(language, 'changes.lead')}</p>
      <p>
        <a href={feed} type="application/atom+xml">
          {say(language, organisation === undefined ? 'home.feed' : 'aside.feed')}
        </a>
        {to < total && (
          <>
            {' · '}
            <a href={pathIn(language, '/changes', at())}>{say(language, 'changes.newer')}</a>
          </>
        )}
      </p>
      {owner && <Notices of={[owner]} language={language} />}
      {entries.length === 0 && <p>{say(language, 'changes.none')}</p>}
      {byDay(entries).map(([day, own]) => (
        <>
          <h2>
            <Day of={day} language={language} />
          </h2>
          <ol class="life">
            {own.map((entry) => (
              <Change entry={entry} named={named} day={day} language={language} />
            ))}
          </ol>
        </>
      ))}
      <Further
        href={from > 0 ? pathIn(language, '/changes', at(from)) : undefined}
        text={say(language, 'changes.older')}
      />
      {entries.length > 0 && (
        <p class="note">
          {numberOf(from + 1, language)} – {numberOf(to, language)} / {numberOf(total, language)}
        </p>
      )}
    </>,
  );
}

/** Events by the day on which they were recorded, in their order. */
function byDay(entries: FeedEntry[]): [string, FeedEntry[]][] {
  const days = new Map<string, FeedEntry[]>();
  for (const entry of entries) {
    const day = entry.recordedAt.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days];
}

type ChangeProps = { entry: FeedEntry; named: Named; day: string; language: TextLanguage };

function Change({ entry, named, day, language }: ChangeProps) {
  const { system, organisation, occurredAt, erased } = entry;
  const remarks = [
    system && <OrganisationName id={organisation} named={named} language={language} />,
    occurredAt.slice(0, 10) !== day && <Html as="span" of={withDate(language, 'changes.dated', occurredAt)} />,
    erased.length > 0 && say(language, 'page.erased'),
  ].filter(Boolean);
  return (
    <li>
      <b>{eventLabel(entry, language)}</b>
      {system ? (
        <SystemLink id={system} named={named} language={language} />
      ) : (
        <OrganisationLink id={organisation} named={named} language={language} />
      )}
      {remarks.length > 0 && <small> {remarks.flatMap((remark) => [' · ', remark])}</small>}
    </li>
  );
}
