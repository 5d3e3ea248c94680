import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { codelists } from '#domain';
import {
  Day,
  eventLabel,
  Html,
  labelOf,
  Notices,
  numberOf,
  pathIn,
  renderPage,
  say,
  type TextLanguage,
  withDate,
} from '#exports';
import { countFeed, type FeedEntry, type FeedScope, readFeed, readNewest } from '#projections';
import { oneOf, only, wholeNumber } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Named, OrganisationLink, OrganisationName, readNamed, SystemLink } from './named.js';
import { type Asked, servePage } from './serve-page.js';
import { Further, queryOf } from './table.js';

const eventsAPage = 50;

/**
 * What was recorded last: of the register, or of an organisation; all, or one type of event. `before`: how many events of it come before those of the page; of one
 * type, the sequence before which they are.
 */
export function serveChanges(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/changes', (asked) => makeChangesPage(register, published, asked));
}

async function makeChangesPage(
  register: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  const { organisation, before, type } = only(query as Record<string, unknown>, ['organisation', 'before', 'type']);
  const { pool } = register;
  const scope: FeedScope =
    organisation === undefined ? { kind: 'register' } : { kind: 'organisation', id: organisation };
  const { entries, older, isNewest, span } = await readPage(pool, scope, {
    type:
      type === undefined || type === '' ? undefined : oneOf('type', type, codelists['event-type'], 'SystemRegistered'),
    before:
      before === undefined
        ? undefined
        : wholeNumber('before', before, { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 0 }),
  });
  const named = await readNamed(pool, entries, { owner: organisation });
  const at = (position?: number) => queryOf({ organisation, type: type || undefined, before: position?.toString() });
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
      at: { url, position, path: '/changes', query: at(isNewest ? undefined : Number(before)) },
      theme: themes.organisations.get(organisation ?? '') ?? themes.register,
      part: 'changes',
      description: say(language, 'changes.lead'),
      isIndexed: organisation === undefined && !type && isNewest,
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
        {!isNewest && (
          <>
            {' · '}
            <a href={pathIn(language, '/changes', at())}>{say(language, 'changes.newer')}</a>
          </>
        )}
      </p>
      <form class="row" method="get">
        <div>
          <label for="type">{say(language, 'changes.kind')}</label>
          <select id="type" name="type">
            <option value="">{say(language, 'changes.all')}</option>
            {codelists['event-type'].map((one) => (
              <option value={one} selected={one === type}>
                {labelOf('event-type', one, language)}
              </option>
            ))}
          </select>
        </div>
        {organisation && <input type="hidden" name="organisation" value={organisation} />}
        <button type="submit">{say(language, 'find.show')}</button>
      </form>
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
        href={older === undefined ? undefined : pathIn(language, '/changes', at(older))}
        text={say(language, 'changes.older')}
      />
      {span && (
        <p class="note">
          {numberOf(span.from, language)} – {numberOf(span.to, language)} / {numberOf(span.total, language)}
        </p>
      )}
    </>,
  );
}

type Page = {
  entries: FeedEntry[];
  /** The `before` of the page of older ones, if there are any. */
  older: number | undefined;
  isNewest: boolean;
  /** Which of all events these are; unknown of one type. */
  span?: { from: number; to: number; total: number } | undefined;
};

async function readPage(
  pool: Pool,
  scope: FeedScope,
  { type, before }: { type: string | undefined; before: number | undefined },
): Promise<Page> {
  if (type !== undefined) {
    const found = await readNewest(pool, scope, { type, before, first: eventsAPage + 1 });
    const entries = found.slice(0, eventsAPage);
    return {
      entries,
      older: found.length > eventsAPage ? entries.at(-1)!.sequence : undefined,
      isNewest: before === undefined,
    };
  }
  const total = await countFeed(pool, scope);
  const to = Math.min(before ?? total, total);
  const from = Math.max(to - eventsAPage, 0);
  const entries = (await readFeed(pool, scope, from, to - from)).reverse();
  return {
    entries,
    older: from > 0 ? from : undefined,
    isNewest: to === total,
    span: entries.length > 0 ? { from: from + 1, to, total } : undefined,
  };
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
