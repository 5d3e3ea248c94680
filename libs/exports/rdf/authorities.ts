import { link, literal, type Value } from './graph.js';
import { codeIri } from './namespaces.js';

const authority = 'http://publications.europa.eu/resource/authority';
/** ISO 639-1 to the codes of the EU authority table of languages (ISO 639-3). */
const languages: { [code: string]: string } = {
  en: 'ENG',
  fr: 'FRA',
  nl: 'NLD',
  de: 'DEU',
  es: 'SPA',
  ca: 'CAT',
  it: 'ITA',
  fy: 'FRY',
  eu: 'EUS',
  gl: 'GLG',
  pt: 'POR',
};
/** ISO 3166-1 alpha-2 to alpha-3, as the EU authority table of countries has them: the EU, the EEA and its neighbours. */
const countries: { [code: string]: string } = Object.fromEntries(
  'AT:AUT BE:BEL BG:BGR HR:HRV CY:CYP CZ:CZE DK:DNK EE:EST FI:FIN FR:FRA DE:DEU GR:GRC HU:HUN IE:IRL IT:ITA LV:LVA LT:LTU LU:LUX MT:MLT NL:NLD PL:POL PT:PRT RO:ROU SK:SVK SI:SVN ES:ESP SE:SWE IS:ISL LI:LIE NO:NOR CH:CHE GB:GBR UA:UKR AD:AND MC:MCO SM:SMR US:USA'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

export function authorityOfLanguage(code: string): string {
  const known = languages[code];
  return known ? `${authority}/language/${known}` : codeIri('language', code);
}

/** A country that is not in the table above is given as its code, not guessed. */
export function authorityOfCountry(code: string): Value {
  const known = countries[code];
  return known ? link(`${authority}/country/${known}`) : literal(code);
}
