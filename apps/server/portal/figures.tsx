import type { FastifyInstance } from 'fastify';
import {
  dayOf,
  filters,
  labelOf,
  numberOf,
  pathIn,
  percentOf,
  renderPage,
  say,
  type TextLanguage,
  textOf,
} from '#exports';
import {
  type Count,
  countSystems,
  type Organisation,
  ofOneValue,
  readCounts,
  readOrganisationsById,
  readStatusOverTime,
} from '#projections';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Asked, servePage } from './serve-page.js';
import { Table } from './table.js';

/** How many values of a dimension are told; the rest is in the table. */
const valuesShown = 20;

/** How many systems there are, by what their records say, and how many were in use in each month. */
export function serveFigures(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/figures', (asked) => makeFiguresPage(register, published, asked));
}

async function makeFiguresPage(
  register: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  only(query as Record<string, unknown>, []);
  const { pool } = register;
  const total = await countSystems(pool, { filter: {} });
  const counts = [];
  for (const filter of filters)
    counts.push({ filter, values: await readCounts(pool, {}, filter.dimension, valuesShown) });
  const bodies = counts.find(({ filter }) => filter.dimension === 'organisation')!.values;
  const organisations = await readOrganisationsById(
    pool,
    bodies.map(({ key }) => key),
  );
  const months = new Map<string, number>();
  for (const { month, status, systems } of await readStatusOverTime(pool, {}))
    months.set(month, (months.get(month) ?? 0) + (status === 'in-use' ? systems : 0));
  const title = say(language, 'stats.title');
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${register.origin}`,
      at: { url, position, path: '/figures' },
      theme: themes.register,
      part: 'figures',
      description: say(language, 'stats.lead', { n: total }),
    },
    total === 0 ? (
      <p>{say(language, 'find.count', { n: 0 })}</p>
    ) : (
      <>
        <p class="lead">{say(language, 'stats.lead', { n: total })}</p>
        <OverTime months={[...months]} language={language} />
        {counts.map(({ filter: { dimension, title: name, list }, values }) => (
          <>
            <h2>{say(language, name)}</h2>
            <Table
              caption={say(language, name)}
              columns={[
                { title: say(language, name) },
                { title: say(language, 'page.systems'), isNumber: true },
                { title: say(language, 'figures.share') },
              ]}
              rows={[
                ...values.map(({ key, count }) => [
                  <a href={pathIn(language, '/systems', `?${new URLSearchParams({ [dimension]: key })}`)}>
                    {list ? labelIn(list, key, language) : nameIn(organisations, key, language)}
                  </a>,
                  numberOf(count, language),
                  <Bar share={count / total} language={language} />,
                ]),
                ...(ofOneValue.has(dimension) ? restOf(values, total, language) : []),
              ]}
            />
            {!ofOneValue.has(dimension) && <p class="note">{say(language, 'stats.several')}</p>}
            {dimension === 'domain' && (
              <p>
                <a href={pathIn(language, '/themes')}>{say(language, 'themes.title')}</a>
              </p>
            )}
            <p>
              <a href={`/v1/statistics/systems.csv?by=${dimension}&language=${language}`}>
                {say(language, 'stats.asTable')} (CSV)
              </a>
            </p>
          </>
        ))}
      </>
    ),
  );
}

/** The systems that have none of the values told: a row for them, unless there may be further values. */
function restOf(values: Count[], total: number, language: TextLanguage) {
  const rest = total - values.reduce((sum, { count }) => sum + count, 0);
  if (rest <= 0 || values.length === valuesShown) return [];
  const share = <Bar share={rest / total} language={language} />;
  return [[say(language, 'answer.none'), numberOf(rest, language), share]];
}

const labelIn = (list: Parameters<typeof labelOf>[0], key: string, language: TextLanguage) =>
  key === 'unclassified' ? say(language, 'find.unclassified') : labelOf(list, key, language);

const nameIn = (organisations: Organisation[], key: string, language: TextLanguage) =>
  textOf(organisations.find(({ id }) => id === key)?.names, language)?.value ?? key;

function Bar({ share, language }: { share: number; language: TextLanguage }) {
  return (
    <>
      {percentOf(share, language)}
      <svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect width={(100 * share).toFixed(1)} height="10" />
      </svg>
    </>
  );
}

/** Systems in use at the end of each month: bars that begin at zero, a sentence, and the same as a table. */
function OverTime({ months, language }: { months: [string, number][]; language: TextLanguage }) {
  const [first, last] = [months[0], months.at(-1)];
  if (!first || !last) return null;
  const most = Math.max(...months.map(([, count]) => count), 1);
  const [height, width] = [100, 1000];
  const step = width / months.length;
  const title = say(language, 'stats.overTime');
  const said = say(language, 'stats.chart', {
    first: dayOf(first[0], language),
    m: first[1],
    last: dayOf(last[0], language),
    n: last[1],
  });
  return (
    <>
      <h2>{title}</h2>
      <p>{said}</p>
      <svg class="bars" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={said}>
        {months.map(([, count], i) => {
          const tall = (height * count) / most;
          return (
            <rect
              x={(i * step).toFixed(1)}
              y={(height - tall).toFixed(1)}
              width={(step * 0.8).toFixed(1)}
              height={tall.toFixed(1)}
            />
          );
        })}
      </svg>
      <p class="axis">
        <span>{dayOf(first[0], language)}</span>
        <span>{dayOf(last[0], language)}</span>
      </p>
      <details>
        <summary>{say(language, 'stats.asTable')}</summary>
        <Table
          caption={title}
          columns={[{ title: say(language, 'column.month') }, { title: say(language, 'page.systems'), isNumber: true }]}
          rows={months.toReversed().map(([month, count]) => [dayOf(month, language), numberOf(count, language)])}
        />
      </details>
      <p>
        <a href={`/v1/statistics/status-by-month.csv?language=${language}`}>{say(language, 'stats.asTable')} (CSV)</a>
      </p>
    </>
  );
}
