import type { FastifyInstance } from 'fastify';
import { Refusal, settleText } from '#domain';
import {
  contactHtml,
  countryOf,
  Html,
  labelOf,
  Notices,
  numberOf,
  type PagePlace,
  pathIn,
  renderPage,
  SystemList,
  say,
  TextIn,
  type TextLanguage,
  textOf,
  withDate,
} from '#exports';
import {
  countGaps,
  countSystems,
  type Organisation,
  ofLaw,
  readCounts,
  readOrganisations,
  readOrganisationsById,
  readSystems,
} from '#projections';
import { fromCursor, toCursor } from '../http/cursors.js';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { listed } from './listed.js';
import { type Asked, servePage } from './serve-page.js';
import { Further, Table } from './table.js';

const organisationsAPage = 50;
const systemsShown = 10;

/** The organisations of the register, and each with its systems. */
export function serveOrganisations(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/organisations', (asked) => makeList(register, published, asked));
  servePage(routes, register, '/organisations/:id', (asked) => makeOrganisationPage(register, published, asked), {
    isLed: false,
  });
}

async function makeList(
  register: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  const { after } = only(query as Record<string, unknown>, ['after']);
  const [from = ''] = fromCursor<[string]>(after, 'string') ?? [];
  const { organisations, hasMore } = await readOrganisations(register.pool, organisationsAPage, from);
  const rows = [];
  for (const { id, names, kind, country } of organisations)
    rows.push([
      <a href={pathIn(language, `/organisations/${id}`)}>
        <TextIn of={names} language={language} />
      </a>,
      labelOf('organisation-kind', kind, language),
      countryOf(country, language),
      numberOf(await countSystems(register.pool, { filter: { organisation: [id] } }), language),
    ]);
  const title = say(language, 'organisations.title');
  const last = organisations.at(-1);
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${register.origin}`,
      at: { url, position, path: '/organisations' },
      theme: themes.register,
      part: 'organisations',
      description: say(language, 'organisations.lead'),
      isIndexed: after === undefined,
    },
    <>
      <p class="lead">{say(language, 'organisations.lead')}</p>
      <Table
        caption={title}
        columns={[
          { title: say(language, 'page.organisation') },
          { title: say(language, 'organisations.kind') },
          { title: say(language, 'member.country') },
          { title: say(language, 'page.systems'), isNumber: true },
        ]}
        rows={rows}
      />
      <Further
        href={hasMore && last ? pathIn(language, '/organisations', `?after=${toCursor(last.id)}`) : undefined}
        text={say(language, 'organisations.more')}
      />
      <p>
        <a href={`/v1/organisations.csv?language=${language}`}>{say(language, 'stats.asTable')} (CSV)</a>
      </p>
    </>,
  );
}

async function makeOrganisationPage(
  register: Register,
  { url, themes }: Published,
  { language, query, params, position }: Asked,
): Promise<string> {
  only(query as Record<string, unknown>, []);
  const { pool } = register;
  const id = settleText(params['id']!);
  const [organisation] = await readOrganisationsById(pool, [id]);
  if (!organisation) throw new Refusal('NOT_FOUND', `There is no "${id.slice(0, 200)}" in this register.`);
  const [successor] = await readOrganisationsById(pool, [organisation.closed?.successor ?? []].flat());
  const filter = { organisation: [id] };
  const { systems } = await readSystems(pool, { filter }, { order: 'CHANGED', first: systemsShown });
  const name = textOf(organisation.names, language);
  const counts = await readCounts(pool, filter, 'status', 20);
  const gaps = await countGaps(pool, { on: register.today() }, { organisation: id, obligations: ofLaw });
  const at = { url, position, path: `/organisations/${id}` };
  return renderPage(
    {
      language,
      heading: name ?? id,
      title: `${name?.value ?? id} · ${register.origin}`,
      at,
      theme: themes.organisations.get(id) ?? themes.register,
      part: 'organisations',
      description: say(language, 'organisations.lead'),
      about: aboutOf(organisation, at, language),
      before: (
        <p class="where">
          <a href={pathIn(language, '/organisations')}>{say(language, 'organisations.title')}</a>
        </p>
      ),
    },
    <>
      <Notices of={[organisation]} language={language} />
      <Facts of={organisation} successor={successor} language={language} />
      <ul class="tiles">
        {counts.map(({ key, count }) => (
          <li>
            <a href={pathIn(language, '/systems', `?organisation=${id}&status=${key}`)}>
              <b>{numberOf(count, language)}</b> {labelOf('system-status', key, language)}
            </a>
          </li>
        ))}
        <li>
          <a href={pathIn(language, '/duties', `?organisation=${id}`)}>
            <b>{numberOf(gaps, language)}</b> {say(language, 'home.tile.gaps', { n: gaps })}
          </a>
        </li>
      </ul>
      {systems.length > 0 && (
        <>
          <h2>{say(language, 'home.latest')}</h2>
          <SystemList systems={await listed(register, systems, { language })} language={language} />
        </>
      )}
      <p>
        <a class="button" href={pathIn(language, '/systems', `?organisation=${id}`)}>
          {say(language, 'organisations.systems')}
        </a>
      </p>
      <ul>
        <li>
          <a href={pathIn(language, '/changes', `?organisation=${id}`)}>{say(language, 'organisations.changes')}</a>
        </li>
        <li>
          <a href={`/v1/contracts.csv?organisation=${id}&language=${language}`}>
            {say(language, 'organisations.contracts')}
          </a>
        </li>
        <li>
          <a href={`/v1/organisations/${id}`}>JSON</a>
        </li>
        <li>
          <a href={`/feeds/organisation.atom?id=${encodeURIComponent(id)}&language=${language}`}>
            {say(language, 'aside.feed')}
          </a>
        </li>
      </ul>
    </>,
  );
}

function aboutOf({ id, names, website }: Organisation, { url, path }: PagePlace, language: TextLanguage) {
  return {
    '@context': 'https://schema.org',
    '@type': 'Organization',
    name: textOf(names, language)?.value ?? id,
    identifier: id,
    url: website ?? url + pathIn(language, path),
  };
}

type FactsProps = { of: Organisation; successor: Organisation | undefined; language: TextLanguage };

/** What is recorded of an organisation itself; `successor`: who took over, if it was closed. */
function Facts({ of, successor, language }: FactsProps) {
  const { kind, country, identifiers, website, contact, formerNames, closed } = of;
  const rows: [string, string][] = [
    [say(language, 'organisations.kind'), labelOf('organisation-kind', kind, language)],
    [say(language, 'member.country'), countryOf(country, language)],
  ];
  return (
    <>
      {closed && (
        <p class="banner">
          <Html as="span" of={withDate(language, 'organisations.closed', closed.occurredAt)} />{' '}
          <TextIn of={closed.reason} language={language} />{' '}
          {successor && (
            <>
              {say(language, 'member.successor')}:{' '}
              <a href={pathIn(language, `/organisations/${successor.id}`)}>
                <TextIn of={successor.names} language={language} />
              </a>
            </>
          )}
        </p>
      )}
      <table>
        <tbody>
          {rows.map(([label, value]) => (
            <tr>
              <th scope="row">{label}</th>
              <td>{value}</td>
            </tr>
          ))}
          {identifiers && (
            <tr>
              <th scope="row">{say(language, 'member.identifiers')}</th>
              <td>
                {identifiers
                  .map(({ scheme, id }) => `${id} (${labelOf('organisation-identifier-scheme', scheme, language)})`)
                  .join(', ')}
              </td>
            </tr>
          )}
          {website && (
            <tr>
              <th scope="row">{say(language, 'organisations.website')}</th>
              <td>
                <a href={website}>{website}</a>
              </td>
            </tr>
          )}
          {contact && (
            <tr>
              <th scope="row">{say(language, 'page.part.contact')}</th>
              <Html as="td" of={contactHtml(contact)} />
            </tr>
          )}
          {formerNames.length > 0 && (
            <tr>
              <th scope="row">{say(language, 'organisations.former')}</th>
              <td>
                <ul>
                  {formerNames.map(({ names, until }) => (
                    <li>
                      <TextIn of={names} language={language} />{' '}
                      <Html as="span" of={withDate(language, 'organisations.until', until)} />
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </>
  );
}
