-- What reached a collection between two places in the log, and which entries go with their events.
CREATE INDEX record_events_by_position ON record_events (generation, position);

-- Up to which place in the log the events of a source are no longer all stored, and the time of it.
CREATE TABLE log_edges (
  source_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  position    BIGINT NOT NULL,
  received_at BIGINT NOT NULL
);

-- The greatest number of a change whose tombstone was removed: who has not come so far missed it.
ALTER TABLE collections ADD COLUMN forgotten_change BIGINT NOT NULL DEFAULT 0;
