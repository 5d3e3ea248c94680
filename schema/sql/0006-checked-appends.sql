-- What an append is built on is compared with the database at the moment of writing: the head of each stream by version and hash,
-- the time of the log's head, the database's clock, and the last event that the writer knows to be in the log for good. Events
-- come in by the two functions below and in no other way. The functions have their owner's rights, so nobody may put other operators in
-- their way: they ask for a connection with search_path = pg_catalog, which costs less than to set it each time.
DROP FUNCTION vitrine.append_events;
REVOKE INSERT ON vitrine.event, vitrine.payload FROM vitrine_app;

-- Writes the events of many appends at once. One transaction at a time holds the lock, until its commit is visible:
-- so positions are contiguous and in commit order, and a reader that has seen position n has seen all before it.
-- A stream whose head is not the one that the caller built on, or that brings an id or key that is there already, is left out
-- whole and returned with its real head; the others are written. `first_position` is where they begin.
-- A caller leaves out of the heads those that it wrote itself, before the event that it knows: if that is there, so are they; if
-- somebody has written behind them, a unique constraint is violated, and the caller asks again with all heads.
-- Nothing at all is written when `refused` is set:
--   lost       the event `known_id` is not at `known_position`: this is not the database that acknowledged it
--   too-early  the log's head was recorded after `earliest`: `head_recorded_at` says when
--   ahead      `latest` is more than so many milliseconds ahead of the database's clock: `clock` says what that is
CREATE FUNCTION vitrine.append_events(
  known_position bigint, known_id uuid, earliest text, latest text, ahead_milliseconds double precision,
  head_streams text[], head_versions integer[], head_hashes text[],
  ids uuid[], streams text[], versions integer[], keys uuid[], envelopes text[],
  part_events integer[], part_names text[], part_salts bytea[], part_bodies text[],
  OUT first_position bigint, OUT refused text, OUT head_recorded_at text, OUT clock timestamptz,
  OUT stale_streams text[], OUT stale_versions integer[], OUT stale_envelopes text[], OUT repeated_streams text[]
) LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  is_known boolean;
  has_gap boolean;
  left_out text[];
BEGIN
  IF pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.<>) 'pg_catalog' THEN RAISE insufficient_privilege; END IF;
  -- As an expression it is not planned as a query; the statements after it see what was committed before the lock was had.
  IF pg_advisory_xact_lock(7236450912) IS NULL THEN RETURN; END IF;
  SELECT e.position + 1, e.envelope::json ->> 'recordedAt',
      EXISTS (SELECT FROM vitrine.event k WHERE k.position = known_position AND k.id = known_id)
    INTO first_position, head_recorded_at, is_known
    FROM vitrine.event e ORDER BY e.position DESC LIMIT 1;
  first_position := coalesce(first_position, 0);
  clock := clock_timestamp();
  refused := CASE
    WHEN known_position >= 0 AND is_known IS NOT TRUE THEN 'lost'
    WHEN latest::timestamptz > clock + ahead_milliseconds * interval '1 millisecond' THEN 'ahead'
    WHEN earliest COLLATE "C" < head_recorded_at THEN 'too-early'
  END;
  IF refused IS NOT NULL THEN RETURN; END IF;

  IF head_streams <> '{}' THEN
    SELECT array_agg(h.stream), array_agg(coalesce(e.version, -1)), array_agg(e.envelope)
      INTO stale_streams, stale_versions, stale_envelopes
      FROM unnest(head_streams, head_versions, head_hashes) AS h (stream, version, hash)
      LEFT JOIN LATERAL (
        SELECT event.version, event.envelope FROM vitrine.event
        WHERE event.stream = h.stream ORDER BY event.version DESC LIMIT 1
      ) e ON true
      WHERE coalesce(e.version, -1) <> h.version OR encode(sha256(convert_to(e.envelope, 'UTF8')), 'hex') <> h.hash;
  END IF;

  IF EXISTS (SELECT FROM vitrine.event e WHERE e.id = ANY (ids)) OR EXISTS (SELECT FROM vitrine.event e WHERE e.key = ANY (keys)) THEN
    SELECT array_agg(DISTINCT n.stream) INTO repeated_streams
      FROM unnest(ids, streams, keys) AS n (id, stream, key)
      WHERE n.id IN (SELECT e.id FROM vitrine.event e WHERE e.id = ANY (ids))
         OR n.key IN (SELECT e.key FROM vitrine.event e WHERE e.key = ANY (keys));
  END IF;

  left_out := coalesce(stale_streams, '{}') || coalesce(repeated_streams, '{}');
  -- Before each event of a stream is the one before it: in the log, or in this list.
  has_gap := EXISTS (
    SELECT FROM unnest(streams, versions) AS n (stream, version)
    WHERE n.version <> 0 AND n.stream <> ALL (left_out)
      AND NOT EXISTS (SELECT FROM vitrine.event e WHERE e.stream = n.stream AND e.version = n.version - 1)
      AND (n.stream, n.version - 1) NOT IN (SELECT m.stream, m.version FROM unnest(streams, versions) AS m (stream, version)));
  IF has_gap THEN
    RAISE EXCEPTION 'versions must be contiguous' USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  IF left_out = '{}' THEN
    INSERT INTO vitrine.event (position, id, stream, version, key, envelope)
      SELECT first_position + n.i - 1, n.id, n.stream, n.version, n.key, n.envelope
      FROM unnest(ids, streams, versions, keys, envelopes) WITH ORDINALITY AS n (id, stream, version, key, envelope, i);
    INSERT INTO vitrine.payload (position, part, salt, body)
      SELECT first_position + p.i, p.part, p.salt, p.body
      FROM unnest(part_events, part_names, part_salts, part_bodies) AS p (i, part, salt, body);
    RETURN;
  END IF;

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

