import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import {
  answerOai,
  type CatalogueFacts,
  cataloguePage,
  countPages,
  type DatasetEntry,
  datasetEntries,
  licences,
  listDumps,
  rdfMedia,
} from '#exports';
import { readOrganisations } from '#projections';
import { readBody } from '../http/body.js';
import { negotiate } from '../http/negotiation.js';
import { only, wholeNumber } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { sendRdf } from './rdf.js';

const datasetsAPage = 100;

/** The catalogue (DCAT-AP 3.0.1) at /catalog, .ttl, .rdf, .jsonld, .nt, in pages (?page=2); and as OAI-PMH 2.0 at /oai, by GET and POST. */
export function serveCatalogue(routes: FastifyInstance, register: Register, published: Published): void {
  const read = async (): Promise<{ facts: CatalogueFacts; entries: DatasetEntry[] }> => {
    const { organisations, total } = await readOrganisations(register.pool, 1000);
    const [first] = await register.store.readAll(-1, 1);
    const facts: CatalogueFacts = {
      origin: register.origin,
      ...published,
      publisher:
        total === 1
          ? { names: organisations[0]!.names as { [language: string]: string }, kind: organisations[0]!.kind }
          : undefined,
      countries: [...new Set(organisations.map(({ country }) => country))].sort(),
      since: first?.envelope.recordedAt,
      licence: register.dumps?.licence ?? licences[0]!,
      dumps: register.dumps ? await listDumps(register.dumps.folder) : [],
    };
    return { facts, entries: datasetEntries(facts, new Date()) };
  };
  for (const ending of ['', '.ttl', '.nt', '.jsonld', '.rdf'])
    routes.get(`/catalog${ending}`, async (request, reply) => {
      const { facts, entries } = await read();
      const given = only(request.query as Record<string, unknown>, ['page']);
      const page = wholeNumber('page', given['page'], { min: 1, max: 1_000_000, otherwise: 1 });
      const pages = countPages(entries, datasetsAPage);
      if (page > pages) throw new Refusal('NOT_FOUND', `The catalogue has ${pages} pages.`);
      const format =
        ending === ''
          ? (negotiate(request.headers.accept, rdfMedia) ?? 'ttl')
          : (ending.slice(1) as keyof typeof rdfMedia);
      void reply.header('cache-control', 'public, max-age=300');
      const self = `${published.url}/catalog${ending}`;
      return sendRdf(reply, format, cataloguePage(facts, entries, page, datasetsAPage, self));
    });
  const oai = async (given: [string, string][]) => {
    const { entries } = await read();
    const earliest = Math.min(...entries.map(({ changedAt }) => changedAt));
    return answerOai(
      given,
      entries,
      { ...published, origin: register.origin, url: `${published.url}/oai`, earliest },
      new Date(),
    );
  };
  const xml = 'text/xml; charset=utf-8';
  routes.get('/oai', async (request, reply) => reply.header('content-type', xml).send(await oai(queryOf(request))));
  // By POST the arguments are form data, as the protocol requires.
  routes.register(async (forms) => {
    forms.removeAllContentTypeParsers();
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      async (_: FastifyRequest, payload: IncomingMessage) => [
        ...new URLSearchParams((await readBody(payload)).toString()),
      ],
    );
    forms.addContentTypeParser('*', async () => {
      throw new Refusal(
        'UNSUPPORTED_MEDIA_TYPE',
        'By POST the arguments of OAI-PMH are a form: "Content-Type: application/x-www-form-urlencoded".',
      );
    });
    forms.post('/oai', async (request, reply) =>
      reply.header('content-type', xml).send(await oai((request.body ?? []) as [string, string][])),
    );
  });
}

const queryOf = (request: FastifyRequest): [string, string][] => [
  ...new URLSearchParams(request.url.split('?')[1] ?? ''),
];
