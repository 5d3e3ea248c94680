import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Colour, contrast, formatColour, parseColour } from './colours.js';
import { cleanSvg } from './svg.js';
import { readThemes } from './theme.js';

const noFile = (name: string): string => {
  throw new Error(`no file ${name}`);
};
const read = (theme: object, readFile = noFile) => readThemes(JSON.stringify(theme), readFile);
const colour = (text: string) => parseColour(text)!;

test('contrast as WCAG gives it', () => {
  expect(contrast(colour('#000000'), colour('#ffffff'))).toBe(21);
  expect(contrast(colour('#777777'), colour('#ffffff'))).toBeCloseTo(4.48, 2);
  expect(parseColour('red')).toBeUndefined();
});

test('an accent can be read wherever it stands, or is refused with one that can', () => {
  const any = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => formatColour(parts as Colour));
  const accepted = (theme: object): string | undefined => {
    try {
      return read(theme).register.style!.content;
    } catch (error) {
      const [, would] = /is needed\. (#[0-9a-f]{6}) would do/.exec((error as Error).message)!;
      const [mode] = Object.keys(theme).slice(-1);
      expect(read({ ...theme, [mode!]: would }).register.style).toBeDefined();
      return undefined;
    }
  };
  const grounds = { light: ['#ffffff', '#f5f6f8'], dark: ['#131418', '#1b1d22'] };
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(any, any, fc.boolean(), (accent, accentDark, isSet) => {
      const light = accepted({ accent });
      const css = isSet && light !== undefined ? accepted({ accent, accentDark }) : light;
      if (css === undefined) {
        refused++;
        return;
      }
      taken++;
      const found = [...css.matchAll(/--accent:(#\w+);--on-accent:(#\w+);--soft:(#\w+)/g)];
      expect(found).toHaveLength(2);
      for (const [at, [, own, on, soft]] of found.entries())
        for (const [one, other] of [...grounds[at === 0 ? 'light' : 'dark'], soft!].map((ground) => [own!, ground]))
          expect([
            own,
            on,
            contrast(colour(one!), colour(other!)) >= 4.5,
            contrast(colour(own!), colour(on!)) >= 4.5,
          ]).toEqual([own, on, true, true]);
    }),
    { numRuns: 300 },
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(30);
});

test.each([
  [{ acent: '#0b4f8a' }, 'no member of a theme'],
  [{ accent: 'blue' }, 'must be a colour like #0b4f8a'],
  [{ accent: '#0b4f8a;}' }, 'must be a colour'],
  [{ accent: '#ffee00' }, 'would do'],
  [{ accentDark: '#8cc4ff' }, 'needs an "accent"'],
  [{ name: 'Ville' }, '"name" must be an object'],
  [{ name: { xx: 'Ville' } }, 'texts by language'],
  [{ logo: '../../etc/passwd' }, 'must be the name of an SVG file'],
  [{ logo: 'logo.png' }, 'must be the name of an SVG file'],
  [{ organisations: { city: {} } }, 'is no URN'],
  [{ organisations: { 'urn:vitrine:org:local:a': { accent: '#fff' } } }, '"urn:vitrine:org:local:a", "accent"'],
  [[], 'must be an object'],
])('%j is refused: %s', (theme, why) => {
  expect(() => read(theme)).toThrow(why);
});

describe('a logo', () => {
  const svg = (inner: string, more = '') => `<svg xmlns="http://www.w3.org/2000/svg"${more}>${inner}</svg>`;

  test.each([
    ['a script', svg('<script>alert(1)</script>'), '<script>'],
    [
      'a script of SVG by prefix',
      svg('<svg:script xmlns:svg="http://www.w3.org/2000/svg">alert(1)</svg:script>'),
      undefined,
    ],
    ['an event handler', svg('<g onload="alert(1)"/>'), 'onload'],
    ['an event handler in capitals', svg('', ' ONLOAD="alert(1)"'), 'ONLOAD'],
    [
      'foreign content',
      svg('<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'),
      '<foreignObject>',
    ],
    ['a picture from elsewhere', svg('<image href="https://evil.example/x.png"/>'), '<image>'],
    ['a link', svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>'), '<a>'],
    ['use of another file', svg('<use href="https://evil.example/x.svg#a"/>'), 'refers to https'],
    ['use of data', svg('<use href="data:image/svg+xml,x#a"/>'), 'refers to data'],
    ['a fill from elsewhere', svg('<path fill="url(https://evil.example/#a)"/>'), 'outside of it'],
    ['a hidden fill from elsewhere', svg('<path style="fill:u\\72l(https://evil.example/)"/>'), 'outside of it'],
    [
      'an animation that sets a link',
      svg('<use href="#a"><set attributeName="href" to="javascript:alert(1)"/></use>'),
      '<set>',
    ],
    ['a style sheet', svg('<style>@import "https://evil.example/x.css"</style>'), '<style>'],
    [
      'an entity',
      `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg('<text>&x;</text>')}`,
      'not well-formed',
    ],
    ['a page', '<html xmlns="http://www.w3.org/1999/xhtml"/>', 'no SVG'],
    ['no namespace', '<svg/>', 'no SVG'],
    ['a picture by a function', svg('<path fill="image-set(\'https://evil.example/x\' 1x)"/>'), 'outside of it'],
    ['elements with a prefix', svg('<svg:path xmlns:svg="http://www.w3.org/2000/svg" d="M0 0"/>'), 'prefix'],
    ['nothing', '', 'not well-formed'],
    ['half of one', '<svg xmlns="http://www.w3.org/2000/svg"><g>', 'not well-formed'],
    ['a huge one', svg(`<path d="${'M0 0'.repeat(20_000)}"/>`), 'more than 50,000'],
  ])('%s', (_, text, why) => {
    if (why !== undefined) expect(() => cleanSvg(text, 'logo.svg')).toThrow(why);
    else expect(cleanSvg(text, 'logo.svg')).not.toContain('alert');
  });

  test('references within it are taken, with or without quotes, in the new form or in both', () => {
    const drawn = svg(
      `<use href="#a" xlink:href="#a"/><path fill="url('#b')" style="stroke:url(&quot;#b&quot;) !important"/>`,
      ' xmlns:xlink="http://www.w3.org/1999/xlink"',
    );
    expect(cleanSvg(drawn, 'logo.svg')).toBe(
      svg(`<use href="#a"></use><path fill="url('#b')" stroke="url(&quot;#b&quot;)"></path>`),
    );
  });

  test('what an editor writes is taken, without its notes', () => {
    const drawn = `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><!-- made by hand -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://editor.example/" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10" x:version="1"><metadata>x</metadata>
<x:view zoom="1"/><defs><linearGradient id="a"><stop offset="0" style="stop-color:#fff;stop-opacity:1"/></linearGradient></defs><use xlink:href="#b"/>
<path class="k" id="b" style="fill: url(#a) ; stroke:none" fill="red" d="M0 0 &quot;"/><title>A &amp; B</title></svg>`;
    expect(cleanSvg(drawn, 'logo.svg').replace(/\s*\n\s*/g, '')).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><defs><linearGradient id="a"><stop offset="0" stop-color="#fff" stop-opacity="1"></stop></linearGradient></defs><use href="#b"></use><path id="b" fill="url(#a)" d="M0 0 &quot;" stroke="none"></path><title>A &amp; B</title></svg>',
    );
  });
});