-- Writes one event with one part if the log's last event is the one that the caller acknowledged last, and so all that it wrote before
-- is there: then nothing else needs to be looked at but the database's clock, which must have reached `not_before` (seconds since
-- 1970). NULL, and nothing is written, if not: append_events says what is wrong. An id, key or version that is there already
-- violates a unique constraint.
CREATE FUNCTION vitrine.append_one(
  known_position bigint, known_id uuid, not_before double precision,
  event_id uuid, event_stream text, event_version integer, event_key uuid, event_envelope text,
  payload_part text, payload_salt bytea, payload_body text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.<>) 'pg_catalog' THEN RAISE insufficient_privilege; END IF;
  -- As an expression it is not planned as a query; the statement after it sees what was committed before the lock was had.
  IF pg_advisory_xact_lock(7236450912) IS NULL OR clock_timestamp() < to_timestamp(not_before) THEN RETURN NULL; END IF;
  INSERT INTO vitrine.event (position, id, stream, version, key, envelope)
    SELECT known.position + 1, event_id, event_stream, event_version, event_key, event_envelope
    FROM vitrine.event known WHERE known.position = known_position AND known.id = known_id
      AND (event_version = 0 OR EXISTS (
        SELECT FROM vitrine.event before WHERE before.stream = event_stream AND before.version = event_version - 1));
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO vitrine.payload (position, part, salt, body)
    VALUES (known_position + 1, payload_part, payload_salt, payload_body);
  RETURN known_position + 1;
END $$;

REVOKE EXECUTE ON FUNCTION vitrine.append_events, vitrine.append_one FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vitrine.append_events, vitrine.append_one TO vitrine_app;

-- By which keys the log of this register is signed, and under which name: a process with another key signs nothing.
CREATE TABLE vitrine.log_key (
  vkey     text PRIMARY KEY,              -- C2SP verifier key: <name>+<id>+<base64>
  named_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON vitrine.log_key TO vitrine_app;

-- Keys from a backup are off until the operator confirms them: the backup may be older than what was revoked since.
ALTER TABLE vitrine.api_key ADD COLUMN restored_at timestamptz, ADD COLUMN confirmed_at timestamptz;
