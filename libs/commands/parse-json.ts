import { type ParseError, parse } from 'jsonc-parser';
import { Refusal } from '#domain';
import { breathe } from './breath.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The most commands in a batch. */
export const maxCommands = 1000;

export const tooManyCommands = () =>
  new Refusal('TOO_MANY_EVENTS', `A batch takes at most ${maxCommands} commands; this one has more.`);

const maxDepth = 100;
/** Limits for one element of a list that is read in pieces, or for a body that is not a list: its characters, and the values in it. */
const maxLength = 512 * 1024;
const maxValues = 5000;

/** Reads JSON strictly: UTF-8 only, no duplicate fields, at most 100 levels. Throws a Refusal whose message names `what`. */
export function parseJson(body: Buffer, what = 'The body'): unknown {
  const text = decode(body, what);
  // Scans the text only for the checks.
  for (const _ of elementsOf(text, what));
  return parseText(text, { from: 0, to: text.length }, what);
}

/**
 * The same for the body of a request, which may be a long list: parses one element at a time and lets other work have its turn in between.
 * One element has at most 5,000 values, a list 1,000 elements.
 */
export async function parseInPieces(body: Buffer): Promise<unknown> {
  const what = 'The body';
  const text = decode(body, what);
  const isList = /^[\t\n\r ]*\[/.test(text);
  const values: unknown[] = [];
  for (const element of elementsOf(text, what, { length: maxLength, values: maxValues })) {
    if (values.length === maxCommands) throw tooManyCommands();
    if (values.length > 0) await breathe();
    values.push(parseText(text, element, what));
  }
  return isList ? values : values[0];
}

function decode(body: Buffer, what: string): string {
  try {
    return utf8.decode(body);
  } catch {
    const before = body.toString('utf8').split('\ufffd', 1)[0]!;
    throw new Refusal('INVALID_UTF8', `${what} is not UTF-8 (line ${lineAt(before, before.length)}).`);
  }
}

type Span = { from: number; to: number };

function parseText(text: string, { from, to }: Span, what: string): unknown {
  const part = text.slice(from, to);
  try {
    return JSON.parse(part);
  } catch (error) {
    throw malformed(text, from + offsetOfFault(part), what, (error as Error).message.slice(0, 200));
  }
}

/** The offset of the first fault, which not every version of JSON.parse tells. */
function offsetOfFault(text: string): number {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  return errors[0]?.offset ?? text.length;
}

const malformed = (text: string, offset: number, what: string, why: string) =>
  new Refusal('MALFORMED_JSON', `${what} is not JSON (line ${lineAt(text, offset)}): ${why}`);

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

const [quote, comma, listBegins, backslash, listEnds, objectBegins, objectEnds] = [...'",[\\]{}'].map((sign) =>
  sign.charCodeAt(0),
) as [number, number, number, number, number, number, number];

/**
 * The spans of the elements if the text is a list; otherwise one span, the whole text. A single pass from left to right; JSON.parse decides
 * later whether an element is JSON. Throws MALFORMED_JSON, DUPLICATE_JSON_KEY (of two fields with one name JSON.parse silently keeps the
 * last; a reader elsewhere may keep the first), and PAYLOAD_TOO_LARGE for an element over `most`.
 */
function* elementsOf(
  text: string,
  what: string,
  most: { length: number; values: number } = { length: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY },
): Generator<Span> {
  /** The names in each open object; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  const begin = text.search(/[^\t\n\r ]/);
  const isList = text.charCodeAt(begin) === listBegins;
  let isName = false;
  let values = 0;
  let from = isList ? begin + 1 : 0;
  let isOver = false;
  for (let at = Math.max(begin, 0); at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === quote) {
      const end = endOfString(text, at);
      if (isName) noteName(open.at(-1)!, text, at, end);
      isName = false;
      at = end - 1;
    } else if (sign === objectBegins || sign === listBegins) {
      isName = sign === objectBegins;
      values++;
      if (open.push(isName ? new Set() : undefined) > maxDepth)
        throw new Refusal('MALFORMED_JSON', `${what} is nested too deeply: more than ${maxDepth} levels.`);
    } else if (sign === objectEnds || sign === listEnds) {
      open.pop();
      isName = false;
      if (isList && open.length === 0) {
        if (isOver || /[^\t\n\r ]/.test(text.slice(at + 1)))
          throw malformed(text, at + 1, what, 'there is something behind the end of the list');
        isOver = true;
        const isEmpty = from === begin + 1 && !/[^\t\n\r ]/.test(text.slice(from, at));
        if (!isEmpty) yield { from, to: at };
      }
    } else if (sign === comma) {
      isName = open.at(-1) !== undefined;
      values++;
      if (isList && open.length === 1) {
        yield { from, to: at };
        from = at + 1;
        values = 0;
      }
    }
    if (values > most.values || at - from > most.length)
      throw new Refusal(
        'PAYLOAD_TOO_LARGE',
        `A command has at most ${most.values} values and ${most.length / 1024} KiB as JSON (line ${lineAt(text, from)}).`,
      );
  }
  if (!isList) yield { from: 0, to: text.length };
  else if (!isOver) throw malformed(text, text.length, what, 'the list has no end');
}

/** The offset after the quotation mark that ends the string. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text.charCodeAt(before - 1) === backslash) before--;
    if ((at - before) % 2 === 0) return at + 1;
  }
  return text.length;
}

function noteName(names: Set<string>, text: string, from: number, to: number): void {
  const written = text.slice(from + 1, to - 1);
  const name = written.includes('\\') ? unescaped(text.slice(from, to)) : written;
  if (names.has(name))
    throw new Refusal(
      'DUPLICATE_JSON_KEY',
      `The field "${name.slice(0, 60)}" appears twice in one object (line ${lineAt(text, from)}).`,
    );
  names.add(name);
}

function unescaped(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal;
  }
}
