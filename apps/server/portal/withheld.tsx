import type { FastifyInstance } from 'fastify';
import { dateHtml, Html, labelOf, pathIn, renderPage, say, TextIn, type TextLanguage, withheldName } from '#exports';
import { readFacets, readSystems, type SystemRecord } from '#projections';
import { only, refuseForeignCursor } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { readNamed, SystemCell } from './named.js';
import { type Asked, servePage } from './serve-page.js';
import { Further, queryOf, Table } from './table.js';

const systemsAPage = 50;
/** More kinds of fields than can be withheld. */
const mostKinds = 200;

/** What is withheld from publication, with its ground, its reason and its end: all of it, or one kind of field (`field`). */
export function serveWithheld(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/withheld', (asked) => makePage(register, published, asked));
}

async function makePage(
  { pool, origin }: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  const { field: chosen, after } = only(query as Record<string, unknown>, ['field', 'after']);
  const kinds = await readFacets(pool, { filter: {} }, mostKinds, ['withheld']);
  const wanted = chosen ? [chosen] : kinds.map(({ value }) => value);
  const { systems, hasMore } =
    kinds.length === 0
      ? { systems: [], hasMore: false }
      : await readSystems(pool, { filter: { withheld: wanted } }, { order: 'NAME', first: systemsAPage, after }).catch(
          refuseForeignCursor,
        );
  const records = systems.map(({ record }) => JSON.parse(record) as SystemRecord);
  const named = await readNamed(
    pool,
    records.map(({ id, organisation }) => ({ system: id, organisation })),
  );
  const title = say(language, 'withheld.title');
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${origin}`,
      at: { url, position, path: '/withheld', query: queryOf({ field: chosen || undefined }) },
      theme: themes.register,
      description: say(language, 'withheld.lead'),
      isIndexed: !chosen && after === undefined,
    },
    <>
      <p class="lead">{say(language, 'withheld.lead')}</p>
      {kinds.length > 0 && (
        <form class="row" method="get">
          <div>
            <label for="field">{say(language, 'withheld.what')}</label>
            <select id="field" name="field">
              <option value="">{say(language, 'withheld.all')}</option>
              {kinds.map(({ value, count }) => (
                <option value={value} selected={value === chosen}>
                  {`${withheldName(value, language)} (${count})`}
                </option>
              ))}
            </select>
          </div>
          <button type="submit">{say(language, 'find.show')}</button>
        </form>
      )}
      {records.length === 0 ? (
        <p>{say(language, 'withheld.none')}</p>
      ) : (
        <Table
          caption={title}
          columns={(['column.system', 'withheld.what', 'withheld.why', 'withheld.until'] as const).map((key) => ({
            title: say(language, key),
          }))}
          rows={records.flatMap((record) =>
            Object.entries(record.withheld ?? {})
              .filter(([field]) => wanted.includes(field))
              .map(([field, { basis, reason, until }]) => [
                <SystemCell
                  of={{ system: record.id, organisation: record.organisation }}
                  named={named}
                  language={language}
                />,
                withheldName(field, language),
                <Why basis={basis} reason={reason} language={language} />,
                until ? <Html as="span" of={dateHtml(until, language)} /> : say(language, 'withheld.open'),
              ]),
          )}
        />
      )}
      <Further
        href={
          hasMore
            ? pathIn(language, '/withheld', queryOf({ field: chosen || undefined, after: systems.at(-1)!.cursor }))
            : undefined
        }
        text={say(language, 'withheld.more')}
      />
    </>,
  );
}

type Withheld = NonNullable<SystemRecord['withheld']>[string];

function Why({ basis, reason, language }: Pick<Withheld, 'basis' | 'reason'> & { language: TextLanguage }) {
  return (
    <>
      {labelOf('withholding-basis', basis, language)}
      {reason && (
        <div class="note">
          <TextIn of={reason} language={language} />
        </div>
      )}
    </>
  );
}
