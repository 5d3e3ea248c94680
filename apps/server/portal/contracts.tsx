import type { FastifyInstance } from 'fastify';
import { dateHtml, Html, labelOf, moneyOf, pathIn, renderPage, say, type TextLanguage } from '#exports';
import { type Contract, countContracts, readNewestContracts } from '#projections';
import { fromCursor, toCursor } from '../http/cursors.js';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Named, readNamed, SystemCell } from './named.js';
import { type Asked, servePage } from './serve-page.js';
import { Further, queryOf, Table } from './table.js';

const rowsAPage = 50;

/** All contracts, the newest first. */
export function serveContracts(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/contracts', (asked) => makePage(register, published, asked));
}

async function makePage(
  { pool, origin }: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  const { after } = only(query as Record<string, unknown>, ['after']);
  const from = fromCursor<[string, string, number]>(after, 'string', 'string', 'number');
  const { contracts, hasMore } = await readNewestContracts(pool, { first: rowsAPage, after: from });
  const total = await countContracts(pool, {});
  const named = await readNamed(pool, contracts);
  const title = say(language, 'part.contracts');
  const last = contracts.at(-1);
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${origin}`,
      at: { url, position, path: '/contracts', query: queryOf({ after }) },
      theme: themes.register,
      part: 'suppliers',
      description: say(language, 'suppliers.contracts', { n: total }),
      isIndexed: after === undefined,
      before: (
        <p class="where">
          <a href={pathIn(language, '/suppliers')}>{say(language, 'suppliers.title')}</a>
        </p>
      ),
    },
    <>
      <p class="lead">{say(language, 'suppliers.contracts', { n: total })}</p>
      {contracts.length > 0 && (
        <Table
          caption={title}
          columns={[
            { title: say(language, 'column.system') },
            { title: say(language, 'suppliers.one') },
            { title: say(language, 'member.kind') },
            { title: say(language, 'member.occurredAt') },
            { title: say(language, 'member.value'), isNumber: true },
          ]}
          rows={contracts.map((contract) => rowOf(contract, named, language))}
        />
      )}
      <Further
        href={
          hasMore && last
            ? pathIn(language, '/contracts', `?after=${toCursor(last.occurredAt, last.system, last.number)}`)
            : undefined
        }
        text={say(language, 'suppliers.moreContracts')}
      />
      <p>
        <a href={`/v1/contracts.csv?language=${language}&bom=true`}>{say(language, 'stats.asTable')} (CSV)</a>
      </p>
    </>,
  );
}

function rowOf(contract: Contract, named: Named, language: TextLanguage) {
  const { kind, occurredAt, value, supplier } = contract;
  const { withheld } = named.systems.get(contract.system) ?? {};
  const unless = (field: string) => withheld?.[field] && <i>{say(language, 'part.withheld')}</i>;
  return [
    <SystemCell of={contract} named={named} language={language} />,
    supplier ? (
      <a href={pathIn(language, `/suppliers/${encodeURIComponent(supplier.name)}`)}>{supplier.name}</a>
    ) : (
      unless('supplier')
    ),
    kind && labelOf('contract-kind', kind, language),
    <Html as="span" of={dateHtml(occurredAt, language)} />,
    value ? moneyOf(value.amount, value.currency, language) : unless('contract-value'),
  ];
}
