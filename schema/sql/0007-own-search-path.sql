-- A type's name is looked for in pg_temp first where search_path does not say otherwise, so whoever calls a function could have a type of
-- their own there, and a check on it that runs with the function's rights. The functions that write, and the check on erasures, set
-- the path themselves, and no longer ask it of the connection.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY '{vitrine.append_events,vitrine.append_one}'::text[] LOOP
    EXECUTE regexp_replace(pg_get_functiondef(name::regproc), '\n  IF pg_catalog\.current_setting\([^\n]*', '');
    EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', name);
  END LOOP;
END $$;
ALTER FUNCTION vitrine.require_erasure_event SET search_path = pg_catalog, pg_temp;
