// Searches the listing of the Dutch national register and the demonstration in seven languages, by the page: with real questions (where is the record
// that should come first?), with everyday terms for things that the records call something else, and with every word of every text (does it
// find its record?).
// npm run check:real:search -- FOLDER
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codelists } from '#domain';
import { startEmbeddedPostgres } from '#event-store';
import { prepareSearch } from '#projections';
import { createServer, Register } from '#server';
import { loadDemo } from '../../apps/cli/demo.js';
import { importFile } from '../../libs/imports/run.js';

/** Language, question, and a pattern for the id or name of the record that should come first. */
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

/** Language, everyday term, and a pattern for the id or name of a record that must be among the first five. */
const residents: [string, string, RegExp][] = [
  ['en', 'CCTV', /cctv|video-analysis|cameratoezicht/i],
  ['en', 'security cameras', /cctv|video-analysis|camera/i],
  ['en', 'chat bot', /chatbot/],
  ['en', 'traffic signals', /traffic-control/],
  ['en', 'overcrowding', /crowd-alerts/],
  ['en', 'facial recognition', /gezicht|face|cctv|video/i],
  ['en', 'ANPR', /kenteken|ANPR/i],
  ['en', 'licence plate recognition', /kenteken|ANPR/i],
  ['en', 'command center', /cctv|video-analysis/],
  ['fr', 'vidéosurveillance', /video-analysis|cctv|cameratoezicht/i],
  ['fr', 'caméras de surveillance', /video-analysis|cctv|cameratoezicht/i],
  ['fr', 'feux tricolores', /traffic-control/],
  ['fr', 'agent conversationnel', /chatbot/],
  ['fr', 'affluence', /crowd-alerts/],
  ['fr', 'reconnaissance faciale', /gezicht|face|video|cctv/i],
  ['fr', 'videosurveilance', /video-analysis|cctv|cameratoezicht/i],
  ['nl', 'cameratoezicht', /cctv|camera|toezicht/i],
  ['nl', 'bewakingscamera', /cctv|camera|bewaking/i],
  ['nl', 'stoplichten', /traffic-control|verkeer|VRI/i],
  ['nl', 'gezichtsherkenning', /gezicht/i],
  ['nl', 'nummerplaatherkenning', /kenteken|ANPR/i],
  ['nl', 'drukte', /crowd-alerts|drukte/i],
  ['nl', 'straatverlichting', /verlichting/i],
  ['nl', 'jeugdzorg', /jeugd/i],
  ['nl', 'chatassistent', /chat/i],
  ['nl', 'kentekenherkening parkeergarage', /Kentekenherkenning parkeergarage/],
  ['de', 'Videoüberwachung', /video-analysis|cctv|cameratoezicht/i],
  ['de', 'Ampel', /traffic-control/],
  ['de', 'Menschenmenge', /crowd-alerts/],
  ['de', 'Chatbot', /chatbot/],
  ['de', 'Gesichtserkennung', /gezicht|face|video|cctv/i],
  ['de', 'Kennzeichenerkennung', /kenteken|ANPR/i],
  ['es', 'videovigilancia', /video-analysis|cctv|cameratoezicht/i],
  ['es', 'semáforo', /traffic-control/],
  ['es', 'aglomeraciones', /crowd-alerts/],
  ['es', 'asistente virtual', /chatbot/],
  ['ca', 'videovigilància', /video-analysis|cctv|cameratoezicht/i],
  ['ca', 'xatbot', /chatbot/],
  ['it', 'videosorveglianza', /video-analysis|cctv|cameratoezicht/i],
  ['it', 'semafori', /traffic-control/],
];

/** The words that a person reads in a text, exactly as written. */
const readWords = (text: string) =>
  text.replaceAll('\u00ad', '').match(/[\p{L}\p{N}]+(?:\u00b7[\p{L}\p{N}]+)*/gu) ?? [];

