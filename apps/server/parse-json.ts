import { visit } from 'jsonc-parser';
import { Refusal } from '#domain';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a JSON body strictly: UTF-8 only, no field twice. Throws a Refusal. */
export function parseJson(body: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new Refusal('INVALID_UTF8', 'The body is not UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal('MALFORMED_JSON', `The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  try {
    refuseDuplicates(text);
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('MALFORMED_JSON', 'The body is nested too deeply.');
    throw error;
  }
  return value;
}

/** JSON.parse keeps the last of two fields of one name and says nothing; a reader elsewhere may keep the first. */
function refuseDuplicates(text: string): void {
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (name) => {
      const fields = open.at(-1)!;
      if (fields.has(name))
        throw new Refusal('DUPLICATE_JSON_KEY', `The field "${name.slice(0, 60)}" is there twice in one object.`);
      fields.add(name);
    },
  });
}
