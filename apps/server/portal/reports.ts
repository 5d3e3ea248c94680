import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fields, Refusal, settleText } from '#domain';
import {
  hasText,
  pathIn,
  type ReportForm,
  reportForm,
  reportPage,
  say,
  type TextKey,
  type TextLanguage,
  textLanguages,
} from '#exports';
import { readSystem, type SystemRecord } from '#projections';
import { readBody } from '../http/body.js';
import { clientOf } from '../http/client.js';
import { pickLanguage } from '../http/negotiation.js';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { characters, formMilliseconds } from '../register/reports.js';
import { leadToPage } from './serve-page.js';

/** Of a form: percent-encoded, a character takes up to nine bytes, or six of each half of a pair. */
const mostBytes = 64 * 1024;
/** So many reports an hour are taken from one client. */
const mostAnHour = 5;
const hourMilliseconds = 3_600_000;
const mostRemembered = 10_000;

/** Forms by which readers report errors, and the pages on which they follow what becomes of them. Nothing of these pages is kept anywhere. */
export function serveReports(routes: FastifyInstance, register: Register, published: Published): void {
  const recent = new Senders();
  const inLanguage = `/:language(${textLanguages.join('|')})`;
  const [form, followedAt] = [`${inLanguage}/systems/:id/report`, `${inLanguage}/reports/:secret`];
  routes.get('/systems/:id/report', (request, reply) => leadToPage(request, reply));
  routes.get('/reports/:secret', (request, reply) => leadToPage(request, reply));
  for (const path of [form, followedAt])
    routes.get(`${path}/`, (request, reply) => reply.redirect(request.url.replace(/\/(?=$|\?)/, ''), 301));
  routes.get<{ Params: { id: string } }>(form, async (request, reply) => {
    only(request.query as Record<string, unknown>, []);
    return answer(reply, await formOf(register, published, request.params.id, pickLanguage(request), {}));
  });
  routes.register(async (forms) => {
    forms.removeAllContentTypeParsers();
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      async (_: FastifyRequest, payload: IncomingMessage) =>
        new URLSearchParams((await readBody(payload, mostBytes)).toString()),
    );
    forms.post<{ Params: { id: string } }>(form, async (request, reply) => {
      const language = pickLanguage(request);
      const sent = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      const system = await findSystem(register, request.params.id);
      const given = { about: sent.get('about') ?? '', words: clean(sent.get('words') ?? '') };
      const about = fields.some(({ name }) => name === given.about) ? given.about : null;
      const token = sent.get('token') ?? '';
      const { reports } = register;
      let fault = faultOf(given.words, sent.get('website') ?? '', await reports.ageOf(token, system.id));
      const secret = await reports.secretOf(token, { about, words: given.words });
      // A form that is sent twice is one report.
      if (fault === undefined && !(await reports.follow(secret))) {
        const client = clientOf(request);
        if (recent.count(client) >= mostAnHour) fault = 'often';
        else {
          // Counted before it is kept: reports that come at once are not more.
          recent.note(client);
          const { organisation, id } = system;
          if (!(await reports.take(secret, { organisation, system: id, about, language, words: given.words })))
            fault = 'full';
        }
      }
      if (fault !== undefined) {
        if (fault === 'often') void reply.header('retry-after', String(hourMilliseconds / 1000));
        const page = await formOf(register, published, system.id, language, given, fault);
        return answer(reply.status({ often: 429, full: 503 }[fault as string] ?? 400), page);
      }
      return reply.header('cache-control', 'no-store').redirect(pathIn(language, `/reports/${secret}`), 303);
    });
  });
  routes.get<{ Params: { secret: string } }>(followedAt, async (request, reply) => {
    only(request.query as Record<string, unknown>, []);
    return answer(reply, await followed(register, published, request.params.secret, pickLanguage(request)));
  });
}

/** How many reports each client has sent in the last hour. What is older is forgotten: it is about people. */
class Senders {
  #sent: { client: string; timer: NodeJS.Timeout }[] = [];

