-- Who may write. Keys are kept as hashes; the key itself is shown once, when it is made.
CREATE TABLE vitrine.api_key (
  id           text PRIMARY KEY,          -- public part, in the key before the dot
  hash         bytea NOT NULL,            -- SHA-256 of the whole key
  name         text NOT NULL,
  organisation text,                      -- NULL: the operator of the register
  role         text NOT NULL CHECK (role IN ('editor', 'integrator', 'auditor', 'administrator')),
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  revoked_at   timestamptz
);
GRANT SELECT, INSERT, UPDATE ON vitrine.api_key TO vitrine_app;

-- Read models live in schemas that the application makes, fills, swaps and drops.
DO $$ BEGIN
  EXECUTE format('GRANT CREATE ON DATABASE %I TO vitrine_app', current_database());
END $$;
