-- What connections make of bodies before they are sent. A text stays for as long as its connection
-- or one of the connection's unfinished deliveries refers to it by its hash.
CREATE TABLE transform_texts (
  connection_id TEXT NOT NULL,
  hash          TEXT NOT NULL,
  env_id        TEXT NOT NULL,
  expression    TEXT NOT NULL,
  PRIMARY KEY (connection_id, hash)
) WITHOUT ROWID;

ALTER TABLE connections ADD COLUMN transform_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN transform_hash TEXT;

-- The hash of the text that a delivery was routed with; null for none.
ALTER TABLE attempts ADD COLUMN transform TEXT;
