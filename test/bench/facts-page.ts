// A peer for npm run bench pages: what a system's record says as a bare list, from three queries, without a web framework:  node facts-page.js DATABASE PORT
import { createServer } from 'node:http';
import { groups } from '#domain';
import { page, toHtml } from '#exports';
import { readOrganisationsById, readSystem, readTimelines, type SystemRecord } from '#projections';
import { Register } from '#server';
import { groupHtml } from '../../libs/exports/pages/record-html.js';

const [database, port] = process.argv.slice(2) as [string, string];
const { pool } = await Register.open({ database: JSON.parse(database), origin: 'bench.example', projecting: false });

async function listOfFacts(id: string): Promise<string> {
  const found = (await readSystem(pool, id))!;
  const record = JSON.parse(found.record) as SystemRecord;
  const [organisation] = await readOrganisationsById(pool, [record.organisation]);
  const timeline = (await readTimelines(pool, [id], { first: 1000, newestFirst: true })).get(id)!;
  const parts = groups.map((group) => groupHtml(group, record, 'en', undefined));
  const steps = timeline.map(({ type, occurredAt }) => `<li>${occurredAt} ${toHtml(type)}</li>`);
  const body = `<p>${toHtml(organisation!.names['en']!)}</p>${parts.join('')}<ol>${steps.join('')}</ol>`;
  return page({ language: 'en', heading: record.name!['en']!, title: id, body });
}

const server = createServer((request, response) => {
  void listOfFacts(request.url!.split('/').at(-1)!).then((html) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(html) });
    response.end(html);
  });
});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
