import type { FastifyInstance } from 'fastify';
import { Refusal } from '#domain';
import {
  Day,
  eventLabel,
  Html,
  Notices,
  numberOf,
  pathIn,
  renderPage,
  say,
  TextIn,
  type TextLanguage,
  withDate,
} from '#exports';
import {
  countFeed,
  type FeedEntry,
  type FeedScope,
  type Organisation,
  readFeed,
  readOrganisationsById,
  readSystemsById,
  type SystemRecord,
} from '#projections';
import { only, wholeNumber } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Asked, servePage } from './serve-page.js';
import { Further } from './table.js';

const eventsAPage = 50;

/** What was recorded last: of the register, or of an organisation. `before`: how many events of it come before those of the page. */
export function serveChanges(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/changes', (asked) => makeChangesPage(register, published, asked));
}

type Named = { systems: Map<string, SystemRecord['name']>; organisations: Map<string, Organisation> };

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
  const names = await namesOf(register, entries, organisation);
  if (organisation !== undefined && !names.organisations.has(organisation))
    throw new Refusal('NOT_FOUND', `There is no "${organisation.slice(0, 200)}" in this register.`);
  const kept = new URLSearchParams(organisation === undefined ? {} : { organisation });
  const at = (position?: number) => {
    const own = new URLSearchParams(kept);
    if (position !== undefined) own.set('before', String(position));
    return own.size === 0 ? '' : `?${own}`;
  };
  const owner = organisation === undefined ? undefined : names.organisations.get(organisation);
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
          <a href={pathIn(language, `/organisations/${owner.id}`)}>
            <TextIn of={owner.names} language={language} />
          </a>
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
              <Change entry={entry} names={names} day={day} language={language} />
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

async function namesOf({ pool }: Register, entries: FeedEntry[], organisation: string | undefined): Promise<Named> {
  const systems = await readSystemsById(pool, [...new Set(entries.flatMap(({ system }) => system ?? []))]);
  const organisations = await readOrganisationsById(pool, [
    ...new Set([...entries.map((entry) => entry.organisation), ...(organisation === undefined ? [] : [organisation])]),
  ]);
  return {
    systems: new Map(systems.map(({ id, record }) => [id, (JSON.parse(record) as SystemRecord).name])),
    organisations: new Map(organisations.map((one) => [one.id, one])),
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

type ChangeProps = { entry: FeedEntry; names: Named; day: string; language: TextLanguage };

function Change({ entry, names, day, language }: ChangeProps) {
  const { system, organisation, occurredAt, erased } = entry;
  const owner = names.organisations.get(organisation);
  const remarks = [
    system && owner && <TextIn of={owner.names} language={language} />,
    occurredAt.slice(0, 10) !== day && <Html as="span" of={withDate(language, 'changes.dated', occurredAt)} />,
    erased.length > 0 && say(language, 'page.erased'),
  ].filter(Boolean);
  const about = system ? names.systems.get(system) : owner?.names;
  return (
    <li>
      <b>{eventLabel(entry, language)}</b>
      <a href={pathIn(language, system ? `/systems/${system}` : `/organisations/${organisation}`)}>
        {about && Object.keys(about).length > 0 ? <TextIn of={about} language={language} /> : (system ?? organisation)}
      </a>
      {remarks.length > 0 && <small> {remarks.flatMap((remark) => [' · ', remark])}</small>}
    </li>
  );
}
