-- What a source asks of a request, and what came of the asking.
ALTER TABLE sources ADD COLUMN template TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN verification_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN verification_type TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN verification_secret TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN verification_header TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN verification_config TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN dedup_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN dedup_strategy TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN dedup_field TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN dedup_window_seconds INTEGER NOT NULL DEFAULT 300;
ALTER TABLE sources ADD COLUMN ip_allowlist TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN ip_denylist TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN schema_validation_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN json_schema TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN schema_action TEXT COLLATE "C";

-- Null stands for "none", which most events have.
ALTER TABLE events ADD COLUMN verification_status TEXT COLLATE "C";
ALTER TABLE events ADD COLUMN verification_error TEXT COLLATE "C";
ALTER TABLE events ADD COLUMN dedup_status TEXT COLLATE "C";
ALTER TABLE events ADD COLUMN dedup_hash TEXT COLLATE "C";
ALTER TABLE events ADD COLUMN duplicate_of TEXT COLLATE "C";

-- The newest original event of each key of a source.
CREATE TABLE dedup_keys (
  source_id   TEXT COLLATE "C" NOT NULL,
  hash        TEXT COLLATE "C" NOT NULL,
  event_id    TEXT COLLATE "C" NOT NULL,
  accepted_at BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  PRIMARY KEY (source_id, hash)
);
CREATE INDEX dedup_keys_expired ON dedup_keys (expires_at);
