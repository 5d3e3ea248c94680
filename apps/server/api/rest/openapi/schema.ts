import type { JsonSchema } from '../parameter.js';
import { refTo } from './components.js';

export type Definitions = { [name: string]: JsonSchema };

export const text = (description: string, more: object = {}): JsonSchema => ({ type: 'string', description, ...more });
export const whole = (description: string, minimum = 0): JsonSchema => ({ type: 'integer', minimum, description });
export const many = (items: JsonSchema, description: string): JsonSchema => ({ type: 'array', description, items });
export const also = (component: string, description: string): JsonSchema => ({ ...refTo(component), description });
export const urn = (description: string) => text(description, { pattern: '^urn:vitrine:' });
export const uuid = (description: string) => text(description, { format: 'uuid' });
export const time = (description: string) => text(description, { format: 'date-time' });
export const day = (description: string) => text(description, { format: 'date' });
export const month = text('YYYY-MM', { pattern: '^\\d{4}-\\d\\d$' });

export function object(description: string, required: Definitions, optional: Definitions = {}): JsonSchema {
  return {
    type: 'object',
    description,
    ...(Object.keys(required).length > 0 && { required: Object.keys(required) }),
    properties: { ...required, ...optional },
  };
}

/** A part of a record, extended by what may come after it. */
export const with_ = (component: string, properties: Definitions): JsonSchema => ({
  allOf: [refTo(component), { type: 'object', properties }],
});
