import { parseXml, XmlElement, type XmlNode, XmlText } from '@rgrove/parse-xml';
import { toHtml } from './html.js';

const maxBytes = 50_000;
const namespace = 'http://www.w3.org/2000/svg';

/** Elements that only draw (SVG 2). */
const drawing = new Set(
  'svg g path rect circle ellipse line polyline polygon text tspan title desc defs use symbol clipPath mask linearGradient radialGradient stop pattern'.split(
    ' ',
  ),
);

/**
 * A drawing of which only what draws is left: what editors note for themselves (metadata, elements and attributes with a prefix, comments, a document
 * type) is taken out, and style attributes become presentation attributes. Throws an Error that says why, if it could do more than draw (scripts, event
 * handlers, foreign content), refers to anything outside of it, or would look different without what is not allowed.
 */
export function cleanSvg(text: string, name: string): string {
  const refuse = (why: string): never => {
    throw new Error(`${name} cannot be used as a logo: ${why}.`);
  };
  if (Buffer.byteLength(text) > maxBytes) refuse(`it has more than ${maxBytes.toLocaleString('en')} bytes`);
  const root = parse(text, refuse);
  if (root?.name !== 'svg' || root.attributes['xmlns'] !== namespace) return refuse('it is no SVG image');
  return write(root);

  function write(node: XmlNode): string {
    if (node instanceof XmlText) return toHtml(node.text);
    if (!(node instanceof XmlElement) || node.name === 'metadata') return '';
    const [local, prefix] = node.name.split(':').reverse() as [string, string?];
    if (prefix === 'svg' && drawing.has(local)) refuse('its elements have a prefix; save it as plain SVG');
    if (prefix !== undefined) return '';
    if (!drawing.has(node.name)) refuse(`it has an element <${node.name}>, which is not allowed`);
    const attributes = attributesOf(node).map(([attribute, value]) => ` ${attribute}="${toHtml(value)}"`);
    const own = node === root ? ` xmlns="${namespace}"` : '';
    return `<${node.name}${own}${attributes.join('')}>${node.children.map(write).join('')}</${node.name}>`;
  }

  function attributesOf(node: XmlElement): [string, string][] {
    const styled = (node.attributes['style'] ?? '').split(';').flatMap((declaration): [string, string][] => {
      const [, property, value] = /^\s*([a-z-]+)\s*:\s*(.*?)\s*$/s.exec(declaration) ?? [];
      return property === undefined ? [] : [[property, value!.replace(/\s*!important$/i, '')]];
    });
    // A declaration is stronger than an attribute.
    const all = new Map([...Object.entries(node.attributes), ...styled]);
    return [...all].flatMap(([attribute, value]): [string, string][] => {
      if (/^on/i.test(attribute)) refuse(`it has an attribute "${attribute}", which is not allowed`);
      // Backslashes and comments would hide it.
      if (/url\((?!\s*['"]?\s*#)|(image|set|fade|src|element|expression)\(|@import|javascript:|\\|\/\*/i.test(value))
        refuse(`its attribute "${attribute}" refers to something outside of it`);
      if (attribute === 'href' || attribute === 'xlink:href') {
        if (!value.startsWith('#')) refuse(`it refers to ${value.slice(0, 80)}`);
        // Editors write both, the old form for old programs.
        return attribute !== 'href' && all.has('href') ? [] : [['href', value]];
      }
      return /^[A-Za-z][A-Za-z0-9-]*$/.test(attribute) && !/^(xmlns|style|class)$/.test(attribute)
        ? [[attribute, value]]
        : [];
    });
  }
}

function parse(text: string, refuse: (why: string) => never): XmlElement | null {
  try {
    return parseXml(text).root;
  } catch (error) {
    return refuse(`it is not well-formed XML (${(error as Error).message.split('\n')[0]})`);
  }
}
