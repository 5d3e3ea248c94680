// Real questions in seven languages over the Dutch national register's listing and the demonstration: where is the record that should
// come first?   npm run check:real:search -- FOLDER
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#event-store';
import { prepareSearch, readSystems, type SystemRecord } from '#projections';
import { Register } from '#server';
import { loadDemo } from '../../apps/cli/demo.js';
import { importFile } from '../../apps/cli/import/run.js';

/** Language, question, and what the id or name of the record that should come first has. */
const questions: [string, string, RegExp][] = [
  ['nl', 'kentekenherkenning in de parkeergarage', /Kentekenherkenning parkeergarage/],
  ['nl', 'voorspelmodel jeugdhulp', /Voorspelmodel Jeugdhulp/],
  ['nl', 'slimme verkeerslichten', /gm0363:traffic-control/],
  ['nl', 'verkeersregelinstallatie', /verkeersregel|iVRI/i],
  ['nl', 'anonimiseren van documenten', /Anonimiser/i],
  ['nl', 'gezichtsvergelijking bij de balie', /Gezichtsvergelijking/],
  ['nl', 'openbare verlichting', /Openbare Verlichting/i],
  ['nl', 'welk model helpt mensen van bijstand naar werk?', /Bijstand naar Werk/],
  ['nl', 'toezicht op buitenlandse dienstverrichters loonheffingen', /Loonheffingen/],
  ['nl', 'precursoren voor explosieven', /precursoren voor explosieven/],
  ['nl', "klimaatscenario's voor Nederland", /Klimaatscenario/],
  ['nl', 'herkenning bijplaatsing', /bijplaatsing/i],
  ['nl', 'onredelijke energietarieven', /Energietarieven/],
  ['nl', 'risicoanalyse binnenvaart', /Binnenvaart/],
  ['nl', 'kwaliteit van de vingerafdruk in mijn paspoort', /vingerafdruk/],
  ['nl', 'fusies in de medisch specialistische zorg', /Fusiedashboard/],
  ['nl', 'omzetbelasting grote ondernemingen', /Omzetbelasting Grote/],
  ['nl', 'legesberekening', /Legesberekening/],
  ['nl', 'brug management', /Brug Management/],
  ['nl', 'readspeaker', /Readspeaker/i],
  ['nl', 'Zivver', /Zivver/],
  ['nl', 'signaal kostendelers', /Kostendelers/],
  ['nl', 'screening licht verstandelijke beperking', /SCIL/],
  ['nl', 'notariële akten', /notari/],
  ['nl', 'notariele akten', /notari/],
  ['nl', 'uitvoer van folterwerktuigen', /folterwerktuigen/],
  ['nl', 'onderhoud van het wagenpark', /wagenpark/],
  ['nl', 'druktemelder op het plein', /gm0363:crowd-alerts/],
  ['nl', 'cameracentrale', /gm0363:cctv-analysis/],
  ['nl', 'risicomodel loonhefingen', /Loonheffingen|Risicomodel/],
  ['en', 'camera control room', /cctv-analysis/],
  ['en', 'adaptive traffic lights', /gm0363:traffic-control/],
  ['en', 'which system warns of crowds on the beach?', /08019:crowd-alerts/],
  ['en', 'city services chat', /08019:chatbot|67482:chatbot/],
  ['en', 'tram priority', /67482:traffic-control/],
  ['en', 'video analysis in the command centre', /video-analysis/],
  ['en', 'who decides when the Christmas market is too full?', /67482:crowd-alerts/],
  ['en', 'crowd alerts without cameras', /08019:crowd-alerts-2/],
  ['en', 'adaptiv trafic lights', /traffic-control/],
  ['fr', 'feux et priorité au tram', /67482:traffic-control/],
  ['fr', 'alerte de foule au marché de noël', /67482:crowd-alerts/],
  ['fr', 'marche de noel', /67482:crowd-alerts/],
  ['fr', 'assistant des demarches', /67482:chatbot/],
  ['fr', 'analyse vidéo', /67482:video-analysis/],
  ['fr', 'qui décide quand il y a trop de monde au marché de Noël ?', /67482:crowd-alerts/],
  ['fr', 'centre de supervision', /67482:video-analysis/],
  ['de', 'Ampeln und Straßenbahn', /67482:traffic-control/],
  ['de', 'Gedränge auf dem Weihnachtsmarkt', /67482:crowd-alerts/],
  ['de', 'Assistent für Behördengänge', /67482:chatbot/],
  ['de', 'Videoanalyse', /67482:video-analysis/],
  ['de', 'wer sieht die Bilder in der Leitstelle?', /67482:video-analysis/],
  ['es', 'semáforos en tiempo real', /08019:traffic-control/],
  ['es', 'chat de trámites', /08019:chatbot/],
  ['es', '¿quién decide si se avisa de la afluencia en la playa?', /08019:crowd-alerts/],
  ['es', 'analisis de video', /08019:video-analysis/],
  ['ca', 'xat de tràmits', /08019:chatbot/],
  ['ca', 'semàfors', /08019:traffic-control/],
  ['ca', 'avisos d’afluència a la platja', /08019:crowd-alerts/],
  ['it', 'ordine pubblico e sicurezza', /cctv|crowd|video|toezicht|veilig|politie/i],
  ['it', 'traffico e mobilità', /traffic-control|verkeer|VRI|parke|fiets/i],
];

const folder = process.argv[2]!;
const home = mkdtempSync(join(tmpdir(), 'vitrine-search-'));
const postgres = await startEmbeddedPostgres(home);
const register = await Register.open({ database: postgres.database, origin: 'real.example', projecting: true });
try {
  await loadDemo(register);
  await importFile(register, 'nl-snapshot', join(folder, 'snapshot-2026-08-08.json'), {});
  await register.waitUntilProjected(await register.store.head(), 60_000);
  await register.pool.query('ANALYZE system').catch(() => undefined);
  let [first, firstFive] = [0, 0];
  const rows: Record<string, unknown>[] = [];
  for (const [language, question, expected] of questions) {
    const search = await prepareSearch(register.pool, question, language);
    const query = { filter: {}, search };
    const { systems } = await readSystems(register.pool, query, { order: 'RELEVANCE', first: 20 });
    const names = systems.map(
      ({ id, record }) => `${id} ${Object.values((JSON.parse(record) as SystemRecord).name ?? {})[0]}`,
    );
    const place = names.findIndex((name) => expected.test(name)) + 1;
    if (place === 1) first++;
    if (place >= 1 && place <= 5) firstFive++;
    if (place !== 1)
      rows.push({ language, question, place: place || 'not found', matched: search.matched, found: names[0] });
  }
  console.log(
    `${questions.length} questions: ${first} with the right record first, ${firstFive} with it in the first five.`,
  );
  if (rows.length > 0) console.table(rows);
} finally {
  await register.close();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