const folder = process.argv[2]!;
const home = mkdtempSync(join(tmpdir(), 'vitrine-search-'));
const postgres = await startEmbeddedPostgres(home);
const register = await Register.open({ database: postgres.database, origin: 'real.example', projecting: true });
const app = await createServer(register, { requestsAMinute: 0 });
try {
  await loadDemo(register);
  await importFile(register, 'nl-snapshot', join(folder, 'snapshot-2026-08-08.json'), {});
  await register.projected.waitUntil(await register.store.head(), 60_000);
  await register.pool.query('ANALYZE system').catch(() => undefined);
  await app.listen(0, '127.0.0.1');
  let [first, firstFive] = [0, 0];
  const rows: Record<string, unknown>[] = [];
  for (const [language, question, expected] of questions) {
    const names = await find(question, language);
    const place = names.findIndex((name) => expected.test(name)) + 1;
    if (place === 1) first++;
    if (place >= 1 && place <= 5) firstFive++;
    if (place !== 1) rows.push({ language, question, place: place || 'not found', found: names[0] });
  }
  console.log(
    `${questions.length} questions: ${first} with the right record first, ${firstFive} with it in the first five.`,
  );
  if (rows.length > 0) console.table(rows);
  await askResidents();
  await lookForEveryWord();
} finally {
  await app.close();
  await register.close();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}

/** What the page of systems finds: id and name of each, in its order. */
async function find(question: string, language: string): Promise<string[]> {
  const answer = await fetch(`${await app.getUrl()}/${language}/systems?${new URLSearchParams({ search: question })}`);
  const [, list = ''] = /<(?:ol|ul) class="list">(.*?)<\/main>/s.exec(await answer.text()) ?? [];
  const links = list.matchAll(/<h3[^>]*>.*?href="\/\w+\/systems\/([^"?]+)[^"]*"[^>]*>(.*?)<\/a>/gs);
  return [...links].map(([, id, name]) => `${id} ${name!.replace(/<[^>]*>/g, '')}`);
}

async function askResidents(): Promise<void> {
  const missed: Record<string, unknown>[] = [];
  for (const [language, words, expected] of residents) {
    const found = (await find(words, language)).slice(0, 5);
    if (!found.some((name) => expected.test(name)))
      missed.push({ language, words, found: found.slice(0, 2).join(' | ') });
  }
  console.log(
    `${residents.length} words of residents: ${residents.length - missed.length} find what is meant among the first five.`,
  );
  if (missed.length > 0) console.table(missed);
}

async function isStopWordOf(language: string, word: string): Promise<boolean> {
  if (!['en', 'fr', 'nl', 'de', 'es', 'it', 'ca'].includes(language)) return false;
  const text = `SELECT numnode(plainto_tsquery('vitrine.${language}', $1)) = 0 AS stop`;
  return (await register.pool.query<{ stop: boolean }>(text, [word])).rows[0]!.stop;
}

async function lookForEveryWord(): Promise<void> {
  const { rows } = await register.pool.query<{ id: string; record: string }>('SELECT id, record FROM system');
  const places = new Map<string, Map<string, Set<string>>>();
  const read = (value: unknown, id: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value))
      if (typeof inner === 'string' && (codelists.language as readonly string[]).includes(name)) {
        for (const word of readWords(inner)) {
          const ofWord = places.get(word) ?? new Map<string, Set<string>>();
          places.set(word, ofWord.set(name, (ofWord.get(name) ?? new Set()).add(id)));
        }
      } else if (name !== 'contact' && name !== 'source') read(inner, id);
  };
  for (const { id, record } of rows) read(JSON.parse(record), id);
  let [pairs, stopped, done] = [0, 0, 0];
  const lost: Record<string, unknown>[] = [];
  const words = [...places];
  const worker = async () => {
    for (let next = words.pop(); next; next = words.pop()) {
      const [word, ofWord] = next;
      const values: unknown[] = [];
      const search = await prepareSearch(register.pool, word);
      const sql = search.toSql((value) => `$${values.push(value)}`);
      const found = new Set(
        (await register.pool.query<{ id: string }>(`SELECT id FROM ${sql} s`, values)).rows.map(({ id }) => id),
      );
      for (const [language, ids] of ofWord) {
        const missing = [...ids].filter((id) => !found.has(id));
        pairs += ids.size;
        if (missing.length === 0) continue;
        const isStopWord = await isStopWordOf(language, word);
        if (isStopWord) stopped += ids.size;
        else lost.push({ word, language, records: missing.length, first: missing[0], matched: search.matched });
      }
      if (++done % 5000 === 0) console.log(`${done} words, ${words.length} to come`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  console.log(
    `${places.size} words of ${rows.length} records, ${pairs} times in a record: ${lost.length} do not find their record; ${stopped} times it is a stop word of its language.`,
  );
  if (lost.length > 0) console.table(lost.slice(0, 30));
  if (lost.length > 0) process.exitCode = 1;
}
