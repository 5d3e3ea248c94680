import { type RefusalCode, refusals } from '#domain';
import { type PageLinks, page, toHtml } from '#exports';
import { statusOf } from '../errors.js';
import type { PageLanguage } from '../negotiation.js';

type HomeText =
  | 'title'
  | 'lead'
  | 'systems'
  | 'events'
  | 'table'
  | 'dumps'
  | 'api'
  | 'rest'
  | 'feed'
  | 'state'
  | 'docs';

/** What the first page says, by language. */
const texts: { [language in PageLanguage]: { [text in HomeText]: string } } = {
  en: {
    title: 'Register of AI systems',
    lead: 'Which AI systems the cities of this register use, why, who decides, and every step of their lives. Nothing that was published is dropped.',
    systems: 'The systems',
    events: 'The whole history (JSON Lines)',
    table: 'The systems as a table (CSV)',
    dumps: 'All open data, to take along',
    api: 'Query interface (GraphQL)',
    rest: 'Interface for programs (REST)',
    feed: 'What is new (Atom feed)',
    state: 'State of the service',
    docs: 'Reasons for refusals',
  },
  fr: {
    title: 'Registre des systèmes d’IA',
    lead: 'Quels systèmes d’IA les villes de ce registre utilisent, pourquoi, qui décide, et chaque étape de leur vie. Rien de ce qui a été publié ne disparaît.',
    systems: 'Les systèmes',
    events: 'Tout l’historique (JSON Lines)',
    table: 'Les systèmes en tableau (CSV)',
    dumps: 'Toutes les données ouvertes, à emporter',
    api: 'Interface de requête (GraphQL)',
    rest: 'Interface pour programmes (REST)',
    feed: 'Les nouveautés (flux Atom)',
    state: 'État du service',
    docs: 'Motifs de refus',
  },
  nl: {
    title: 'Register van AI-systemen',
    lead: 'Welke AI-systemen de steden van dit register gebruiken, waarom, wie beslist, en elke stap in hun bestaan. Niets dat gepubliceerd is verdwijnt.',
    systems: 'De systemen',
    events: 'De hele geschiedenis (JSON Lines)',
    table: 'De systemen als tabel (CSV)',
    dumps: 'Alle open data, om mee te nemen',
    api: 'Zoekinterface (GraphQL)',
    rest: 'Koppelvlak voor programma’s (REST)',
    feed: 'Wat er nieuw is (Atom-feed)',
    state: 'Toestand van de dienst',
    docs: 'Redenen van weigering',
  },
  de: {
    title: 'Register der KI-Systeme',
    lead: 'Welche KI-Systeme die Städte dieses Registers nutzen, warum, wer entscheidet, und jeder Schritt ihres Bestehens. Nichts Veröffentlichtes verschwindet.',
    systems: 'Die Systeme',
    events: 'Die ganze Geschichte (JSON Lines)',
    table: 'Die Systeme als Tabelle (CSV)',
    dumps: 'Alle offenen Daten, zum Mitnehmen',
    api: 'Abfrageschnittstelle (GraphQL)',
    rest: 'Schnittstelle für Programme (REST)',
    feed: 'Neues (Atom-Feed)',
    state: 'Zustand des Dienstes',
    docs: 'Gründe für Ablehnungen',
  },
  es: {
    title: 'Registro de sistemas de IA',
    lead: 'Qué sistemas de IA usan las ciudades de este registro, para qué, quién decide, y cada paso de su vida. Nada de lo publicado desaparece.',
    systems: 'Los sistemas',
    events: 'Toda la historia (JSON Lines)',
    table: 'Los sistemas en tabla (CSV)',
    dumps: 'Todos los datos abiertos, para llevárselos',
    api: 'Interfaz de consulta (GraphQL)',
    rest: 'Interfaz para programas (REST)',
    feed: 'Novedades (canal Atom)',
    state: 'Estado del servicio',
    docs: 'Motivos de rechazo',
  },
  ca: {
    title: 'Registre de sistemes d’IA',
    lead: 'Quins sistemes d’IA fan servir les ciutats d’aquest registre, per què, qui decideix, i cada pas de la seva vida. Res del que s’ha publicat desapareix.',
    systems: 'Els sistemes',
    events: 'Tota la història (JSON Lines)',
    table: 'Els sistemes en taula (CSV)',
    dumps: 'Totes les dades obertes, per endur-se-les',
    api: 'Interfície de consulta (GraphQL)',
    rest: 'Interfície per a programes (REST)',
    feed: 'Novetats (canal Atom)',
    state: 'Estat del servei',
    docs: 'Motius de rebuig',
  },
  it: {
    title: 'Registro dei sistemi di IA',
    lead: 'Quali sistemi di IA usano le città di questo registro, perché, chi decide, e ogni passo della loro vita. Nulla di ciò che è stato pubblicato scompare.',
    systems: 'I sistemi',
    events: 'Tutta la storia (JSON Lines)',
    table: 'I sistemi in tabella (CSV)',
    dumps: 'Tutti i dati aperti, da portare via',
    api: 'Interfaccia di interrogazione (GraphQL)',
    rest: 'Interfaccia per programmi (REST)',
    feed: 'Novità (feed Atom)',
    state: 'Stato del servizio',
    docs: 'Motivi di rifiuto',
  },
};

/** The first page. */
export function homePage(
  origin: string,
  language: PageLanguage,
  languages: PageLinks,
  carried: string,
  notices: string,
): string {
  const t = texts[language];
  const links = [
    [`/systems${carried}`, t.systems],
    ['/v1/systems.csv', t.table],
    ['/exports/events.jsonl', t.events],
    [`/exports${carried}`, t.dumps],
    ['/graphql', t.api],
    [`/feeds/register.atom?language=${language}`, t.feed],
    ['/docs/api', t.rest],
    ['/docs/refusals', t.docs],
    ['/readyz', t.state],
  ];
  const items = links.map(([href, text]) => `<li><a href="${href}">${toHtml(text!)}</a></li>`).join('');
  const body = `${notices}<p>${toHtml(t.lead)}</p><ul>${items}</ul><p><small>Vitrine · ${toHtml(origin)}</small></p>`;
  return page(language, t.title, `${t.title} · ${origin}`, body, languages);
}

/** Every refusal code with its HTTP status and meaning. */
export function refusalsPage(): string {
  const entries = (Object.keys(refusals) as RefusalCode[]).map(
    (code) =>
      `<dt id="${code.toLowerCase()}"><code>${code}</code> (${statusOf(code)})</dt><dd>${toHtml(refusals[code])}</dd>`,
  );
  const lead = 'Why the register may refuse a request. A code never changes its meaning; the text beside it may.';
  return page(
    'en',
    'Refusals',
    'Refusals · Vitrine',
    `<p>${lead}</p><dl>${entries.join('')}</dl><p><a href="/">Start page</a></p>`,
  );
}
