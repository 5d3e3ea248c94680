-- For a register whose order is kept by another log (KurrentDB): what events carry, before it is known where they go. A row lies here
-- until its event is in the log and in `event`, or until it is clear that it never will be.
CREATE TABLE vitrine.unplaced_payload (
  event      uuid  NOT NULL,
  part       text  NOT NULL CHECK (part IN ('content', 'contact')),
  salt       bytea NOT NULL CHECK (length(salt) = 32),
  body       text  NOT NULL,              -- RFC 8785 canonical JSON
  written_at timestamptz NOT NULL DEFAULT now(),
  -- Of an event that was tried with other content before, each content is kept: the envelope's commitment says which it has.
  PRIMARY KEY (event, part, salt)
);
GRANT SELECT, INSERT, DELETE ON vitrine.unplaced_payload TO vitrine_app;

-- Set when another log keeps the order of this register's events: then nothing is added here but what that log has.
CREATE TABLE vitrine.ordered_elsewhere (
  only_one boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
  since    timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON vitrine.ordered_elsewhere TO vitrine_app;
