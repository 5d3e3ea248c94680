-- Erasures are found without reading the log through.
CREATE INDEX event_erasure ON vitrine.event (stream, position) WHERE envelope LIKE '%"type":"PayloadErased"%';

-- Up to which log position what was erased is also gone from the files of the database (libs/event-store/scrub.ts).
CREATE TABLE vitrine.scrubbed (position bigint NOT NULL);
INSERT INTO vitrine.scrubbed VALUES (-1);
GRANT SELECT ON vitrine.scrubbed TO vitrine_app;
