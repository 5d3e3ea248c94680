import { mkdirSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import {
  type Coding,
  codingOf,
  codings,
  type Dump,
  isPacked,
  isText,
  listDumps,
  type Manifest,
  manifestName,
  readDump,
  readLatest,
} from '#exports';
import { isKnown, tagsOf } from '../http/entity-tags.js';
import { negotiate } from '../http/negotiation.js';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import { dataPage } from '../portal/data-page.js';
import { leadToPage, type Asked as PageAsked, servePage } from '../portal/serve-page.js';
import type { Register } from '../register/register.js';

type Asked = { Params: { dump: string; file: string } };

// A dump never changes, but it may have to be removed, so copies are soon revalidated (304).
const shortly = 'public, max-age=60';
/** Files of a dump that its manifest does not name. */
const otherTypes: { [name: string]: string } = {
  [manifestName]: 'application/json; charset=utf-8',
  SHA256SUMS: 'text/plain; charset=utf-8',
  checkpoint: 'text/plain; charset=utf-8',
};

/**
 * The dumps as files: /exports/<position>/<file>, which never change, and /exports/latest/<file>. Whole or by ranges (RFC 9110, 14), compressed
 * if the client accepts that. /exports lists them as JSON, and leads a browser to the page of the data.
 */
export async function serveDumps(fastify: FastifyInstance, register: Register, published: Published): Promise<void> {
  const folder = register.dumps?.folder;
  if (folder) mkdirSync(folder, { recursive: true });
  const dumps = async () => (folder ? await listDumps(folder) : []);
  await fastify.register(async (routes) => {
    if (folder)
      await routes.register(fastifyStatic, {
        root: folder,
        serve: false,
        etag: false,
        lastModified: false,
        cacheControl: false,
        contentType: false,
      });
    routes.get('/exports', async (request, reply) => {
      if (negotiate(request.headers.accept, { json: 'application/json', html: 'text/html' }) !== 'html')
        return reply
          .header('cache-control', 'no-cache')
          .header('vary', 'accept, accept-language')
          .header('content-type', 'application/json; charset=utf-8')
          .send(JSON.stringify(toList(await dumps(), published.url)));
      return leadToPage(request, reply, '/data');
    });
    const makePage = async ({ language, query, position }: PageAsked) => {
      const at = { url: published.url, path: '/data', position };
      only(query as Record<string, unknown>, []);
      return dataPage(await dumps(), language, at, published.themes.register);
    };
    servePage(routes, register, '/data', makePage, { isKept: false });
    for (const url of ['/exports/:dump', '/exports/:dump/'])
      routes.get<Asked>(url, (request, reply) =>
        reply.redirect(`/exports/${encodeURIComponent(request.params.dump)}/${manifestName}`),
      );
    if (folder) routes.get<Asked>('/exports/:dump/:file', (request, reply) => sendFile(folder, request, reply));
  });
}

async function sendFile(folder: string, request: FastifyRequest<Asked>, reply: FastifyReply): Promise<FastifyReply> {
  const { dump: name, file } = request.params;
  const dump = await findDump(folder, name);
  if (!dump)
    throw new Refusal(
      'NOT_FOUND',
      name === 'latest'
        ? 'No dump has been made yet. What there is as it is now: /v1/systems.csv and /v1/events'
        : `There is no dump "${name.slice(0, 100)}". Of each day only the last is kept. All dumps: /exports`,
    );
  const { at, manifest } = dump;
  if (manifest.removed && file !== manifestName) throw gone(at, manifest.removed);
  const found = resourceOf(manifest, file);
  const isMade = !codingOf(file) || (await isThere(join(folder, String(at), file)));
  if (!found || !isMade)
    throw new Refusal(
      'NOT_FOUND',
      `The dump of position ${at} has no file "${file.slice(0, 100)}". Its files: /exports/${at}/${manifestName}`,
    );
  const { headers } = request.raw;
  const { size, mtimeMs } = await stat(join(folder, String(at), file));
  // The rest of a file is of use only to a client that has its beginning. For `latest` it must say so with If-Range, because another dump may
  // have replaced it. A HEAD request has no range (RFC 9110, 14.2).
  if ((name === 'latest' && !headers['if-range']) || request.method === 'HEAD') delete headers.range;
  // A suffix range longer than the file is the whole file (RFC 9110, 14.1.2).
  if (Number(/^bytes=-(\d+)$/.exec(headers.range ?? '')?.[1]) >= size) delete headers.range;
  // A range is one of the uncompressed file.
  const coding = headers.range
    ? undefined
    : await pickCoding(headers['accept-encoding'], join(folder, String(at), file));
  const isAs = coding ?? codingOf(file);
  const version = found.hash?.slice(0, 32) ?? `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}`;
  const etag = `"${version}${isAs?.ending.replace('.', '-') ?? ''}"`;
  const wanted = headers['if-match'];
  if (wanted && wanted !== '*' && !tagsOf(wanted).includes(etag)) throw new Refusal('PRECONDITION_FAILED');
  delete headers['if-match'];
  // A range of another version is of no use. A date is ignored, because versions are identified by their hash.
  if (headers['if-range'] && headers['if-range'] !== etag) delete headers.range;
  delete headers['if-range'];
  delete headers['if-unmodified-since'];
  if (Number(/^bytes=(\d+)-\d*$/.exec(headers.range ?? '')?.[1]) >= size) {
    void reply.header('content-range', `bytes */${size}`);
    throw new Refusal('RANGE_NOT_SATISFIABLE', `The file ends before that range begins: it has ${size} bytes.`);
  }
  void reply
    .header('content-type', found.type)
    .header('cache-control', shortly)
    .header('vary', 'accept-encoding')
    .header('vitrine-log-position', at)
    .header('etag', etag);
  if (name === 'latest') void reply.header('content-location', `/exports/${at}/${file}`);
  if (isKnown(headers['if-none-match'], etag)) return reply.status(304).send();
  if (coding) void reply.header('content-encoding', coding.name);
  return reply.sendFile(`${at}/${file}${coding?.ending ?? ''}`);
}

async function findDump(folder: string, name: string): Promise<Dump | undefined> {
  if (/^(0|[1-9]\d{0,15})$/.test(name)) return readDump(folder, Number(name));
  return name === 'latest' ? readLatest(folder) : undefined;
}

/** A file of a dump: its type, and its hash where the manifest has it. */
function resourceOf(manifest: Manifest, file: string): { type: string; hash?: string } | undefined {
  if (Object.hasOwn(otherTypes, file)) return { type: otherTypes[file]! };
  const coding = codingOf(file);
  const resource = manifest.resources.find(
    ({ path }) => path === (coding ? file.slice(0, -coding.ending.length) : file),
  );
  if (!resource || (coding && isPacked(resource.mediatype))) return undefined;
  const hash = resource.hash.replace('sha256:', '');
  if (coding) return { type: coding.media, hash };
  return {
    type: isText(resource.mediatype) ? `${resource.mediatype}; charset=utf-8` : resource.mediatype,
    hash,
  };
}

/** The best coding that the client accepts (RFC 9110, 12.5.3) and that exists for a file. */
async function pickCoding(accepted: string | string[] | undefined, file: string): Promise<Coding | undefined> {
  for (const coding of codings)
    if (takes(String(accepted ?? ''), coding.name) && (await isThere(`${file}${coding.ending}`))) return coding;
  return undefined;
}

const takes = (accepted: string, coding: string) =>
  new RegExp(`(^|,)\\s*${coding}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`, 'i').test(accepted);

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

function gone(at: number, { because, on, event }: NonNullable<Manifest['removed']>): Refusal {
  const why =
    because === 'erasure'
      ? `it held content that was erased by law (event ${event})`
      : 'of the older ones only the last of each day, month and year are kept';
  return new Refusal(
    'DUMP_REMOVED',
    `The dump of position ${at} was removed on ${on}: ${why}. Take /exports/latest; whoever holds the log can make it again: vitrine export --at ${at}`,
  );
}

function toList(dumps: Dump[], url: string): object {
  return {
    dumps: dumps.map(({ at, manifest }) => ({
      position: at,
      created: manifest.created,
      url: `${url}/exports/${at}/${manifestName}`,
      ...(manifest.removed && { removed: manifest.removed }),
    })),
    latest: `${url}/exports/latest/${manifestName}`,
  };
}
