-- For a register that worked as a superuser, as with compose.yaml of release 0.1: gives it to the owner that README.md names. Run once, as
-- superuser, in its database, after the two logins are made.
DO $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('DATABASE %I', current_database())
    UNION ALL SELECT 'SCHEMA vitrine'
    UNION ALL SELECT format('TABLE %s', oid::regclass) FROM pg_class
      WHERE relkind = 'r' AND (relnamespace = 'vitrine'::regnamespace OR oid = to_regclass('public.vitrine_migration'))
    UNION ALL SELECT format('FUNCTION %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'vitrine'::regnamespace
    UNION ALL SELECT format('TEXT SEARCH CONFIGURATION vitrine.%I', cfgname) FROM pg_ts_config WHERE cfgnamespace = 'vitrine'::regnamespace
    UNION ALL SELECT format('TEXT SEARCH DICTIONARY vitrine.%I', dictname) FROM pg_ts_dict WHERE dictnamespace = 'vitrine'::regnamespace
  LOOP
    EXECUTE format('ALTER %s OWNER TO register_owner', statement);
  END LOOP;
END $$;