  count(client: string): number {
    return this.#sent.filter((one) => one.client === client).length;
  }

  note(client: string): void {
    const timer = setTimeout(() => this.#sent.shift(), hourMilliseconds).unref();
    this.#sent.push({ client, timer });
    // Of more than so many clients at once, the first are forgotten early.
    if (this.#sent.length > mostRemembered) clearTimeout(this.#sent.shift()!.timer);
  }
}

const answer = (reply: FastifyReply, page: string) =>
  reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'private, no-store')
    .header('x-robots-tag', 'noindex')
    .send(page);

/** Text as a form sends it: lines end as on all systems, and hold no control characters. */
const clean = (text: string) => settleText(text.replace(/\r\n?/g, '\n').replace(/(?!\n)\p{Cc}/gu, ' '));

type Fault = 'short' | 'long' | 'trapped' | 'fast' | 'slow' | 'often' | 'full';

/** Why a form is not taken. `age`: how long ago it was handed out, in milliseconds; undefined if it was not. */
function faultOf(words: string, trap: string, age: number | undefined): Fault | undefined {
  if (words.length < characters.least) return 'short';
  if (words.length > characters.most) return 'long';
  if (trap !== '') return 'trapped';
  if (age === undefined || age > formMilliseconds.most) return 'slow';
  return age < formMilliseconds.least ? 'fast' : undefined;
}

async function findSystem({ pool }: Register, id: string): Promise<SystemRecord> {
  const found = await readSystem(pool, settleText(id));
  if (!found) throw new Refusal('NOT_FOUND', `There is no "${id.slice(0, 200)}" in this register.`);
  return JSON.parse(found.record) as SystemRecord;
}

async function formOf(
  register: Register,
  { url, themes }: Published,
  id: string,
  language: TextLanguage,
  given: ReportForm['given'],
  fault?: Fault,
): Promise<string> {
  const record = await findSystem(register, id);
  const { least, most } = characters;
  const isOfWords = fault === 'short' || fault === 'long';
  const n = fault === 'short' ? least : most;
  return reportForm(
    {
      at: { url, path: `/systems/${record.id}/report` },
      theme: themes.organisations.get(record.organisation) ?? themes.register,
      system: record.id,
      name: record.name,
      fields: fields.flatMap(({ name }) =>
        hasText(`field.${name}`) ? [{ name, label: say(language, `field.${name}` as TextKey) }] : [],
      ),
      token: await register.reports.formToken(record.id),
      least,
      most,
      given,
      fault: fault && { text: say(language, `report.${fault}`, { n }), of: isOfWords ? 'words' : 'form' },
    },
    language,
  );
}

async function followed(
  register: Register,
  { url, themes }: Published,
  secret: string,
  language: TextLanguage,
): Promise<string> {
  const report = /^[\w-]{22}$/.test(secret) ? await register.reports.follow(secret) : undefined;
  if (!report) throw new Refusal('NOT_FOUND', 'There is no such report. It may have been deleted: each has its end.');
  const found = await readSystem(register.pool, report.system);
  const record = found && (JSON.parse(found.record) as SystemRecord);
  const { request, reply } = report;
  const published = record?.correctionRequests?.find((one) => one.request === request);
  const state = request === null ? (reply === null ? 'received' : 'declined') : stateOf(published);
  return reportPage(
    {
      at: { url, path: `/reports/${secret}` },
      theme: themes.organisations.get(report.organisation) ?? themes.register,
      system: report.system,
      name: record?.name,
      words: report.words,
      receivedAt: report.receivedAt.toISOString(),
      endsAt: report.endsAt.toISOString(),
      state,
      due: published?.due,
      summary: published?.summary,
      answer: reply ?? published?.answered?.answer,
    },
    language,
  );
}

type Request = NonNullable<SystemRecord['correctionRequests']>[number];

const stateOf = (published: Request | undefined) =>
  published === undefined ? 'gone' : published.answered ? 'answered' : 'published';
