import type { FastifyInstance } from 'fastify';
import { Refusal, settleText } from '#domain';
import {
  type Change,
  Changes,
  changesBetween,
  dayOf,
  namesAt,
  pathIn,
  renderPage,
  say,
  TextIn,
  textHtml,
  textOf,
} from '#exports';
import { readOrganisationsById, readRecordAsOf, type SystemRecord } from '#projections';
import { only, pastDay } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Asked, servePage } from './serve-page.js';

/** What is different in the record of a system between two days (`from`, `to`), by what is known now: by default from its registration until today. */
export function serveComparison(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/systems/:id/compare', (asked) => makeComparison(register, published, asked));
}

async function makeComparison(
  register: Register,
  { url, themes }: Published,
  { language, query, params, position }: Asked,
): Promise<string> {
  const { pool } = register;
  const id = settleText(params['id']!);
  const given = only(query as Record<string, unknown>, ['from', 'to']);
  const today = register.today();
  const asked = [given.from, given.to].map((day, i) => pastDay(i === 0 ? 'from' : 'to', day || undefined));
  // The later day is the one to compare with, whichever was asked for first.
  const [to = today, earlier] = asked
    .filter((day) => day !== undefined)
    .sort()
    .reverse();
  const after = await readRecordAsOf(pool, id, { effective: to });
  const registered = after?.registeredAt.slice(0, 10) ?? to;
  const from = earlier ?? (registered < to ? registered : to);
  const before = await readRecordAsOf(pool, id, { effective: from });
  const known = after ?? before;
  if (!known)
    throw new Refusal(
      'NOT_FOUND',
      `Neither on ${from} nor on ${to} was there a "${id.slice(0, 200)}" in this register.`,
    );
  const name = textOf(known.name, language)?.value ?? id;
  const owners = await readOrganisationsById(
    pool,
    [before, after].flatMap((record) => record?.organisation ?? []),
  );
  const ownerOn = (record: SystemRecord | undefined, day: string) => {
    const owner = owners.find(({ id: own }) => own === record?.organisation);
    return textHtml(owner && namesAt(owner, day), language);
  };
  const [was, is] = [ownerOn(before, from), ownerOn(after, to)];
  const moved: Change[] =
    before && after && before.organisation !== after.organisation
      ? [{ kind: 'changed', title: say(language, 'page.organisation'), before: was, after: is }]
      : [];
  const path = `/systems/${id}/compare`;
  const title = say(language, 'compare.title');
  const [first, last] = [dayOf(from, language), dayOf(to, language)];
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${name}`,
      at: { url, position, path, query: `?from=${from}&to=${to}` },
      theme: themes.organisations.get(known.organisation) ?? themes.register,
      part: 'systems',
      isIndexed: false,
      before: (
        <p class="where">
          <a href={pathIn(language, `/systems/${id}`)}>
            {known.name ? <TextIn of={known.name} language={language} /> : id}
          </a>
        </p>
      ),
    },
    <>
      <p class="lead">{say(language, 'compare.lead', { from: first, to: last })}</p>
      <form class="row" method="get">
        <div>
          <label for="from">{say(language, 'compare.from')}</label>
          <input id="from" type="date" name="from" value={from} max={today} />
        </div>
        <div>
          <label for="to">{say(language, 'compare.to')}</label>
          <input id="to" type="date" name="to" value={to} max={today} />
        </div>
        <button type="submit">{say(language, 'compare.show')}</button>
      </form>
      {!before && <p class="banner">{say(language, 'compare.notYet', { date: first })}</p>}
      {!after && <p class="banner">{say(language, 'compare.notYet', { date: last })}</p>}
      <Changes
        changes={[...moved, ...changesBetween(before, after, language)]}
        from={first}
        to={last}
        language={language}
      />
    </>,
  );
}
