import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFileOf } from '#commands';
import { type CodelistName, codelists, type EventType } from '#domain';
import { projectRoot } from '#event-store';

type Schema = {
  $ref?: string;
  type?: string;
  enum?: string[];
  const?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: { [name: string]: Schema };
  additionalProperties?: Schema | boolean;
  format?: string;
  pattern?: string;
};

/** A value of a leaf that occurs nowhere else, its kind, and its path in the sample (`contracts.supplier.name`). */
export type Mark = {
  path: string;
  kind: 'text' | 'string' | 'code' | 'date' | 'url';
  value: string;
  list?: CodelistName;
};
export type Sample = { value: unknown; marks: Mark[] };

const read = (file: string) =>
  JSON.parse(readFileSync(join(projectRoot, 'schema/events', file), 'utf8')) as Schema & {
    $defs: { [name: string]: Schema };
  };
/** Strings that must have a special form. */
const forms: { [name: string]: string } = {
  systemUrn: 'urn:vitrine:sys:local:walk:full',
  organisationUrn: 'urn:vitrine:org:local:walk',
  country: 'NL',
};
const formats: { [format: string]: (mark: string) => string } = {
  uri: (mark) => `https://${mark}.example/`,
  email: (mark) => `${mark}@city.example`,
};

let count = 0;

/** A value with everything that its schema allows: each leaf has its own word, day or address; codes are from their lists. */
export function sampleOf(schema: Schema, path: string, file = 'record.schema.json', language = 'en'): Sample {
  const marks: Mark[] = [];
  return { value: fill(schema, path, file), marks };

  function fill(one: Schema, at: string, within: string, name = ''): unknown {
    if (one.$ref) {
      const [other, target] = one.$ref.split('#/$defs/') as [string, string];
      if (target === 'languageMap') return { [language]: mark('text', at, word()) };
      if (other.startsWith('codelists')) return code(at, target as CodelistName);
      if (forms[target]) return forms[target];
      if (target === 'partialDate') return mark('date', at, day().slice(0, 7));
      return fill(read(other || within).$defs[target]!, at, other || within, target);
    }
    if (one.const !== undefined) return one.const;
    if (one.oneOf) return fill(one.oneOf[0]!, at, within);
    if (one.enum) return one.enum[0];
    if (one.type === 'array') return [fill(one.items!, at, within)];
    if (one.type === 'object') return object(one, at, within);
    if (one.type === 'boolean') return true;
    if (one.type === 'integer' || one.type === 'number') return 4711;
    if (one.format === 'date') return mark('date', at, day());
    if (one.format) return mark(one.format === 'uri' ? 'url' : 'string', at, formats[one.format]!(word()));
    if (one.pattern?.includes('0-9]{1,15}')) return '1234.50';
    if (name === '' && one.pattern?.startsWith('^[+ ()')) return mark('string', at, `+3120${1_000_000 + count++}`);
    return mark('string', at, word());
  }

  function object({ properties, additionalProperties }: Schema, at: string, within: string): unknown {
    if (!properties) return { [`${word()}name`]: fill(additionalProperties as Schema, at, within) };
    return Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, fill(inner, `${at}.${name}`, within)]),
    );
  }

  function mark(kind: Mark['kind'], at: string, value: string): string {
    marks.push({ path: at, kind, value });
    return value;
  }

  function code(at: string, list: CodelistName): string {
    const value = (codelists[list] as readonly string[]).find((one) => one !== 'not-performed')!;
    marks.push({ path: at, kind: 'code', value, list });
    return value;
  }
}

const word = () => `zq${count++}walk`;
const day = () => new Date(Date.UTC(1951, count++, 1 + (count % 27))).toISOString().slice(0, 10);

/** A sample of each field of a description. */
export function sampleFields(names: readonly string[], language = 'en'): Map<string, Sample> {
  const { description } = read('record.schema.json').$defs;
  const { contact } = read('common.schema.json').$defs;
  return new Map(
    names.map((name) => [
      name,
      name === 'contact'
        ? sampleOf(contact!, name, 'common.schema.json', language)
        : sampleOf(description!.properties![name]!, name, 'record.schema.json', language),
    ]),
  );
}

/** A sample of the data of an event. */
export function sampleEvent(type: EventType, path: string): Sample {
  const file = schemaFileOf(type);
  return sampleOf(read(file), path, file);
}
