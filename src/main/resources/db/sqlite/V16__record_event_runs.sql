-- What reached a collection lies in the order of the log, where a batch is written at one end. Which
-- events a record had is found by their places: the newest stand in its own row, packed, and the
-- others in runs beside it. With one row for each event in the order of the keys, each event would
-- rewrite a page of its own.
CREATE TABLE reached_events (
  generation      INTEGER NOT NULL,
  position        INTEGER NOT NULL,
  record_key      TEXT NOT NULL,
  source_event_at INTEGER NOT NULL,
  deleted         INTEGER NOT NULL,
  PRIMARY KEY (generation, position)
) WITHOUT ROWID;
INSERT INTO reached_events (generation, position, record_key, source_event_at, deleted)
SELECT generation, position, record_key, source_event_at, deleted FROM record_events
 ORDER BY generation, position;

-- places: of the events between the first and the last, packed; null for none. newest: the one that
-- is newest by the sender's time.
CREATE TABLE record_event_runs (
  generation      INTEGER NOT NULL,
  record_key      TEXT NOT NULL,
  first_position  INTEGER NOT NULL,
  last_position   INTEGER NOT NULL,
  places          BLOB,
  newest_position INTEGER NOT NULL,
  PRIMARY KEY (generation, record_key, first_position)
) WITHOUT ROWID;
INSERT INTO record_event_runs (generation, record_key, first_position, last_position,
  newest_position)
SELECT generation, record_key, position, position, position FROM record_events
 ORDER BY generation, record_key, position;
CREATE INDEX record_event_runs_by_last ON record_event_runs (generation, last_position);

DROP TABLE record_events;
ALTER TABLE reached_events RENAME TO record_events;

-- The places of the newest events that reached the record, packed.
ALTER TABLE records ADD COLUMN recent BLOB;
