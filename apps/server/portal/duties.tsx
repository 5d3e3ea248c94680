import type { FastifyInstance } from 'fastify';
import { codelists } from '#domain';
import { dateHtml, dayStated, Html, labelOf, pathIn, renderPage, say, type TextLanguage, Then } from '#exports';
import {
  countGaps,
  countGapsByObligation,
  dutyOf,
  type Gap,
  type GapFilter,
  isOfLaw,
  ofLaw,
  readGaps,
} from '#projections';
import { fromCursor, toCursor } from '../http/cursors.js';
import { oneOf, only, pastDay } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Named, OrganisationLink, readNamed, SystemCell } from './named.js';
import { type Asked, servePage } from './serve-page.js';
import { Further, queryOf, Table } from './table.js';

const gapsAPage = 50;
const practice = codelists.obligation.filter((obligation) => !isOfLaw({ obligation }));

/** Duties that are not met, on a day (`asOf`, by default today): those by law, or good practice (`kind=practice`); of an obligation, of an organisation. */
export function serveDuties(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/duties', (asked) => makeDutiesPage(register, published, asked));
}

async function makeDutiesPage(
  register: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  const given = only(query as Record<string, unknown>, ['kind', 'obligation', 'organisation', 'asOf', 'after']);
  const { organisation, after } = given;
  const { pool } = register;
  // A form sends what nobody chose as an empty text.
  const on = pastDay('asOf', given.asOf || undefined) ?? register.today();
  const asOf = on === register.today() ? undefined : on;
  const obligation = given.obligation
    ? oneOf('obligation', given.obligation, codelists.obligation, codelists.obligation[0])
    : undefined;
  const isPractice =
    obligation === undefined
      ? oneOf('kind', given.kind, ['law', 'practice'], 'law') === 'practice'
      : !isOfLaw({ obligation });
  const ofKind = isPractice ? practice : ofLaw;
  const filter: GapFilter = { organisation, obligations: obligation ? [obligation] : ofKind };
  const page = await readGaps(pool, { on }, filter, {
    first: gapsAPage,
    after: fromCursor<[string, string]>(after, 'string', 'string'),
  });
  const total = await countGaps(pool, { on }, filter);
  const counts = (await countGapsByObligation(pool, on, organisation)).filter((one) =>
    (ofKind as readonly string[]).includes(one.obligation),
  );
  // What was chosen stays, even if there is none of it on that day.
  if (obligation && !counts.some((one) => one.obligation === obligation)) counts.push({ obligation, count: 0 });
  const named = await readNamed(pool, page.gaps, { owner: organisation, asOf });
  const kept = { kind: isPractice ? 'practice' : undefined, obligation, organisation, asOf };
  const last = page.gaps.at(-1);
  const title = say(language, isPractice ? 'system.goodPractice' : 'system.duties');
  return renderPage(
    {
      language,
      heading: title,
      title: [title, register.origin, ...(asOf ? [asOf] : [])].join(' · '),
      at: { url, position, path: '/duties', query: queryOf(kept) },
      theme: themes.organisations.get(organisation ?? '') ?? themes.register,
      part: 'duties',
      description: say(language, 'duties.lead'),
      isIndexed: Object.values({ ...kept, after }).every((value) => value === undefined),
    },
    <>
      <Then
        asOf={asOf}
        words="duties.asOf"
        now="duties.today"
        href={pathIn(language, '/duties', queryOf({ ...kept, asOf: undefined }))}
        language={language}
      />
      {organisation && (
        <p>
          <OrganisationLink id={organisation} named={named} language={language} />
        </p>
      )}
      <p class="lead">{say(language, isPractice ? 'duties.practice' : 'duties.lead')}</p>
      <p>
        <a
          href={pathIn(language, '/duties', queryOf({ organisation, asOf, kind: isPractice ? undefined : 'practice' }))}
        >
          {say(language, isPractice ? 'system.duties' : 'system.goodPractice')}
        </a>
      </p>
      <form class="row" method="get">
        <div>
          <label for="obligation">{say(language, 'column.duty')}</label>
          <select id="obligation" name="obligation">
            <option value="">{say(language, 'duties.all')}</option>
            {counts.map(({ obligation: one, count }) => (
              <option value={one} selected={one === obligation}>
                {labelOf('obligation', one, language)}
                {` (${count})`}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label for="day">{say(language, 'day.label')}</label>
          <input id="day" type="date" name="asOf" value={on} max={register.today()} />
        </div>
        {isPractice && <input type="hidden" name="kind" value="practice" />}
        {organisation && <input type="hidden" name="organisation" value={organisation} />}
        <button type="submit">{say(language, 'find.show')}</button>
      </form>
      <h2>{say(language, 'duties.count', { n: total })}</h2>
      {page.gaps.length > 0 && (
        <Table
          caption={title}
          columns={(['column.system', 'column.duty', 'column.since'] as const).map((key) => ({
            title: say(language, key),
          }))}
          rows={page.gaps.map((gap) => rowOf(gap, named, language))}
        />
      )}
      <Further
        href={
          page.hasMore && last
            ? pathIn(language, '/duties', queryOf({ ...kept, after: toCursor(last.system, last.duty) }))
            : undefined
        }
        text={say(language, 'duties.more')}
      />
      {obligation && total > 0 && (
        <p>
          <a href={`/v1/gaps.csv${queryOf({ on, language, organisation, obligation })}`}>
            {say(language, 'stats.asTable')} (CSV)
          </a>
        </p>
      )}
    </>,
  );
}

function rowOf(gap: Gap, named: Named, language: TextLanguage) {
  const { system, obligation, duty, dutyVersion, status, since } = gap;
  const record = named.systems.get(system);
  return [
    <SystemCell of={gap} named={named} language={language} />,
    <>
      {labelOf('obligation', obligation, language)}
      {isOfLaw(gap) && ` (${dutyOf(duty, dutyVersion)?.article.cite})`}
      {status !== 'missing' && ` · ${labelOf('duty-status', status, language)}`}
    </>,
    <Html as="span" of={dateHtml(record ? dayStated(record, since) : since, language)} />,
  ];
}
