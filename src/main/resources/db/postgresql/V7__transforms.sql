-- What connections make of bodies before they are sent. A text stays for as long as its connection
-- or one of the connection's unfinished deliveries refers to it by its hash.
CREATE TABLE transform_texts (
  connection_id TEXT COLLATE "C" NOT NULL,
  hash          TEXT COLLATE "C" NOT NULL,
  env_id        TEXT COLLATE "C" NOT NULL,
  expression    TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (connection_id, hash)
);

ALTER TABLE connections ADD COLUMN transform_enabled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN transform_hash TEXT COLLATE "C";

-- The hash of the text that a delivery was routed with; null for none.
ALTER TABLE attempts ADD COLUMN transform TEXT COLLATE "C";
