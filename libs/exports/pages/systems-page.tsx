import type { ComponentChildren } from 'preact';
import type { CodelistName } from '#domain';
import type { Facet, Organisation, OversightFigures, SystemRecord } from '#projections';
import { labelOf, say, type TextKey, type TextLanguage, textOf } from '../texts.js';
import { ByCode, type FoundByCode, Notices, namesAt, Status, TextIn, Then } from './elements.js';
import { type Place, pathIn, renderPage } from './layout.js';
import { countText, lastFigures } from './oversight.js';
import type { Theme } from './theme.js';

/** A system in a list. `organisation`, `figures`, `missing` (how many duties by law are not met): where they are known. */
export type Listed = {
  href: string;
  record: SystemRecord;
  organisation?: Organisation | undefined;
  /** The day of which the list tells, unless it is today. */
  asOf?: string | undefined;
  figures?: OversightFigures[] | undefined;
  missing?: number | undefined;
};

/** What was asked for, and what there is to ask for. `filter`: the chosen values by dimension; `choices`: the values that the systems found have. */
export type Find = {
  search: string;
  filter: { [dimension: string]: string[] };
  choices: Facet[];
  /** The names of organisations among the choices. */
  organisations: Organisation[];
  total: number;
  /** The system that the search is the short code of. */
  byCode?: FoundByCode | undefined;
  /** Words that were searched for instead of those that were not found. */
  replaced: string[];
  /** The address of all that was found, as a table. */
  table: string;
};

export type SystemsFacts = {
  systems: Listed[];
  origin: string;
  organisations: Organisation[];
  /** See Frame. */
  at?: Place;
  theme?: Theme;
  asOf?: string | undefined;
  /** The address of the next page, if there is one; and whether there is one before. */
  next?: string | undefined;
  isLater?: boolean;
  find?: Find;
  /** Addresses of files that come with the page. */
  files?: string[];
  isAlone?: boolean;
};

/** A page that lists systems: those that a search found, with what they can be narrowed down by. */
export function systemsPage(facts: SystemsFacts, language: TextLanguage): string {
  const { systems, origin, organisations, at, theme, asOf, next, isLater, find, files = [], isAlone } = facts;
  const heading = say(language, 'page.systems');
  const list = (
    <>
      <SystemList systems={systems} language={language} />
      {next && (
        <p>
          <a class="button" rel="next" href={next}>
            {say(language, 'page.next')}
          </a>
        </p>
      )}
    </>
  );
  return renderPage(
    {
      language,
      heading,
      title: [heading, origin, ...(asOf ? [asOf] : [])].join(' · '),
      at,
      theme,
      isAlone,
      part: 'systems',
      description: say(language, 'home.lead'),
      isIndexed: !at?.query && !isLater,
    },
    <>
      <Notices of={organisations} language={language} />
      <Then
        asOf={asOf}
        words="page.systemsAsOf"
        now="page.systemsNow"
        href={at && pathIn(language, at.path, withoutDay(at.query))}
        language={language}
      />
      {find ? (
        <>
          <SearchForm search={find.search} filter={find.filter} asOf={asOf} language={language} />
          <Found find={find} asOf={asOf} language={language}>
            {list}
          </Found>
        </>
      ) : (
        list
      )}
      {files.map((file) => (
        <p>
          <a href={file}>{file.split('/').at(-1)}</a>
        </p>
      ))}
    </>,
  );
}

/** A query without its day. */
function withoutDay(query: string | undefined): string {
  const rest = new URLSearchParams(query);
  rest.delete('asOf');
  return rest.size === 0 ? '' : `?${rest}`;
}

type SearchProps = {
  search: string;
  filter?: Find['filter'];
  asOf?: string | undefined;
  language: TextLanguage;
};

/** One field that searches: among the systems of a filter, and as they were on a day (`asOf`), if that is given. */
export function SearchForm({ search, filter = {}, asOf, language }: SearchProps) {
  return (
    <form class="search" action={pathIn(language, '/systems')} method="get">
      <div>
        <label for="search">{say(language, 'find.label')}</label>
        <input id="search" type="search" name="search" value={search} maxLength={500} />
      </div>
      {Object.entries(filter).flatMap(([name, values]) =>
        values.map((value) => <input type="hidden" name={name} value={value} />),
      )}
      {asOf && <input type="hidden" name="asOf" value={asOf} />}
      <button type="submit">{say(language, 'find.button')}</button>
    </form>
  );
}

type FoundProps = { find: Find; asOf: string | undefined; language: TextLanguage; children: ComponentChildren };

