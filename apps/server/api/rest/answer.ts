import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { type Cell, toCsv, toXlsx } from '#exports';
import { answerAtOnePosition } from '../../http/answers/at-one-position.js';
import { maxRows } from '../../http/parameters.js';
import type { Register } from '../../register/register.js';
import { type Format, formatOf, formats } from './format.js';
import { isList, type List, type Operation } from './operation.js';
import { choiceParameter, language, numberParameter, readParameters, textParameter, type Values } from './parameter.js';

const rowsAtATime = 500;

/** The parameters of every list. */
export const pageParameters = {
  language,
  limit: numberParameter(
    `Page size. For tables (CSV, XLSX): the number of rows, up to ${maxRows}; by default all results.`,
    { min: 1, max: 100, otherwise: 20 },
  ),
  after: textParameter('Start after this cursor: the `next` of the previous page.', 2000),
  bom: choiceParameter(
    'In CSV: begin with a byte order mark, by which spreadsheet programs know that the file is UTF-8. JSON and XLSX need none.',
    ['true', 'false'],
    'false',
  ),
};
const tableParameters = {
  ...pageParameters,
  limit: numberParameter('', { min: 1, max: maxRows, otherwise: 0 }),
};

type Answer = { type: string; body: string | Buffer; next?: string | undefined; file?: string };

/** Answers an operation: one resource as JSON, or a list in the format that is asked for, true for one position of the log. */
export async function answer(
  register: Register,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const path = request.params as Record<string, string>;
  const query = request.query as Record<string, unknown>;
  const make = isList(operation)
    ? listMaker(register, operation, formatOf(request.url, request.headers.accept), path, query)
    : resourceMaker(register, operation, path, query);
  const { result, ...answered } = await answerAtOnePosition(register, make);
  request.answer = answered;
  if (result.next !== undefined) {
    const next = new URLSearchParams();
    for (const [name, given] of Object.entries(query)) for (const one of [given].flat()) next.append(name, String(one));
    next.set('after', result.next);
    // A mark in the middle of what is put together would be a character of it.
    next.delete('bom');
    void reply.header('link', `<?${next}>; rel="next"`);
  }
  if (result.file) void reply.header('content-disposition', `attachment; filename="${result.file}"`);
  await reply.header('content-type', result.type).send(result.body);
}

function resourceMaker(
  register: Register,
  operation: Exclude<Operation, List>,
  path: Record<string, string>,
  query: Record<string, unknown>,
) {
  const values = readParameters(operation.parameters, path, query);
  return async (): Promise<Answer> => {
    const found = await operation.read(register, values);
    if (found !== undefined) return { type: formats.json, body: found };
    const asked = Object.values(path).join(' / ').slice(0, 200);
    const { asOf, recordedAsOf } = values;
    const when = asOf ? ` as of ${asOf}` : '';
    const known = recordedAsOf ? `, going by what was recorded until ${recordedAsOf}` : '';
    throw new Refusal('NOT_FOUND', `There is no "${asked}" in this register${when}${known}.`);
  };
}

function listMaker(
  register: Register,
  operation: List,
  format: Format,
  path: Record<string, string>,
  query: Record<string, unknown>,
): (position: number) => Promise<Answer> {
  if (format !== 'json') {
    const values = readParameters({ ...tableParameters, ...operation.parameters }, path, query);
    return async () => {
      const { rows, next } = await readTable(register, operation, values as Values<typeof tableParameters>);
      const mark = values['bom'] === 'true' ? '\ufeff' : '';
      const body = format === 'csv' ? mark + toCsv(rows) : await toXlsx(operation.name, rows);
      return { type: formats[format], body, next, file: `${operation.name}.${format}` };
    };
  }
  const values = readParameters({ ...pageParameters, ...operation.parameters }, path, query);
  const { limit, after } = values as Values<typeof pageParameters>;
  return async (position) => {
    const page = { first: limit, after };
    const { items, next, total, matched, replaced } = await operation.read(register, values, page);
    const head = [
      `"logPosition":${position}`,
      ...(total === undefined ? [] : [`"total":${total}`]),
      ...(matched === undefined ? [] : [`"matched":"${matched}"`]),
      ...(replaced?.length ? [`"replaced":${JSON.stringify(replaced)}`] : []),
      ...(next === undefined ? [] : [`"next":${JSON.stringify(next)}`]),
    ];
    const body = `{${head.join(',')},"${operation.name}":[${items.map(operation.toJson).join(',')}]}`;
    return { type: formats.json, body, next };
  };
}

/** All rows of a table, or as many as are asked for. Refuses a table with too many rows instead of silently leaving some out. */
async function readTable(
  register: Register,
  { read, columns, complete, name, isWhole }: List,
  values: Values<typeof tableParameters>,
): Promise<{ rows: Cell[][]; next: string | undefined }> {
  const rows: Cell[][] = [Object.keys(columns)];
  const wanted = values.limit || maxRows;
  let { after } = values as { after: string | undefined };
  do {
    const first = Math.min(isWhole ? maxRows : rowsAtATime, wanted + 1 - rows.length);
    const found = await read(register, values, { first, after });
    if (!values.limit && (found.total ?? 0) > maxRows) throw tooManyRows(name, found.total);
    await complete?.(register, found.items);
    for (const item of found.items) rows.push(Object.values(columns).map((cell) => cell(item, values.language)));
    after = found.next;
  } while (after !== undefined && rows.length <= wanted);
  if (after !== undefined && !values.limit) throw tooManyRows(name);
  return { rows, next: after };
}

function tooManyRows(name: string, total?: number): Refusal {
  const found = total === undefined ? 'More' : `${total}`;
  return new Refusal(
    'QUERY_TOO_LARGE',
    `${found} ${name} are found; a table holds at most ${maxRows} rows. Filter further, give a "limit" and go on with "after", or take the dumps under /exports.`,
    { path: 'limit' },
  );
}
