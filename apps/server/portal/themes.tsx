import type { FastifyInstance } from 'fastify';
import { labelOf, numberOf, pathIn, renderPage, say } from '#exports';
import { readCounts } from '#projections';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { servePage } from './serve-page.js';
import { Table } from './table.js';

/** More than there are policy areas. */
const mostAreas = 100;

/** The policy areas of the systems, those with the most systems first, each with its list and its feed. */
export function serveThemes(routes: FastifyInstance, register: Register, { url, themes }: Published): void {
  const { pool, origin } = register;
  servePage(routes, register, '/themes', async ({ language, query, position }) => {
    only(query as Record<string, unknown>, []);
    const areas = await readCounts(pool, {}, 'domain', mostAreas);
    const title = say(language, 'themes.title');
    return renderPage(
      {
        language,
        heading: title,
        title: `${title} · ${origin}`,
        at: { url, position, path: '/themes' },
        theme: themes.register,
        part: 'figures',
        description: say(language, 'themes.lead'),
      },
      <>
        <p class="lead">{say(language, 'themes.lead')}</p>
        {areas.length === 0 ? (
          <p>{say(language, 'find.count', { n: 0 })}</p>
        ) : (
          <Table
            caption={title}
            columns={[
              { title: say(language, 'field.domain') },
              { title: say(language, 'page.systems'), isNumber: true },
              { title: say(language, 'themes.feed') },
            ]}
            rows={areas.map(({ key, count }) => [
              <a href={pathIn(language, '/systems', `?domain=${key}`)}>{labelOf('domain', key, language)}</a>,
              numberOf(count, language),
              <a href={`/feeds/domain.atom?id=${key}&language=${language}`} type="application/atom+xml">
                Atom
              </a>,
            ])}
          />
        )}
      </>,
    );
  });
}
