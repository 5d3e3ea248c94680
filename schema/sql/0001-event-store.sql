-- The event log. Rows are added and read, never changed: the application's role gets no other right, and a trigger
-- refuses everybody else too.

CREATE SCHEMA vitrine;

CREATE TABLE vitrine.event (
  position bigint PRIMARY KEY,           -- contiguous from 0, in commit order (see append_events)
  id       uuid   NOT NULL UNIQUE,       -- UUIDv7
  stream   text   NOT NULL,              -- URN of the organisation or system
  version  integer NOT NULL,             -- contiguous from 0 within the stream
  key      uuid   UNIQUE,                -- idempotency key (hashed); on the first event of an append
  envelope text   NOT NULL,              -- RFC 8785 canonical JSON: the leaf of the log
  UNIQUE (stream, version)
);

-- A payload part can go (erasure); its commitment in the envelope stays.
CREATE TABLE vitrine.payload (
  position bigint NOT NULL,
  part     text   NOT NULL CHECK (part IN ('content', 'contact')),
  salt     bytea  NOT NULL CHECK (length(salt) = 32),
  body     text   NOT NULL,              -- RFC 8785 canonical JSON
  PRIMARY KEY (position, part)
);

CREATE FUNCTION vitrine.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vitrine.event
  FOR EACH STATEMENT EXECUTE FUNCTION vitrine.refuse_change();
CREATE TRIGGER payload_is_not_changed BEFORE UPDATE OR TRUNCATE ON vitrine.payload
  FOR EACH STATEMENT EXECUTE FUNCTION vitrine.refuse_change();

-- A payload part may go only together with the event that says so, in the same transaction.
CREATE FUNCTION vitrine.require_erasure_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  erased vitrine.event;
BEGIN
  SELECT * INTO erased FROM vitrine.event WHERE position = OLD.position;
  IF NOT EXISTS (
    SELECT FROM vitrine.event e JOIN vitrine.payload p ON p.position = e.position AND p.part = 'content'
    WHERE e.stream = erased.stream AND e.version > erased.version
      AND e.xmin::text::bigint = (pg_current_xact_id()::text::bigint & 4294967295)
      AND e.envelope::jsonb ->> 'type' = 'PayloadErased'
      AND p.body::jsonb ->> 'event' = erased.id::text
      AND p.body::jsonb ->> 'part' = OLD.part
  ) THEN
    RAISE EXCEPTION 'payload % of event % may go only with a PayloadErased event', OLD.part, OLD.position
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER payload_goes_with_an_event AFTER DELETE ON vitrine.payload
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION vitrine.require_erasure_event();

-- Writes the events of many appends at once. One transaction at a time holds the lock, until its commit is visible:
-- so positions are contiguous and in commit order, and a reader that has seen position n has seen all before it.
-- A stream whose head is not where the caller thinks, or that brings an id or key that is there already, is left out
-- whole and returned with its real head; the others are written. `first_position` is where they begin.
CREATE FUNCTION vitrine.append_events(
  head_streams text[], head_versions integer[],
  ids uuid[], streams text[], versions integer[], keys uuid[], envelopes text[],
  part_events integer[], part_names text[], part_salts bytea[], part_bodies text[],
  OUT first_position bigint, OUT stale_streams text[], OUT stale_versions integer[], OUT stale_envelopes text[],
  OUT repeated_streams text[]
-- The plans are made once a connection, perhaps while the tables are still empty: they must be by index all the same.
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  left_out text[];
BEGIN
  PERFORM pg_advisory_xact_lock(7236450912);
  SELECT coalesce(max(e.position), -1) + 1 INTO first_position FROM vitrine.event e;

  SELECT array_agg(h.stream), array_agg(coalesce(e.version, -1)), array_agg(e.envelope)
    INTO stale_streams, stale_versions, stale_envelopes
    FROM unnest(head_streams, head_versions) AS h (stream, version)
    LEFT JOIN LATERAL (
      SELECT event.version, event.envelope FROM vitrine.event
      WHERE event.stream = h.stream ORDER BY event.version DESC LIMIT 1
    ) e ON true
    WHERE coalesce(e.version, -1) <> h.version;

  IF EXISTS (SELECT FROM vitrine.event e WHERE e.id = ANY (ids)) OR EXISTS (SELECT FROM vitrine.event e WHERE e.key = ANY (keys)) THEN
    SELECT array_agg(DISTINCT n.stream) INTO repeated_streams
      FROM unnest(ids, streams, keys) AS n (id, stream, key)
      WHERE n.id IN (SELECT e.id FROM vitrine.event e WHERE e.id = ANY (ids))
         OR n.key IN (SELECT e.key FROM vitrine.event e WHERE e.key = ANY (keys));
  END IF;

  IF stale_streams IS NULL AND repeated_streams IS NULL THEN
    INSERT INTO vitrine.event (position, id, stream, version, key, envelope)
      SELECT first_position + n.i - 1, n.id, n.stream, n.version, n.key, n.envelope
      FROM unnest(ids, streams, versions, keys, envelopes) WITH ORDINALITY AS n (id, stream, version, key, envelope, i);
    INSERT INTO vitrine.payload (position, part, salt, body)
      SELECT first_position + p.i, p.part, p.salt, p.body
      FROM unnest(part_events, part_names, part_salts, part_bodies) AS p (i, part, salt, body);
    RETURN;
  END IF;

  left_out := coalesce(stale_streams, '{}') || coalesce(repeated_streams, '{}');
  WITH kept AS (
    SELECT n.*, row_number() OVER (ORDER BY n.i) - 1 AS place
    FROM unnest(ids, streams, versions, keys, envelopes) WITH ORDINALITY AS n (id, stream, version, key, envelope, i)
    WHERE n.stream <> ALL (left_out)
  ), written AS (
    INSERT INTO vitrine.event (position, id, stream, version, key, envelope)
    SELECT first_position + place, id, stream, version, key, envelope FROM kept
  )
  INSERT INTO vitrine.payload (position, part, salt, body)
    SELECT first_position + kept.place, p.part, p.salt, p.body
    FROM unnest(part_events, part_names, part_salts, part_bodies) AS p (i, part, salt, body)
    JOIN kept ON kept.i = p.i + 1;
END $$;

-- Rights of the application: add and read events; delete a payload part (with its event, see above).
GRANT USAGE ON SCHEMA vitrine TO vitrine_app;
GRANT SELECT, INSERT ON vitrine.event TO vitrine_app;
GRANT SELECT, INSERT, DELETE ON vitrine.payload TO vitrine_app;
