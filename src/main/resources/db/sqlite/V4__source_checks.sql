-- What a source asks of a request, and what came of the asking.
ALTER TABLE sources ADD COLUMN template TEXT;
ALTER TABLE sources ADD COLUMN verification_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN verification_type TEXT;
ALTER TABLE sources ADD COLUMN verification_secret TEXT;
ALTER TABLE sources ADD COLUMN verification_header TEXT;
ALTER TABLE sources ADD COLUMN verification_config TEXT;
ALTER TABLE sources ADD COLUMN dedup_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN dedup_strategy TEXT;
ALTER TABLE sources ADD COLUMN dedup_field TEXT;
ALTER TABLE sources ADD COLUMN dedup_window_seconds INTEGER NOT NULL DEFAULT 300;
ALTER TABLE sources ADD COLUMN ip_allowlist TEXT;
ALTER TABLE sources ADD COLUMN ip_denylist TEXT;
ALTER TABLE sources ADD COLUMN schema_validation_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN json_schema TEXT;
ALTER TABLE sources ADD COLUMN schema_action TEXT;

-- Null stands for "none", which most events have.
ALTER TABLE events ADD COLUMN verification_status TEXT;
ALTER TABLE events ADD COLUMN verification_error TEXT;
ALTER TABLE events ADD COLUMN dedup_status TEXT;
ALTER TABLE events ADD COLUMN dedup_hash TEXT;
ALTER TABLE events ADD COLUMN duplicate_of TEXT;

-- The newest original event of each key of a source.
CREATE TABLE dedup_keys (
  source_id   TEXT NOT NULL,
  hash        TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  PRIMARY KEY (source_id, hash)
) WITHOUT ROWID;
CREATE INDEX dedup_keys_expired ON dedup_keys (expires_at);