function Found({ find, asOf, language, children }: FoundProps) {
  const all = pathIn(language, '/systems', asOf && `?asOf=${asOf}`);
  const isNarrowed = find.search !== '' || Object.keys(find.filter).length > 0;
  return (
    <div class="find">
      <Filters find={find} asOf={asOf} language={language} />
      <div>
        <h2>{say(language, 'find.count', { n: find.total })}</h2>
        {find.total === 0 && <p>{say(language, 'find.none')}</p>}
        {find.byCode && <ByCode of={find.byCode} language={language} />}
        {find.replaced.length > 0 && <p>{say(language, 'find.similar', { words: find.replaced.join(', ') })}</p>}
        {isNarrowed && (
          <p>
            <a href={all}>{say(language, 'find.clear')}</a>
          </p>
        )}
        {children}
        {asOf === undefined && find.total > 0 && (
          <p>
            <a href={find.table}>{say(language, 'find.all')}</a>
          </p>
        )}
      </div>
    </div>
  );
}

/** The dimensions by which a list can be narrowed down, with the list of their codes. */
export const filters = [
  { dimension: 'status', title: 'page.status', list: 'system-status' },
  { dimension: 'organisation', title: 'page.organisation', list: undefined },
  { dimension: 'oversightMode', title: 'member.mode', list: 'oversight-mode' },
  { dimension: 'riskClass', title: 'part.risk', list: 'risk-class' },
  { dimension: 'domain', title: 'field.domain', list: 'domain' },
] as const satisfies { dimension: string; title: TextKey; list: CodelistName | undefined }[];

function Filters({ find, asOf, language }: { find: Find; asOf: string | undefined; language: TextLanguage }) {
  return (
    <form action={pathIn(language, '/systems')} method="get">
      <details open={Object.keys(find.filter).length > 0}>
        <summary>{say(language, 'find.filter')}</summary>
        {find.search !== '' && <input type="hidden" name="search" value={find.search} />}
        {asOf && <input type="hidden" name="asOf" value={asOf} />}
        {filters.map(({ dimension, title, list }) => (
          <Choice
            dimension={dimension}
            title={say(language, title)}
            find={find}
            labelled={(value) => labelIn(value, list, find.organisations, asOf, language)}
          />
        ))}
        <button type="submit">{say(language, 'find.show')}</button>
      </details>
    </form>
  );
}

function labelIn(
  value: string,
  list: CodelistName | undefined,
  organisations: Organisation[],
  asOf: string | undefined,
  language: TextLanguage,
): string {
  if (value === 'unclassified') return say(language, 'find.unclassified');
  if (list) return labelOf(list, value, language);
  const found = organisations.find(({ id }) => id === value);
  return textOf(found && namesAt(found, asOf), language)?.value ?? value;
}

type ChoiceProps = { dimension: string; title: string; find: Find; labelled: (value: string) => string };

function Choice({ dimension, title, find, labelled }: ChoiceProps) {
  const chosen = find.filter[dimension] ?? [];
  const counted = find.choices.filter((choice) => choice.dimension === dimension);
  // What was chosen stays, even if nothing that was found has it.
  const lost = chosen.filter((value) => !counted.some((choice) => choice.value === value));
  const shown = [
    ...counted.map(({ value, count }) => [value, count] as const),
    ...lost.map((value) => [value, 0] as const),
  ];
  if (shown.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {shown.map(([value, count]) => (
        <label class="check">
          <input type="checkbox" name={dimension} value={value} checked={chosen.includes(value)} />
          {labelled(value)} <span>{count}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Systems, each with what one wants to know first. */
export function SystemList({ systems, language }: { systems: Listed[]; language: TextLanguage }) {
  return (
    <ul class="list">
      {systems.map((one) => (
        <li>
          <Result {...one} language={language} />
        </li>
      ))}
    </ul>
  );
}

function Result({
  href,
  record,
  organisation,
  asOf,
  figures = [],
  missing,
  language,
}: Listed & { language: TextLanguage }) {
  const { risk, oversight, status } = record;
  const mode = oversight?.at(-1)?.mode;
  const last = lastFigures(figures);
  return (
    <>
      <h3>
        <a href={href}>{textOf(record.name, language) ? <TextIn of={record.name} language={language} /> : record.id}</a>
      </h3>
      {record.summary && (
        <p>
          <TextIn of={record.summary} language={language} />
        </p>
      )}
      <p class="meta">
        <Status of={status} language={language} />
        {organisation && (
          <span>
            <TextIn of={namesAt(organisation, asOf)} language={language} />
          </span>
        )}
        {risk && <span>{labelOf('risk-class', risk.class, language)}</span>}
        {mode && <span>{labelOf('oversight-mode', mode, language)}</span>}
        {last?.measured && typeof last.overridden === 'number' && typeof last.outputs === 'number' && (
          <span>
            {say(language, 'find.overruled', {
              k: countText(last.overridden, language),
              n: countText(last.outputs, language),
            })}
          </span>
        )}
        {last && !last.measured && <span>{say(language, 'answer.notMeasured')}</span>}
        {missing ? <span class="missing">{say(language, 'find.missing', { n: missing })}</span> : null}
      </p>
    </>
  );
}
