import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql';

/** A document with its operation name and variables, as they are sent. */
export type Asked = { query: string; operationName?: string; variables: Record<string, unknown> };
/** What a document may ask for by name. */
export type Names = { ids: string[]; events: string[]; texts: string[] };

type Random = () => number;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A valid document: fields of all types, aliases, fragments that are spread in several places and within each other, conditions by values
 * and variables, lists, nulls, variables with and without defaults, given and not given.
 */
export function randomDocument(schema: GraphQLSchema, names: Names, seed: number): Asked {
  const random = randomFrom(seed);
  for (;;) {
    const asked = new Writer(schema, names, random).write();
    if (validate(schema, parse(asked.query)).length === 0) return asked;
  }
}

class Writer {
  #variables = new Map<string, { type: string; fallback: string | undefined; value: unknown }>();
  #fragments: { name: string; on: string; text: string }[] = [];
  #open: string[] = [];
  #hasConditions: boolean;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly names: Names,
    private readonly random: Random,
  ) {
    this.#hasConditions = random() < 0.6;
  }

  write(): Asked {
    const root = this.schema.getQueryType()!;
    const body = this.#selections(root, 1);
    const declared = [...this.#variables].map(
      ([name, { type, fallback }]) => `$${name}: ${type}${fallback === undefined ? '' : ` = ${fallback}`}`,
    );
    const head = declared.length > 0 ? `query Q(${declared.join(', ')})` : this.#chance(0.5) ? 'query Q' : '';
    const fragments = this.#fragments.map(({ name, on, text }) => `fragment ${name} on ${on} ${text}`);
    const variables = Object.fromEntries(
      [...this.#variables].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
    );
    const several = head !== '' && this.#chance(0.1);
    return {
      query: [`${head} ${body}`, ...(several ? ['query Other { __typename }'] : []), ...fragments].join('\n'),
      ...(several && { operationName: 'Q' }),
      variables,
    };
  }

  #selections(type: GraphQLNamedType, depth: number): string {
    const count = 1 + this.#below(depth === 1 ? 3 : 4);
    return `{ ${Array.from({ length: count }, () => this.#selection(type, depth)).join(' ')} }`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const kind = this.random();
    if (kind < 0.15) return this.#spread(type, depth);
    if (kind < 0.25) {
      const on = this.#narrower(type);
      return `...${this.#chance(0.2) ? '' : ` on ${on.name}`}${this.#condition()} ${this.#selections(on, depth)}`;
    }
    if (kind < 0.32) return `${this.#alias()}__typename${this.#condition()}`;
    return this.#field(type, depth);
  }

  /** Spreads an existing fragment or a new one. */
  #spread(type: GraphQLNamedType, depth: number): string {
    const there = this.#fragments.filter(({ on, name }) => on === type.name && !this.#open.includes(name));
    if (there.length > 0 && this.#chance(0.6)) return `...${this.#one(there).name}${this.#condition()}`;
    if (this.#fragments.length > 8) return '__typename';
    const on = this.#narrower(type);
    const name = `F${this.#fragments.length}`;
    const fragment = { name, on: on.name, text: '' };
    this.#fragments.push(fragment);
    this.#open.push(name);
    fragment.text = this.#selections(on, depth);
    this.#open.pop();
    return `...${name}${this.#condition()}`;
  }

  #narrower(type: GraphQLNamedType): GraphQLNamedType {
    return isAbstractType(type) && this.#chance(0.7) ? this.#one(this.schema.getPossibleTypes(type)) : type;
  }

  #field(type: GraphQLNamedType, depth: number): string {
    const all = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const fields = all.filter(({ type: inner }) => depth < 7 || !isCompositeType(getNamedType(inner)));
    if (fields.length === 0) return '__typename';
    const field = this.#one(fields);
    const inner = getNamedType(field.type);
    const args = field.args.filter((argument) => isRequiredArgument(argument) || this.#chance(0.3));
    const given = args.map((argument) => `${argument.name}: ${this.#argument(argument)}`);
    const list = given.length > 0 ? `(${given.join(', ')})` : '';
    const below = isCompositeType(inner) ? ` ${this.#selections(inner, depth + 1)}` : '';
    return `${this.#alias()}${field.name}${list}${this.#condition()}${below}`;
  }

  #alias(): string {
    return this.#chance(0.15) ? `${this.#one(['a', 'b', 'c'])}: ` : '';
  }

  #condition(): string {
    if (!this.#hasConditions || !this.#chance(0.35)) return '';
    const value = this.#chance(0.3) ? String(this.#chance(0.5)) : `$${this.#booleanVariable()}`;
    return ` @${this.#one(['skip', 'include'])}(if: ${value})`;
  }

  #booleanVariable(): string {
    const name = `b${this.#below(3)}`;
    if (!this.#variables.has(name)) {
      const fallback = this.#chance(0.4) ? String(this.#chance(0.5)) : undefined;
      const value = fallback !== undefined && this.#chance(0.5) ? this.#one([null, undefined]) : this.#chance(0.5);
      this.#variables.set(name, { type: fallback === undefined ? 'Boolean!' : 'Boolean', fallback, value });
    }
    return name;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): string {
    const value = this.#value(name, type, 0);
    if (!this.#chance(0.4)) return written(value);
    const variable = `v${this.#variables.size}`;
    const mayBeMissing = !isNonNullType(type) || defaultValue !== undefined;
    const sent = mayBeMissing && this.#chance(0.2) ? this.#one([null, undefined]) : asSent(value);
    const fallback = !isNonNullType(type) && this.#chance(0.3) ? written(this.#value(name, type, 0)) : undefined;
    this.#variables.set(variable, { type: String(type), fallback, value: sent });
    return `$${variable}`;
  }

  #value(name: string, type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#value(name, type.ofType, depth);
    if (this.#chance(0.05) && depth > 0) return null;
    if (isListType(type)) {
      if (this.#chance(0.1)) return this.#value(name, type.ofType, depth + 1) ?? [];
      return Array.from({ length: this.#below(4) }, () => this.#value(name, type.ofType, depth + 1) ?? []).filter(
        (item) => !Array.isArray(item),
      );
    }
    if (isEnumType(type)) return new EnumName(this.#one(type.getValues()).name);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(() => this.#chance(0.25));
      return Object.fromEntries(fields.map((field) => [field.name, this.#value(field.name, field.type, depth + 1)]));
    }
    if (type.name === 'Boolean') return this.#chance(0.5);
    if (type.name === 'Int') return this.#one([1, 2, 3, 5, 5, 10, 0, -1, 101]);
    if (type.name === 'ID')
      return this.#one(
        name === 'id' || name === 'ids' ? [...this.names.ids, ...this.names.events, 'no'] : this.names.ids,
      );
    return this.#one(['2025-01-01', '2026-06-30T12:00:00Z', ...this.names.texts, '']);
  }

  #below(count: number): number {
    return Math.floor(this.random() * count);
  }

  #chance(part: number): boolean {
    return this.random() < part;
  }

  #one<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }
}

/** An enum value: written without quotation marks in a document, sent as a string in variables. */
class EnumName {
  constructor(readonly name: string) {}
}

function written(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${name}: ${written(inner)}`)
      .join(', ')} }`;
  return JSON.stringify(value);
}

function asSent(value: unknown): unknown {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return value.map(asSent);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asSent(inner)]));
  return value;
}
