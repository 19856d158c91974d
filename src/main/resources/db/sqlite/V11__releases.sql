-- Destinations whose held deliveries are being let go, a slice at a time.
CREATE TABLE releases (
  destination_id TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- Since when what waits for a circuit that is not closed may have waited: since it opened, or since
-- a pause ended.
ALTER TABLE circuits ADD COLUMN open_since INTEGER NOT NULL DEFAULT 0;
UPDATE circuits SET open_since = last_transition_at;

-- The attempts of a connection, newest first.
CREATE INDEX attempts_by_connection ON attempts (connection_id, id);
