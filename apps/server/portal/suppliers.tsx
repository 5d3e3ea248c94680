import type { FastifyInstance } from 'fastify';
import { Refusal, settleText } from '#domain';
import {
  countryOf,
  dateHtml,
  Html,
  labelOf,
  moneyOf,
  numberOf,
  pathIn,
  renderPage,
  say,
  type TextLanguage,
} from '#exports';
import { type Contract, countContracts, readContracts, readSuppliers } from '#projections';
import { fromCursor, toCursor } from '../http/cursors.js';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Named, readNamed, SystemCell } from './named.js';
import { type Asked, servePage } from './serve-page.js';
import { Further, Table } from './table.js';

const rowsAPage = 50;

/** Who supplies systems, and the contracts of each; a supplier is known by its name in the contracts. */
export function serveSuppliers(routes: FastifyInstance, register: Register, published: Published): void {
  servePage(routes, register, '/suppliers', (asked) => makeList(register, published, asked));
  servePage(routes, register, '/suppliers/:name', (asked) => makeSupplierPage(register, published, asked));
}

async function makeList(
  register: Register,
  { url, themes }: Published,
  { language, query, position }: Asked,
): Promise<string> {
  const { after } = only(query as Record<string, unknown>, ['after']);
  const from = fromCursor<[number, string]>(after, 'number', 'string');
  const { suppliers, hasMore } = await readSuppliers(register.pool, { first: rowsAPage, after: from });
  const title = say(language, 'suppliers.title');
  const last = suppliers.at(-1);
  return renderPage(
    {
      language,
      heading: title,
      title: `${title} · ${register.origin}`,
      at: { url, position, path: '/suppliers' },
      theme: themes.register,
      part: 'suppliers',
      description: say(language, 'suppliers.lead'),
      isIndexed: after === undefined,
    },
    <>
      <p class="lead">{say(language, 'suppliers.lead')}</p>
      {suppliers.length === 0 ? (
        <p>{say(language, 'suppliers.none')}</p>
      ) : (
        <Table
          caption={title}
          columns={[
            { title: say(language, 'suppliers.one') },
            { title: say(language, 'part.contracts'), isNumber: true },
            { title: say(language, 'page.systems'), isNumber: true },
            { title: say(language, 'organisations.title'), isNumber: true },
          ]}
          rows={suppliers.map(({ name, contracts, systems, organisations }) => [
            <a href={pathIn(language, `/suppliers/${encodeURIComponent(name)}`)}>{name}</a>,
            ...[contracts, systems, organisations].map((count) => numberOf(count, language)),
          ])}
        />
      )}
      <Further
        href={
          hasMore && last ? pathIn(language, '/suppliers', `?after=${toCursor(last.contracts, last.name)}`) : undefined
        }
        text={say(language, 'suppliers.more')}
      />
      <p>
        <a href={pathIn(language, '/contracts')}>{say(language, 'part.contracts')}</a> ·{' '}
        <a href={`/v1/suppliers.csv?language=${language}`}>{say(language, 'stats.asTable')} (CSV)</a>
      </p>
    </>,
  );
}

async function makeSupplierPage(
  register: Register,
  { url, themes }: Published,
  { language, query, params, position }: Asked,
): Promise<string> {
  const { after } = only(query as Record<string, unknown>, ['after']);
  const { pool } = register;
  const name = settleText(params['name']!);
  const from = fromCursor<[string, number]>(after, 'string', 'number');
  const { contracts, hasMore } = await readContracts(pool, { supplier: name }, { first: rowsAPage, after: from });
  const total = await countContracts(pool, { supplier: name });
  if (total === 0)
    throw new Refusal('NOT_FOUND', `No contract in this register names a supplier "${name.slice(0, 200)}".`);
  const named = await readNamed(pool, contracts);
  const path = `/suppliers/${encodeURIComponent(name)}`;
  const last = contracts.at(-1);
  const countries = [...new Set(contracts.flatMap(({ supplier }) => supplier?.country ?? []))];
  return renderPage(
    {
      language,
      heading: name,
      title: `${name} · ${say(language, 'suppliers.title')} · ${register.origin}`,
      at: { url, position, path },
      theme: themes.register,
      part: 'suppliers',
      isIndexed: after === undefined,
      before: (
        <p class="where">
          <a href={pathIn(language, '/suppliers')}>{say(language, 'suppliers.title')}</a>
        </p>
      ),
    },
    <>
      {countries.length > 0 && (
        <p class="lead">{countries.map((country) => countryOf(country, language)).join(', ')}</p>
      )}
      <h2>{say(language, 'suppliers.contracts', { n: total })}</h2>
      <Table
        caption={name}
        columns={[
          { title: say(language, 'column.system') },
          { title: say(language, 'member.kind') },
          { title: say(language, 'member.occurredAt') },
          { title: say(language, 'member.value'), isNumber: true },
        ]}
        rows={contracts.map((contract) => rowOf(contract, named, language))}
      />
      <Further
        href={hasMore && last ? pathIn(language, path, `?after=${toCursor(last.system, last.number)}`) : undefined}
        text={say(language, 'suppliers.moreContracts')}
      />
      <p>
        <a href={`/v1/contracts.csv?${new URLSearchParams({ supplier: name, language })}`}>
          {say(language, 'stats.asTable')} (CSV)
        </a>
      </p>
    </>,
  );
}

function rowOf(contract: Contract, named: Named, language: TextLanguage) {
  const { kind, occurredAt, value } = contract;
  return [
    <SystemCell of={contract} named={named} language={language} />,
    kind && labelOf('contract-kind', kind, language),
    <Html as="span" of={dateHtml(occurredAt, language)} />,
    value && moneyOf(value.amount, value.currency, language),
  ];
}
