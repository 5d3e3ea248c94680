import { createHash } from 'node:crypto';
import { codelists } from '#domain';
import type { Texts } from '../texts.js';
import { type AccessibilityStatement, toStatement } from './accessibility.js';
import { type Colour, contrast, formatColour, mix, parseColour } from './colours.js';
import { cleanSvg } from './svg.js';

/** A file that a theme needs, under a name that changes with its content. */
export type ThemeFile = { name: string; content: string };

/** How the pages of a city look: its name, its logo (SVG), and a style with its accent colour. What is missing is as it is without a theme. */
export type Theme = { name?: Texts; logo?: ThemeFile; style?: ThemeFile };

/** The theme of a register, those of organisations (by URN), whose pages look different, and what its operator states about accessibility. */
export type Themes = { register: Theme; organisations: Map<string, Theme>; accessibility?: AccessibilityStatement };

export const noThemes: Themes = { register: {}, organisations: new Map() };

/** The least contrast of text with what is behind it (WCAG 2.2, 1.4.3 AA). */
const least = 4.5;
const white: Colour = [255, 255, 255];
const black: Colour = [0, 0, 0];
/** What an accent colour stands on (style.ts: --paper, --wash), beside its own soft shade. */
const schemes = {
  light: { paper: white, wash: [245, 246, 248] as Colour, softness: 0.1, towards: black },
  dark: { paper: [19, 20, 24] as Colour, wash: [27, 29, 34] as Colour, softness: 0.2, towards: white },
};

/**
 * Reads themes: `{ "name": { "fr": "…" }, "logo": "logo.svg", "accent": "#0b4f8a", "accentDark": "#8cc4ff", "organisations": { "urn:…": { … } },
 * "accessibility": { … } }`, each member optional. `readFile` reads a logo. Throws an Error that says what is wrong and what would do.
 */
export function readThemes(text: string, readFile: (name: string) => string): Themes {
  const all = objectIn(JSON.parse(text), 'A theme', [...members, 'organisations', 'accessibility']);
  const { organisations = {}, accessibility, ...own } = all;
  const others = Object.entries(objectIn(organisations, '"organisations"'));
  return {
    register: toTheme(own, '', readFile),
    organisations: new Map(
      others.map(([urn, one]) => {
        if (!/^urn:vitrine:org:/.test(urn)) throw new Error(`"organisations": "${urn}" is no URN of an organisation.`);
        return [urn, toTheme(objectIn(one, `"${urn}"`, members), urn, readFile)];
      }),
    ),
    ...(accessibility !== undefined && {
      accessibility: toStatement(objectIn(accessibility, '"accessibility"', statementMembers), toTexts),
    }),
  };
}

const members = ['name', 'logo', 'accent', 'accentDark'];
const statementMembers = ['compliance', 'exceptions', 'preparedOn', 'method', 'enforcement'];
type Thing = { [member: string]: unknown };

function objectIn(value: unknown, where: string, allowed?: string[]): Thing {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where} must be an object.`);
  const unknown = Object.keys(value).find((name) => allowed && !allowed.includes(name));
  if (unknown !== undefined) throw new Error(`"${unknown}" is no member of a theme; there are ${allowed!.join(', ')}.`);
  return value as Thing;
}

function toTheme({ name, logo, accent, accentDark }: Thing, where: string, readFile: (name: string) => string): Theme {
  const at = (member: string) => (where ? `"${where}", "${member}"` : `"${member}"`);
  const theme: Theme = {};
  if (name !== undefined) theme.name = toTexts(name, at('name'));
  if (logo !== undefined) {
    if (typeof logo !== 'string' || !/^[\w-]+\.svg$/.test(logo))
      throw new Error(`${at('logo')} must be the name of an SVG file beside the theme: logo.svg`);
    theme.logo = named('logo', 'svg', cleanSvg(readFile(logo), logo));
  }
  if (accentDark !== undefined && accent === undefined) throw new Error(`${at('accentDark')} needs an "accent".`);
  if (accent !== undefined) {
    const light = toAccent(accent, at('accent'), 'light');
    const dark = accentDark === undefined ? readable(light, 'dark') : toAccent(accentDark, at('accentDark'), 'dark');
    theme.style = named(
      'theme',
      'css',
      `:root{${variables(light, 'light')}}@media(prefers-color-scheme:dark){:root{${variables(dark, 'dark')}}}`,
    );
  }
  return theme;
}

function toTexts(value: unknown, where: string): { [language: string]: string } {
  const texts = objectIn(value, where);
  for (const [language, text] of Object.entries(texts))
    if (!(codelists.language as readonly string[]).includes(language) || typeof text !== 'string' || text.trim() === '')
      throw new Error(`${where} must be texts by language: { "fr": "Ville de Strasbourg" }`);
  return texts as { [language: string]: string };
}

const named = (kind: string, ending: string, content: string): ThemeFile => ({
  name: `${kind}.${createHash('sha256').update(content).digest('hex').slice(0, 12)}.${ending}`,
  content,
});

/** An accent colour with enough contrast to what it stands on. Throws one that does not have that, naming a near one that does. */
function toAccent(value: unknown, where: string, scheme: keyof typeof schemes): Colour {
  const colour = typeof value === 'string' ? parseColour(value) : undefined;
  if (!colour) throw new Error(`${where} must be a colour like #0b4f8a.`);
  const found = leastContrast(colour, scheme);
  if (found >= least) return colour;
  throw new Error(
    `${where}: text in ${value} has a contrast of ${found.toFixed(2)} in ${scheme} mode; ${least} is needed. ${formatColour(readable(colour, scheme))} would do.`,
  );
}

const soft = (accent: Colour, scheme: keyof typeof schemes) =>
  mix(accent, schemes[scheme].paper, schemes[scheme].softness);

function leastContrast(accent: Colour, scheme: keyof typeof schemes): number {
  const { paper, wash } = schemes[scheme];
  return Math.min(...[paper, wash, soft(accent, scheme)].map((ground) => contrast(accent, ground)));
}

/** The nearest shade of a colour that can be read. */
function readable(colour: Colour, scheme: keyof typeof schemes): Colour {
  for (let share = 1; ; share -= 0.05) {
    const shade = mix(colour, schemes[scheme].towards, share);
    if (leastContrast(shade, scheme) >= least || share <= 0) return shade;
  }
}

function variables(accent: Colour, scheme: keyof typeof schemes): string {
  const onAccent = contrast(accent, white) >= contrast(accent, black) ? white : black;
  const colours = { accent, 'on-accent': onAccent, soft: soft(accent, scheme) };
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}:${formatColour(colour)}`)
    .join(';');
}
