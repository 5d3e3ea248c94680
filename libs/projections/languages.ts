/** Languages with a stemmer and stop words of their own (schema/sql/0004-search.sql); every other text is kept word for word. */
export const languages = ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'] as const;
