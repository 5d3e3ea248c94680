import { type ParseError, parse, visit } from 'jsonc-parser';
import { Refusal } from '#domain';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON strictly: UTF-8 only, no field twice. Throws a Refusal, which names `what` was read. */
export function parseJson(body: Buffer, what = 'The body'): unknown {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    const before = body.toString('utf8').split('\ufffd', 1)[0]!;
    throw new Refusal('INVALID_UTF8', `${what} is not UTF-8 (line ${lineAt(before, before.length)}).`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(
      'MALFORMED_JSON',
      `${what} is not JSON${whereWrong(text)}: ${(error as Error).message.slice(0, 200)}`,
    );
  }
  try {
    refuseDuplicates(text);
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('MALFORMED_JSON', `${what} is nested too deeply.`);
    throw error;
  }
  return value;
}

/** The line of the first fault, which JSON.parse does not tell in every version. */
function whereWrong(text: string): string {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return errors[0] ? ` (line ${lineAt(text, errors[0].offset)})` : '';
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** JSON.parse keeps the last of two fields of one name and says nothing; a reader elsewhere may keep the first. */
function refuseDuplicates(text: string): void {
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (name, _offset, _length, line) => {
      const fields = open.at(-1)!;
      if (fields.has(name))
        throw new Refusal(
          'DUPLICATE_JSON_KEY',
          `The field "${name.slice(0, 60)}" is there twice in one object (line ${line + 1}).`,
        );
      fields.add(name);
    },
  });
}
