/** Languages with a text search configuration of their own (schema/sql/0004-search.sql); words in any other language are not stemmed. */
export const languages = ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'] as const;
