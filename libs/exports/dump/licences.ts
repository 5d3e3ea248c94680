/**
 * The terms under which the data may be used. `id`: SPDX. `iri`: from the EU authority table of licences if it is in there, otherwise that of
 * the licence itself.
 */
export type Licence = { id: string; title: string; url: string; iri: string };

const authority = 'http://publications.europa.eu/resource/authority/licence';

/** The licences from which a city chooses; the first is the default. French law recognises etalab-2.0, German portals use DL-DE-BY-2.0. */
export const licences: Licence[] = [
  {
    id: 'CC0-1.0',
    title: 'Creative Commons CC0 1.0 Universal',
    url: 'https://creativecommons.org/publicdomain/zero/1.0/',
    iri: `${authority}/CC0`,
  },
  {
    id: 'CC-BY-4.0',
    title: 'Creative Commons Attribution 4.0 International',
    url: 'https://creativecommons.org/licenses/by/4.0/',
    iri: `${authority}/CC_BY_4_0`,
  },
  {
    id: 'etalab-2.0',
    title: 'Licence Ouverte 2.0',
    url: 'https://spdx.org/licenses/etalab-2.0.html',
    iri: 'https://spdx.org/licenses/etalab-2.0',
  },
  {
    id: 'DL-DE-BY-2.0',
    title: 'Datenlizenz Deutschland Namensnennung 2.0',
    url: 'https://www.govdata.de/dl-de/by-2-0',
    iri: 'https://www.govdata.de/dl-de/by-2-0',
  },
];
