-- What readers say is wrong: private until an officer has looked, and deleted at its end. In no log, dump, mirror or feed.
CREATE TABLE vitrine.report (
  id           uuid PRIMARY KEY,
  receipt      bytea NOT NULL UNIQUE,     -- SHA-256 of the secret in the address by which its reader follows it
  organisation text NOT NULL,
  system       text NOT NULL,
  about        text,                      -- the field in question
  language     text NOT NULL,             -- of the page on which it was written
  words        text NOT NULL,
  received_at  timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL,
  request      text,                      -- published under this id, as CorrectionRequested; or
  reply        text,                      -- not published, and what its reader is told
  decided_at   timestamptz,
  CHECK ((decided_at IS NULL) = (request IS NULL AND reply IS NULL))
);
CREATE INDEX report_open ON vitrine.report (organisation, received_at) WHERE decided_at IS NULL;
CREATE INDEX report_end ON vitrine.report (ends_at);
-- Signs the forms, so that any process of the register knows when one was handed out.
CREATE TABLE vitrine.report_key (secret text NOT NULL);
INSERT INTO vitrine.report_key VALUES (gen_random_uuid()::text || gen_random_uuid()::text);
GRANT SELECT, INSERT, UPDATE, DELETE ON vitrine.report TO vitrine_app;
GRANT SELECT ON vitrine.report_key TO vitrine_app;
