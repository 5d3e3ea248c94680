-- Who is told of new events, and what came of telling them.
CREATE TABLE vitrine.webhook (
  id           uuid PRIMARY KEY,
  url          text NOT NULL,
  owner        text,                      -- the organisation whose key made it; NULL: the operator of the register
  types        text[],                    -- only these kinds of events; NULL: all
  about        text[],                    -- only of these organisations and systems; NULL: all
  secret       bytea NOT NULL,            -- for HMAC-SHA256 (v1)
  private_key  bytea NOT NULL,            -- Ed25519, PKCS #8 (v1a)
  created_at   timestamptz NOT NULL,
  position     bigint NOT NULL,           -- everything up to here was delivered or given up
  replayed_at  timestamptz NOT NULL,      -- deliveries before this do not count any more
  state        text NOT NULL CHECK (state IN ('active', 'disabled')),
  reason       text,                      -- why it is disabled
  attempts     integer NOT NULL,          -- rounds without any success, in a row
  failing_since timestamptz,
  next_attempt timestamptz NOT NULL
);
CREATE TABLE vitrine.webhook_delivery (
  webhook      uuid NOT NULL REFERENCES vitrine.webhook ON DELETE CASCADE,
  position     bigint NOT NULL,
  event        uuid NOT NULL,
  at           timestamptz NOT NULL,
  outcome      text NOT NULL CHECK (outcome IN ('delivered', 'failed', 'down', 'given-up')),  -- down: the receiver took nothing at all
  status       integer,                   -- of the receiver's answer, if there was one
  detail       text,
  milliseconds integer NOT NULL
);
CREATE INDEX webhook_delivery_position ON vitrine.webhook_delivery (webhook, position);
CREATE INDEX webhook_delivery_at ON vitrine.webhook_delivery (webhook, at DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON vitrine.webhook, vitrine.webhook_delivery TO vitrine_app;
