import type { Pool } from 'pg';
import { Refusal } from '#domain';
import { namesAt, pathIn, TextIn, type TextLanguage } from '#exports';
import {
  type Organisation,
  readOrganisationsById,
  readRecordsAsOf,
  readSystemsById,
  type SystemRecord,
} from '#projections';

/** What rows of a list are about. */
type About = { system?: string | null; organisation: string };

/** The systems and organisations that rows are about, by id: now, or as they were on a day. */
export type Named = {
  systems: Map<string, SystemRecord>;
  organisations: Map<string, Organisation>;
  asOf: string | undefined;
};

/** Reads what rows are about; `owner`: the organisation that a page is of, too. Throws NOT_FOUND if that is not in the register. */
export async function readNamed(
  pool: Pool,
  rows: About[],
  { owner, asOf }: { owner?: string | undefined; asOf?: string | undefined } = {},
): Promise<Named> {
  const ids = [...new Set(rows.flatMap(({ system }) => system ?? []))];
  const systems =
    asOf === undefined
      ? (await readSystemsById(pool, ids)).map(({ record }) => JSON.parse(record) as SystemRecord)
      : [...(await readRecordsAsOf(pool, ids, { effective: asOf })).values()];
  const owners = new Set([...rows.map(({ organisation }) => organisation), ...(owner === undefined ? [] : [owner])]);
  const organisations = new Map((await readOrganisationsById(pool, [...owners])).map((one) => [one.id, one]));
  if (owner !== undefined && !organisations.has(owner))
    throw new Refusal('NOT_FOUND', `There is no "${owner.slice(0, 200)}" in this register.`);
  return { systems: new Map(systems.map((record) => [record.id, record])), organisations, asOf };
}

type Props = { id: string; named: Named; language: TextLanguage };

/** The name of an organisation. */
export function OrganisationName({ id, named: { organisations, asOf }, language }: Props) {
  const found = organisations.get(id);
  return found ? <TextIn of={namesAt(found, asOf)} language={language} /> : id;
}

/** The name of a system, which leads to its page. */
export function SystemLink({ id, named: { systems, asOf }, language }: Props) {
  const name = systems.get(id)?.name;
  return (
    <a href={pathIn(language, `/systems/${id}`, asOf && `?asOf=${asOf}`)}>
      {name && Object.keys(name).length > 0 ? <TextIn of={name} language={language} /> : id}
    </a>
  );
}

/** The name of an organisation, which leads to its page. */
export function OrganisationLink(props: Props) {
  return (
    <a href={pathIn(props.language, `/organisations/${props.id}`)}>
      <OrganisationName {...props} />
    </a>
  );
}

/** A system with its organisation, as the first cell of a row. */
export function SystemCell({
  of,
  named,
  language,
}: {
  of: About & { system: string };
  named: Named;
  language: TextLanguage;
}) {
  return (
    <>
      <SystemLink id={of.system} named={named} language={language} />
      <div class="note">
        <OrganisationName id={of.organisation} named={named} language={language} />
      </div>
    </>
  );
}
