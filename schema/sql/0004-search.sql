-- Search in each language: its own stemmer, behind unaccent, so that "prevention" finds "prévention". pg_trgm finds names
-- in spite of a slip of the pen. Both come with PostgreSQL and may be made by the owner of a database.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

DO $$
DECLARE
  dictionary text := (SELECT format('%I.unaccent', n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'unaccent');
  language record;
BEGIN
  FOR language IN SELECT * FROM (VALUES ('en', 'english'), ('fr', 'french'), ('nl', 'dutch'), ('de', 'german'),
      ('es', 'spanish'), ('ca', 'catalan'), ('it', 'italian')) AS l (code, name) LOOP
    EXECUTE format('CREATE TEXT SEARCH CONFIGURATION vitrine.%I (COPY = pg_catalog.%I)', language.code, language.name);
    EXECUTE format('ALTER TEXT SEARCH CONFIGURATION vitrine.%I ALTER MAPPING FOR hword, hword_part, word WITH %s, %I',
      language.code, dictionary, language.name || '_stem');
  END LOOP;
  CREATE TEXT SEARCH CONFIGURATION vitrine.other (COPY = pg_catalog.simple);
  EXECUTE format('ALTER TEXT SEARCH CONFIGURATION vitrine.other ALTER MAPPING FOR hword, hword_part, word WITH %s, simple', dictionary);
END $$;
