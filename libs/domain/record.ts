import { fields } from './generated/record.js';

type Field = (typeof fields)[number];
type NameOf<F> = F extends { many: number } ? never : F extends { name: infer N } ? N : never;

/** Fields of a description that are texts in several languages. */
export type TextField = Extract<Field, { type: 'text' }>['name'];
/** Fields that are one string, the same in every language. */
export type StringField = NameOf<Extract<Field, { type: 'string' }>>;
/** Fields that are a year, a month or a day. */
export type PartialDateField = NameOf<Extract<Field, { type: 'partialDate' }>>;

const namesOf = <N>(type: Field['type']) =>
  fields.filter((field) => field.type === type && !('many' in field)).map(({ name }) => name as N);

export const textFields = namesOf<TextField>('text');
export const stringFields = namesOf<StringField>('string');
export const partialDateFields = namesOf<PartialDateField>('partialDate');
export const isTextField = (name: string): name is TextField => (textFields as readonly string[]).includes(name);
