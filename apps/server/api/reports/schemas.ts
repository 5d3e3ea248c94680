const words = { type: 'string', minLength: 1, maxLength: 4000 };

/** The body that publishes a report (JSON Schema). */
export const publicationSchema = {
  type: 'object',
  required: ['summary', 'due'],
  additionalProperties: false,
  properties: {
    summary: {
      type: 'object',
      minProperties: 1,
      additionalProperties: words,
      propertyNames: { pattern: '^[a-z]{2,3}$' },
      description: 'What is published of it, by language: in your own words, without personal data.',
    },
    due: { type: 'string', format: 'date', description: 'By when you answer it.' },
    about: {
      type: 'string',
      pattern: '^[A-Za-z]{1,60}$',
      description: 'The field in question. Without it: what the reader chose.',
    },
  },
};

/** The body that declines a report (JSON Schema). */
export const refusalSchema = {
  type: 'object',
  required: ['reply'],
  additionalProperties: false,
  properties: { reply: { ...words, description: 'What its reader is told, and nobody else.' } },
};
